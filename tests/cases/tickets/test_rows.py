from __future__ import annotations

import pytest

from cases.tickets.header import find_table
from cases.tickets.mapping import guess_mapping
from cases.tickets.rows import RowResult, read_rows
from indexing.errors import InputError
from indexing.masking import Masker
from tests.cases.tickets.sheets import dirty

MASKER = Masker()


def results(rows) -> list[RowResult]:
    table = find_table(rows)
    return list(read_rows(table.rows, guess_mapping(table.header, table.rows), MASKER))


def test_every_row_is_a_ticket_merged_or_rejected_with_its_row_number():
    found = results(dirty())
    assert [(r.row, r.ticket is not None, r.merged_into, r.reason) for r in found] == [
        (4, True, None, None),
        (5, True, None, None),
        (7, False, 4, None),
        (8, False, None, "工单号“20260105002”与第 5 行相同而内容不同。"),
        (9, False, None, "缺少投诉内容。"),
        (10, True, None, None),
        (11, False, None, "“受理时间”列的值“1**********”不是能识别的日期。"),
        (12, False, None, "这一行是重复的表头。"),
        (13, False, None, "缺少工单号。"),
        (14, True, None, None),
    ]


def test_a_reason_shows_no_name():
    rows = [["工单号", "受理时间", "客户姓名", "投诉内容"], ["1", "欧阳小梅", "欧阳小梅", "断网"]]
    assert results(rows)[0].reason == "“受理时间”列的值“欧***”不是能识别的日期。"


def test_without_a_number_column_equal_rows_are_one():
    found = results([["客户号码", "投诉内容"], ["1", "断网"], ["2", "断网"], ["1", "断网"]])
    assert [r.merged_into for r in found] == [None, None, 2]
    assert found[0].ticket is not None
    assert found[0].ticket.id == ""


def test_without_a_description_column_nothing_is_read():
    with pytest.raises(InputError, match="没有找到“投诉内容”列"):
        results([["工单号", "地市"], ["1", "合肥"]])
