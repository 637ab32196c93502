"""Importing files: each is stored, merged or rejected with its reason; nothing is half done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.reading import TEXT_SUFFIXES, YAML_SUFFIXES, Read, Reader
from indexing.errors import DuplicateIdError, InputError, TousuError
from indexing.library import Library
from indexing.records import Kind

Progress = Callable[[str, float], None]


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


def import_files(
    library: Library,
    reader: Reader,
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
    files = [file for path in paths for file in _files(path)]
    read: dict[Path, Read] = {}
    failed: dict[Path, TousuError] = {}
    for number, (path, name) in enumerate(files):
        report(f"读取 {name}", 0.3 * number / len(files))
        try:
            read[path] = reader.read(path, kind, name, publish=publish)
        except TousuError as error:
            failed[path] = error
    _reject_duplicates(library, read, failed)
    records = [found.record for found in read.values()]
    written = library.write(
        records,
        actor=actor,
        progress=lambda done, _: report(
            f"建立向量 {done}/{len(records)}", 0.3 + 0.7 * done / max(len(records), 1)
        ),
    )
    stored = set(written.stored)
    return [_report(path, name, read, failed, stored) for path, name in files]


def _files(path: Path) -> list[tuple[Path, str]]:
    """Return the files to import with their names relative to what was asked for."""
    if path.is_file():
        return [(path, path.name)]
    if not path.is_dir():
        raise InputError(f"找不到文件或文件夹 {path}。")
    known = TEXT_SUFFIXES + YAML_SUFFIXES
    found = sorted(
        p
        for p in path.rglob("*")
        if p.is_file()
        and p.suffix.lower() in known
        and not any(part.startswith(".") for part in p.relative_to(path).parts)
    )
    if not found:
        raise InputError(f"文件夹 {path} 中没有可以导入的文件({'、'.join(known)})。")
    return [(p, p.relative_to(path).as_posix()) for p in found]


def _reject_duplicates(
    library: Library, read: dict[Path, Read], failed: dict[Path, TousuError]
) -> None:
    counts = Counter(found.record.id for found in read.values())
    stored = library.store.ids()
    for path, found in list(read.items()):
        record = found.record
        title, file_name = stored.get(record.id, (record.title, record.file_name))
        if counts[record.id] > 1:
            text = f"{record.file_name}：编号 {record.id} 在这次导入中重复出现，请改用不同的编号。"
        elif record.title != title and Path(record.file_name).name != Path(file_name).name:
            text = f"{record.file_name}：编号 {record.id} 已被《{title}》使用，请改用别的编号。"
        else:
            continue
        failed[path] = DuplicateIdError(text)
        del read[path]


def _report(
    path: Path,
    name: str,
    read: dict[Path, Read],
    failed: dict[Path, TousuError],
    stored: set[str],
) -> FileReport:
    if path in failed:
        reason = str(failed[path])
        return FileReport(name, "rejected", reason, 1, 0, 0, (RejectedRow(1, reason),))
    found = read[path]
    new = found.record.id in stored
    return FileReport(
        name, "ok", None, 1, int(new), int(not new), (), (found.record.id,), found.notes
    )
