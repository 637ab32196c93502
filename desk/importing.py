"""Importing files: each row is stored, merged or rejected with its reason; nothing is half done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.reading import SUFFIXES, Reader
from desk.tickets import TicketReader
from indexing.errors import InputError, TousuError
from indexing.formats import TABLE_SUFFIXES
from indexing.library import Library
from indexing.records import Kind, Record

Progress = Callable[[str, float], None]
READING = 0.3  # share of the progress bar


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not taken in; rows count from 1."""

    row: int
    reason: str


@dataclass(frozen=True)
class FileReport:
    """What became of one file: rows in = stored + merged + rejected."""

    file: str
    status: str  # ok | partial | rejected
    reason: str | None
    rows_in: int
    stored: int
    merged: int
    rejected: tuple[RejectedRow, ...] = ()
    record_ids: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


@dataclass
class _Incoming:
    """A file on its way in."""

    name: str
    records: dict[int, Record] = field(default_factory=dict)  # by row
    merged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def reject(self, row: int, reason: str) -> None:
        self.records.pop(row, None)
        self.rejected.append(RejectedRow(row, reason))

    def report(self, stored: set[str]) -> FileReport:
        ids = tuple(record.id for record in self.records.values())
        new = sum(record_id in stored for record_id in ids)
        merged = self.merged + len(ids) - new
        status = "ok" if not self.rejected else "partial" if new + merged else "rejected"
        only = self.rejected[0].reason if status == "rejected" else None
        rejected = tuple(sorted(self.rejected, key=lambda row: row.row))
        rows = new + merged + len(rejected)
        return FileReport(self.name, status, only, rows, new, merged, rejected, ids, self.notes)


def import_files(
    library: Library,
    reader: Reader,
    tickets: TicketReader,
    paths: Sequence[Path],
    kind: Kind,
    *,
    publish: bool,
    actor: str,
    progress: Progress | None = None,
) -> list[FileReport]:
    """Read and store the files under ``paths``; a report a file, in order.

    Raises:
        InputError: One of ``paths`` is not there, or a folder holds no file of a known kind.
    """
    report = progress or (lambda _text, _share: None)
    files = [file for path in paths for file in _files(path, kind)]
    incoming = []
    for number, (path, name) in enumerate(files):
        report(f"读取 {name}", READING * number / len(files))
        file = _Incoming(name)
        try:
            if kind is Kind.TICKET:
                _read_tickets(tickets, path, file, report)
            else:
                found = reader.read(path, kind, name, publish=publish)
                file.records[1], file.notes = found.record, found.notes
        except TousuError as error:
            file.records.clear()
            file.reject(1, str(error))
        incoming.append(file)
    if kind is not Kind.TICKET:
        _reject_duplicates(library, incoming)
    stored = _store(library, incoming, actor, report)
    return [file.report(stored) for file in incoming]


def _store(
    library: Library, incoming: Iterable[_Incoming], actor: str, report: Progress
) -> set[str]:
    records = [record for file in incoming for record in file.records.values()]
    written = library.write(
        records,
        actor=actor,
        progress=lambda done, _: report(
            f"建立向量 {done}/{len(records)}",
            READING + (1 - READING) * done / max(len(records), 1),
        ),
    )
    return set(written.stored)


def _read_tickets(tickets: TicketReader, path: Path, file: _Incoming, report: Progress) -> None:
    def tick(done: int, total: int) -> None:
        report(f"{file.name}：读取第 {done}/{total} 行", READING * done / max(total, 1))

    understood = [s for s in tickets.sheets(path, file.name) if "description" in s.mapping.columns]
    if not understood:
        raise InputError(f"{file.name}：没有找到投诉内容这一列，请在入库页面指定。")
    first = 0  # row numbers of further sheets go on behind those of the first
    for sheet in understood:
        for row in tickets.rows(sheet, file.name, tick):
            if row.record is not None:
                file.records[first + row.row] = row.record
            elif row.merged:
                file.merged += 1
            else:
                file.reject(first + row.row, row.reason or "")
        first += sheet.table.rows[-1][0] if sheet.table.rows else 0
    _merge_repeats(file)


def _merge_repeats(file: _Incoming) -> None:
    """Leave one record an id: sheets may repeat each other's work orders."""
    last = {record.id: row for row, record in file.records.items()}
    for row, record in list(file.records.items()):
        if last[record.id] != row:
            del file.records[row]
            file.merged += 1


def importable(kind: Kind) -> tuple[str, ...]:
    """Return the suffixes of the files that may hold records of ``kind``."""
    return TABLE_SUFFIXES if kind is Kind.TICKET else SUFFIXES[kind]


def _files(path: Path, kind: Kind) -> list[tuple[Path, str]]:
    """Return the files to import with their names relative to what was asked for."""
    if path.is_file():
        return [(path, path.name)]
    if not path.is_dir():
        raise InputError(f"找不到文件或文件夹 {path}。")
    known = importable(kind)
    found = sorted(p for p in _visible(path) if p.suffix.lower() in known)
    if not found:
        raise InputError(f"文件夹 {path} 中没有可以导入的文件（{'、'.join(known)}）。")
    return [(p, p.relative_to(path).as_posix()) for p in found]


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _reject_duplicates(library: Library, incoming: Iterable[_Incoming]) -> None:
    files = [file for file in incoming if file.records]
    counts = Counter(file.records[1].id for file in files)
    stored = library.store.ids()
    for file in files:
        record = file.records[1]
        if counts[record.id] > 1:
            text = f"{file.name}：编号 {record.id} 在这次导入中重复出现，请改用不同的编号。"
            file.reject(1, text)
        elif (problem := clash(record, file.name, stored)) is not None:
            file.reject(1, problem)


def clash(record: Record, name: str, stored: Mapping[str, tuple[str, str]]) -> str | None:
    """Return what is wrong if the id of ``record``, read from ``name``, is another document's.

    ``stored`` maps ids to titles and file names.
    """
    title, file_name = stored.get(record.id, (record.title, record.file_name))
    if record.title == title or Path(record.file_name).name == Path(file_name).name:
        return None
    return f"{name}：编号 {record.id} 已被《{title}》使用，请改用别的编号。"
