"""A sheet of replies: finding its columns and reading its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import yaml

from indexing.errors import InputError
from indexing.formats import Cell, Grid, Limits, read_grids

COLUMNS = Path(__file__).parent / "columns.yaml"
HEADER_WITHIN = 20  # rows


@dataclass(frozen=True)
class BatchRow:
    """A reply of a sheet; ``row`` is the spreadsheet's number. ``problem`` keeps it unchecked."""

    row: int
    reply: str
    day: date
    wording: str | None = None
    urgency: str | None = None
    agent: str = ""
    team: str = ""
    category: str = ""
    problem: str | None = None


@cache
def column_names() -> dict[str, list[str]]:
    """Return the names that each column may have."""
    names: dict[str, list[str]] = yaml.safe_load(COLUMNS.read_text("utf-8"))
    return names


def read_batch(path: Path, name: str, limits: Limits, today: date) -> list[BatchRow]:
    """Return the replies of the first sheet that has a column for them.

    Raises:
        InputError: No sheet has such a column, or none of its rows a reply.
    """
    for grid in read_grids(path, name, limits):
        found = _columns(grid)
        if found is not None:
            header, columns = found
            rows = list(_rows(grid, header, columns, today))
            if not rows:
                raise InputError(f"{name}：“{grid.name}”表里没有回复。")
            return rows
    wanted = "、".join(column_names()["reply"][:4])
    raise InputError(f"{name}：没有找到回复内容列，请把这一列的表头改为 {wanted} 之一。")


def _columns(grid: Grid) -> tuple[int, dict[str, int]] | None:
    for number, row in enumerate(grid.rows[:HEADER_WITHIN]):
        folded = [_text(cell).lower() for cell in row]
        found = {
            key: folded.index(name)
            for key, names in column_names().items()
            for name in reversed(names)
            if name in folded
        }
        if "reply" in found:
            return number, found
    return None


def _rows(grid: Grid, header: int, columns: dict[str, int], today: date) -> Iterator[BatchRow]:
    for number, row in enumerate(grid.rows[header + 1 :], start=header + 2):
        if not any(_text(cell) for cell in row):
            continue
        said = {key: _at(row, place) for key, place in columns.items()}
        day, problem = _day(row, columns.get("day"), today)
        yield BatchRow(
            row=number,
            reply=said["reply"],
            day=day,
            wording=said.get("wording") or None,
            urgency=said.get("urgency") or None,
            agent=said.get("agent", ""),
            team=said.get("team", ""),
            category=said.get("category", ""),
            problem=problem,
        )


def _day(row: Sequence[Cell], place: int | None, today: date) -> tuple[date, str | None]:
    cell = row[place] if place is not None and place < len(row) else None
    if isinstance(cell, datetime):
        return cell.date(), None
    if isinstance(cell, date):
        return cell, None
    text = _text(cell)
    if not text:
        return today, None
    try:
        return date.fromisoformat(text.replace("/", "-").split(" ")[0].split("T")[0]), None
    except ValueError:
        return today, f"日期“{text[:20]}”不是 YYYY-MM-DD 的有效日期。"


def _at(row: Sequence[Cell], place: int) -> str:
    return _text(row[place]) if place < len(row) else ""


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
