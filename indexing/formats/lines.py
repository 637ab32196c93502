"""Tables and headings as lines of text."""

from __future__ import annotations

from collections.abc import Sequence


def heading(text: str, level: int) -> str:
    """Return a Markdown heading.

    >>> heading("适用范围", 2)
    '## 适用范围'
    """
    return f"{'#' * min(max(level, 1), 6)} {text}"


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one line a row, each value after its column's name; the first full row names them.

    >>> table_lines([["等级", "时限"], ["紧急", "2小时"]])
    ['等级：紧急；时限：2小时']
    """
    filled = [[" ".join(cell.split()) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    width = max((sum(map(bool, row)) for row in filled), default=0)
    start = next((i for i, row in enumerate(filled) if sum(map(bool, row)) * 2 > width), 0)
    above = ["；".join(filter(None, row)) for row in filled[:start]]
    if len(filled) <= start + 1 or width < 2:
        return above + ["；".join(filter(None, row)) for row in filled[start:]]
    names = filled[start]
    return above + [_row_line(names, row) for row in filled[start + 1 :]]


def _row_line(names: Sequence[str], row: Sequence[str]) -> str:
    padded = [*names, *[""] * (len(row) - len(names))]
    pairs = zip(padded, row, strict=False)
    return "；".join(f"{name}：{cell}" if name else cell for name, cell in pairs if cell)
