"""A sheet of labelled queries: each with the ids of the records that answer it, if any does."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from cases.surges.export import Table, workbook
from desk.batches.sheet import HEADER_WITHIN
from indexing.errors import InputError
from indexing.formats import Cell, Grid, Limits, read_grids

QUERY, WANTED = "查询", "正确答案"
_SEPARATORS = re.compile(r"[、，,;；\s]+")

Asked = tuple[str, tuple[str, ...]]  # a query and the ids that answer it


def read_asked(
    name: str, data: bytes, known: Collection[str], max_chars: int, limits: Limits
) -> list[Asked]:
    """Return the queries of an xlsx, xls or csv file; their answers must be ``known`` ids.

    Raises:
        InputError: A column is missing, there is no query, or a row cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet{Path(name).suffix}"
        path.write_bytes(data)
        grids = read_grids(path, name, limits)
    grid, header = _header(name, grids)
    asked = list(_rows(grid, header, known, max_chars))
    if not asked:
        raise InputError(f"{name}：“{QUERY}”列里没有内容。")
    return asked


def sheet_of(queries: Sequence[Asked]) -> bytes:
    """Return an .xlsx file that `read_asked` reads."""
    rows = [(query, "、".join(wanted)) for query, wanted in queries]
    return workbook([Table(QUERY, (QUERY, WANTED), rows)])


def _header(name: str, grids: Sequence[Grid]) -> tuple[Grid, int]:
    """Return the first sheet that has the column of queries, and the header's row from 0."""
    if not any(_text(cell) for grid in grids for row in grid.rows for cell in row):
        raise InputError(f"{name}：表格是空的，第一行请写“{QUERY}”和“{WANTED}”。")
    for grid in grids:
        for number, row in enumerate(grid.rows[:HEADER_WITHIN]):
            heads = [_text(cell) for cell in row]
            if QUERY in heads:
                if WANTED not in heads:
                    raise InputError(f"{name}：缺少“{WANTED}”列。")
                return grid, number
    raise InputError(f"{name}：缺少“{QUERY}”列。")


def _rows(grid: Grid, header: int, known: Collection[str], max_chars: int) -> Iterator[Asked]:
    heads = [_text(cell) for cell in grid.rows[header]]
    for number, row in enumerate(grid.rows[header + 1 :], start=header + 2):
        cells = [_text(cell) for cell in row] + [""] * len(heads)
        query = cells[heads.index(QUERY)]
        wanted = tuple(filter(None, _SEPARATORS.split(cells[heads.index(WANTED)])))
        if not query and not wanted:
            continue
        if not query:
            raise InputError(f"第 {number} 行有正确答案，但没有查询。")
        if len(query) > max_chars:
            raise InputError(f"第 {number} 行的查询有 {len(query)} 字，超过上限 {max_chars} 字。")
        for record_id in wanted:
            if record_id not in known:
                raise InputError(f"第 {number} 行的正确答案 {record_id} 不在库中。")
        yield query, wanted


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
