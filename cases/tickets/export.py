"""Ticket records as csv and xlsx that re-import to the same records."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from openpyxl import Workbook

from cases.tickets.fields import load_fields
from cases.tickets.record import sections_of
from cases.tickets.values import FORMULA_STARTS
from indexing.errors import InputError
from indexing.records import Kind, Record

SHEET = "工单"


def write_csv(path: Path, records: Iterable[Record]) -> int:
    """Write ``records`` to ``path`` as UTF-8 with BOM; return how many.

    Raises:
        InputError: A record is no ticket.
    """
    aside = _aside(path)
    try:
        with aside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_header())
            count = 0
            for row in _rows(records):
                writer.writerow(row)
                count += 1
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return count


def write_xlsx(path: Path, records: Iterable[Record]) -> int:
    """Write ``records`` to ``path`` as a workbook of one sheet; return how many.

    Raises:
        InputError: A record is no ticket.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.append(_header())
    count = 0
    for row in _rows(records):
        sheet.append(row)
        count += 1
    aside = _aside(path)
    try:
        book.save(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return count


def guarded(text: str) -> str:
    """Return ``text`` so that a spreadsheet does not take it for a formula.

    >>> guarded("=1+1"), guarded("信号弱")
    ("'=1+1", '信号弱')
    """
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _header() -> list[str]:
    return [field.label for field in load_fields().fields.values() if not field.private]


def _rows(records: Iterable[Record]) -> Iterator[list[str]]:
    keys = [field.key for field in load_fields().fields.values() if not field.private]
    for record in records:
        if record.kind is not Kind.TICKET:
            raise InputError(f"记录 {record.id} 不是工单，不能导出为工单表。")
        said = _said(record)
        yield [guarded(said.get(key, "")) for key in keys]


def _said(record: Record) -> dict[str, str]:
    said = {key: _written(value) for key, value in record.meta.items() if key != "sections"}
    said |= sections_of(record)
    said["ticket_id"] = record.id
    if record.category is not None:
        said["category"] = record.category
    if record.urgency is not None:
        said["urgency"] = record.urgency
    return said


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
