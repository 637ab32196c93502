"""Workbooks and csv files, as grids of cells and as text; formulas are never evaluated."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError

from indexing.formats.failure import ParseFailure
from indexing.formats.lines import heading, table_lines
from indexing.formats.plain import read_text
from indexing.formats.types import Extracted

_DELIMITERS = ",\t;|"


def parse(path: Path) -> Extracted:
    """Return each sheet as a heading and one line a row with its column names."""
    sheets = _sheets(path)
    out: list[str] = []
    for name, rows in sheets:
        lines = table_lines([[_shown(cell) for cell in row] for row in rows])
        if lines:
            out += [heading(name, 2), *lines, ""] if len(sheets) > 1 else lines
    return Extracted("\n".join(out), None)


def grids(path: Path) -> list[tuple[str, list[list[Any]]]]:
    """Return each sheet's name and rows, in values that JSON can carry."""
    return [
        (name, [[_carried(cell) for cell in row] for row in rows]) for name, rows in _sheets(path)
    ]


def _sheets(path: Path) -> list[tuple[str, list[list[Any]]]]:
    with path.open("rb") as file:
        packed = file.read(2) in {b"PK", b"\xd0\xcf"}
    return _workbook(path) if packed else [("", _csv_rows(path))]


def _csv_rows(path: Path) -> list[list[Any]]:
    text = read_text(path).replace("\0", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(1 << 24)
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def _workbook(path: Path) -> list[tuple[str, list[list[Any]]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    except PasswordError as error:
        raise ParseFailure("protected") from error
    return [(name, _rows(book.get_sheet_by_name(name))) for name in book.sheet_names]


def _rows(sheet: Any) -> list[list[Any]]:
    """Return a sheet's rows; a cell merged downwards holds for every row that it spans."""
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and row[left] == "":
                row[left] = rows[top][left]
    return rows


def _carried(cell: Any) -> Any:
    if cell == "":
        return None
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time | timedelta):
        return str(cell)
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _shown(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M" if cell.time() != time() else "%Y-%m-%d")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
