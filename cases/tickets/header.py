"""Finding the table in a sheet: its header row, its real columns, its real rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cases.tickets.fields import FieldTable, load_fields
from cases.tickets.values import Cell
from indexing.errors import InputError

SEARCH_ROWS = 30  # a header stands within these
_LONGEST_NAME = 60

Row = Sequence[Cell]
NumberedRow = tuple[int, tuple[Cell, ...]]


@dataclass(frozen=True)
class Table:
    """The table of a sheet: unique column names, and the rows under them.

    Row numbers are those of the spreadsheet, from 1; ``header_rows`` are the first and the last
    row of the header; ``columns`` are the places of the kept columns in the sheet, from 0.
    """

    header: tuple[str, ...]
    columns: tuple[int, ...]
    header_rows: tuple[int, int]
    rows: tuple[NumberedRow, ...]


def find_table(rows: Sequence[Row], fields: FieldTable | None = None) -> Table:
    """Find the header in ``rows`` (the whole sheet) and drop empty rows and phantom columns.

    Raises:
        InputError: No row can be a header.
    """
    table = fields or load_fields()
    first, last, names = _header(rows, table)
    body = [
        (number, row) for number, row in enumerate(rows[last:], start=last + 1) if any_text(row)
    ]
    width = max([len(names), *(len(row) for _, row in body)])
    names += [""] * (width - len(names))
    used = {
        column
        for _, row in body
        for column, cell in enumerate(row)
        if cell is not None and not names[column] and str(cell).strip()
    }
    columns = tuple(column for column in range(width) if names[column] or column in used)
    return Table(
        _unique([names[column] or f"第{column + 1}列" for column in columns]),
        columns,
        (first, last),
        tuple((number, _cells(row, columns)) for number, row in body),
    )


def any_text(row: Row) -> bool:
    """Tell whether a row holds anything but blanks."""
    return any(cell is not None and str(cell).strip() for cell in row)


def _header(rows: Sequence[Row], table: FieldTable) -> tuple[int, int, list[str]]:
    """Return first and last row number of the header, and its names by column."""
    best: tuple[int, int, list[str]] | None = None
    most = 0
    plain: tuple[int, int, list[str]] | None = None
    for index, row in enumerate(rows[:SEARCH_ROWS]):
        names = _names(row)
        if names is None:
            continue
        under = _names(rows[index + 1]) if index + 1 < len(rows) else None
        single = (index + 1, index + 1, names)
        grouped = (index + 1, index + 2, _join(names, under, table)) if under else single
        for found in (single, grouped):
            known = len({table.key_of(name) for name in found[2]} - {None})
            if known > most:
                best, most = found, known
        words = all(cell is None or isinstance(cell, str) for cell in row)
        if plain is None and words and sum(map(bool, names)) >= 2:
            plain = single
    chosen = best if most >= 2 or plain is None else plain
    if chosen is None:
        raise InputError("表格中没有找到表头：请确认有一行写着列名，如“工单号”“投诉内容”。")
    return chosen


def _names(row: Row) -> list[str] | None:
    """Return a row's cells as column names, or None when it is empty or holds prose."""
    if not any_text(row):
        return None
    names = ["" if cell is None else "".join(str(cell).split()) for cell in row]
    return names if max(map(len, names)) <= _LONGEST_NAME else None


def _join(above: list[str], under: list[str], table: FieldTable) -> list[str]:
    """Return the names of a header of two rows, merged group names filled to the right.

    A lower name that says too little by itself takes its group's name before it.
    """
    width = max(len(above), len(under))
    above = above + [""] * (width - len(above))
    under = under + [""] * (width - len(under))
    counts = Counter(under)
    names = []
    group = ""
    for upper, lower in zip(above, under, strict=True):
        group = upper or (group if lower else "")
        alone = counts[lower] == 1 and table.key_of(lower) is not None
        names.append(lower if alone or not group else f"{group}-{lower}" if lower else group)
    return names


def _unique(names: list[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    unique = []
    for name in names:
        number, candidate = 1, name
        while candidate in seen:
            number += 1
            candidate = f"{name}({number})"
        seen.add(candidate)
        unique.append(candidate)
    return tuple(unique)


def _cells(row: Row, columns: tuple[int, ...]) -> tuple[Cell, ...]:
    return tuple(row[column] if column < len(row) else None for column in columns)
