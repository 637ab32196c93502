from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from cases.surges import export
from cases.surges.export import Table, safe, workbook
from indexing.errors import InputError


def read(data: bytes, name: str):
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(data))[name].rows]


def test_a_table_is_read_back_as_it_was():
    data = workbook([Table("断网/城东", ["日期", "件数"], [(date(2026, 5, 4), 3), (None, 0.5)])])
    rows = read(data, "断网 城东")
    assert rows[0] == ["日期", "件数"]
    assert (rows[1][0].date(), rows[1][1]) == (date(2026, 5, 4), 3)
    assert rows[2] == [None, 0.5]


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "＝1+1", ' =HYPERLINK("")']
)
def test_a_formula_is_shown_and_not_run(text):
    data = workbook([Table("表", ["=标题"], [(text,)])])
    sheet = load_workbook(BytesIO(data))["表"]
    assert [cell.data_type for (cell,) in sheet.rows] == ["s", "s"]
    assert [cell.value[0] for (cell,) in sheet.rows] == ["'", "'"]


def test_numbers_written_as_text_stay():
    assert [safe(text) for text in ("-3.5", "+8%", "-", "断\x00网")] == [
        "-3.5",
        "+8%",
        "'-",
        "断网",
    ]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(export, "_MAX_ROWS", 2)
    with pytest.raises(InputError, match="“表”超过 2 行"):
        workbook([Table("表", ["a"], [(1,), (2,), (3,)])])
