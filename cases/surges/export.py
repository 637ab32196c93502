"""Tables to an Excel workbook; no cell of it is ever run as a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from indexing.errors import InputError

_FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?%?$")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_MAX_NAME = 31
_MAX_ROWS = 1_048_575
_MAX_CHARS = 32_767


@dataclass(frozen=True)
class Table:
    """A sheet: its name, its headings and its rows, each as wide as the headings."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


def workbook(tables: Sequence[Table]) -> bytes:
    """Return an .xlsx file; raises ``InputError`` where a table has more rows than a sheet."""
    book = Workbook(write_only=True)
    for table in tables:
        if len(table.rows) > _MAX_ROWS:
            raise InputError(f"“{table.name}”超过 {_MAX_ROWS} 行，请缩小时间窗后再导出。")
        sheet = book.create_sheet(_NOT_IN_A_NAME.sub(" ", table.name)[:_MAX_NAME])
        sheet.append([safe(heading) for heading in table.headings])
        for row in table.rows:
            sheet.append([safe(value) for value in row])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def safe(value: Any) -> Any:
    r"""Return a value that a spreadsheet shows and never runs.

    A text that begins like a formula gets an apostrophe in front; control characters go.

    >>> safe("=1+1"), safe(" @SUM(A1)"), safe("-3.5"), safe("断网\x07")
    ("'=1+1", "' @SUM(A1)", '-3.5', '断网')
    """
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[: _MAX_CHARS - 1]
    return "'" + text if _FORMULA.match(text) and not _NUMBER.match(text) else text
