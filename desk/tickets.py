"""Work-order exports (工单): from a file's sheets to records, every row accounted for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cases.categories import Categories
from cases.tickets.header import Table, find_table
from cases.tickets.mapping import Mapping, MappingBook, guess_mapping
from cases.tickets.record import to_record
from cases.tickets.rows import read_rows
from indexing.errors import InputError, StoreError
from indexing.formats import TABLE_SUFFIXES, Limits, read_grids
from indexing.masking import Masker
from indexing.records import Record

Tick = Callable[[int, int], None]
KEY_FILE = "secret.key"
BOOK_FILE = "mappings.json"


@dataclass(frozen=True)
class TicketRow:
    """What became of a row of an export: a record, a repeat of another row, or a reason."""

    row: int
    record: Record | None = None
    merged: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet with the columns that were understood, to be shown and corrected."""

    name: str
    table: Table
    mapping: Mapping


@dataclass
class TicketReader:
    """Reads exports; ``home`` keeps corrected mappings and the key of the customers' hashes."""

    home: Path
    masker: Masker
    categories: Categories
    limits: Limits

    def sheets(self, path: Path, name: str) -> list[Sheet]:
        """Return the sheets that hold work orders, their columns guessed or as once corrected.

        Raises:
            InputError: The file is no table, or no sheet has a row of headings.
        """
        if path.suffix.lower() not in TABLE_SUFFIXES:
            known = "、".join(TABLE_SUFFIXES)
            raise InputError(f"{name}：工单请以表格导出后导入（{known}）。")
        found, problem = [], InputError(f"{name}：文件里没有表格。")
        for grid in read_grids(path, name, self.limits):
            try:
                table = find_table(grid.rows)
            except InputError as error:
                problem = InputError(f"{name}：{error}")
                continue
            mapping = self.book.find(table.header) or guess_mapping(table.header, table.rows)
            found.append(Sheet(grid.name, table, mapping))
        if not found:
            raise problem
        return found

    def rows(self, sheet: Sheet, name: str, tick: Tick | None = None) -> Iterator[TicketRow]:
        """Yield what becomes of each row of ``sheet``.

        Raises:
            InputError: No column holds what the customer complained of.
        """
        total = len(sheet.table.rows)
        results = read_rows(sheet.table.rows, sheet.mapping, self.masker)
        for number, result in enumerate(results, start=1):
            if tick is not None and number % 100 == 0:
                tick(number, total)
            if result.ticket is None:
                yield TicketRow(result.row, None, result.reason is None, result.reason)
                continue
            record = to_record(
                result.ticket, self.masker, self.categories, self.key, file_name=name
            )
            yield TicketRow(result.row, record)

    @cached_property
    def book(self) -> MappingBook:
        """The mappings that people corrected."""
        return MappingBook(self.home / BOOK_FILE)

    @cached_property
    def key(self) -> bytes:
        """The secret that makes customers' hashes one-way; made once, readable by the owner."""
        path = self.home / KEY_FILE
        try:
            if not path.exists():
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w") as file:
                    file.write(secrets.token_hex(32))
            return bytes.fromhex(path.read_text("ascii"))
        except (OSError, ValueError) as error:
            raise StoreError(f"密钥文件 {path} 不能使用，请从备份恢复。") from error
