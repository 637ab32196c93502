from __future__ import annotations

import pytest

from cases.tickets.header import find_table
from indexing.errors import InputError
from tests.cases.tickets.sheets import HEADER, dirty


def test_title_blank_rows_and_phantom_columns_are_left_out():
    table = find_table(dirty())
    assert table.header == tuple(HEADER)
    assert table.header_rows == (3, 3)
    assert table.columns == tuple(range(12))
    assert [number for number, _ in table.rows] == [4, 5, 7, 8, 9, 10, 11, 12, 13, 14]


def test_a_merged_header_of_two_rows_becomes_one():
    table = find_table(
        [
            ["工单号", "客户信息", None, "受理", None, "归档", "投诉内容"],
            [None, "姓名", "用户号码", "时间", "渠道", "时间", None],
            ["A1", "欧阳小梅", "13712345678", "20260105", "热线", "20260106", "没信号"],
        ]
    )
    assert table.header == (
        "工单号",
        "姓名",
        "用户号码",
        "受理-时间",
        "渠道",
        "归档-时间",
        "投诉内容",
    )
    assert table.header_rows == (1, 2)
    assert [number for number, _ in table.rows] == [3]


def test_equal_names_become_unique_and_nameless_columns_with_values_stay():
    table = find_table(
        [["工单号", "投诉内容", "备注", "备注", None], ["1", "断网", "甲", "乙", "丙"]]
    )
    assert table.header == ("工单号", "投诉内容", "备注", "备注(2)", "第5列")


def test_short_rows_are_filled():
    assert find_table([["工单号", "投诉内容"], ["1"]]).rows == ((2, ("1", None)),)


def test_merged_cells_of_the_body_are_not_filled_down():
    table = find_table([["地市", "投诉内容"], ["合肥", "断网"], [None, "没信号"]])
    assert table.rows[1] == (3, (None, "没信号"))


def test_a_number_among_the_names_does_not_hide_the_header():
    found = find_table([["工单号", "投诉内容", 2026], ["1", "断网", "甲"]])
    assert found.header == ("工单号", "投诉内容", "2026")


def test_an_unknown_header_is_taken_from_the_first_row_of_names():
    assert find_table([["甲", "乙"], [1, "断网"]]).header == ("甲", "乙")


@pytest.mark.parametrize("rows", [[], [[None, ""]], [[1, 2.5], [3, 4]], [["只有标题"]]])
def test_a_sheet_without_a_header_is_refused(rows):
    with pytest.raises(InputError, match="没有找到表头"):
        find_table(rows)
