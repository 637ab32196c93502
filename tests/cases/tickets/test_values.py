from __future__ import annotations

from datetime import date, datetime

import pytest

from cases.tickets.fields import load_fields
from cases.tickets.values import BadValueError, Cell, convert, normal_phone, text_of

TABLE = load_fields()


def read(key: str, cell: Cell) -> object:
    return convert(TABLE.fields[key], cell, TABLE)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (46027, "2026-01-05T00:00:00"),
        (46027.335416666664, "2026-01-05T08:03:00"),
        ("46027.335416666664", "2026-01-05T08:03:00"),
        ("2026/1/5 8:03", "2026-01-05T08:03:00"),
        ("2026-01-05T08:03:09", "2026-01-05T08:03:09"),
        ("2026-01-05 08:03:09.120", "2026-01-05T08:03:09"),
        ("2026年1月5日", "2026-01-05T00:00:00"),
        ("2026年1月5日 8时03分", "2026-01-05T08:03:00"),
        ("２０２６－０１－０５　８：０３", "2026-01-05T08:03:00"),
        ("2026/1/5 下午3:20", "2026-01-05T15:20:00"),
        ("2026/1/5 12:05 AM", "2026-01-05T00:05:00"),
        ("20260105", "2026-01-05T00:00:00"),
        (20260105, "2026-01-05T00:00:00"),
        ("20260105080309", "2026-01-05T08:03:09"),
        (date(2026, 1, 5), "2026-01-05T00:00:00"),
    ],
)
def test_a_date_is_read_however_it_is_written(cell: Cell, moment: str):
    assert read("accepted_at", cell) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("cell", ["昨天", "2026-02-30", "1/5/26", "13712345678", 12, 2026, True])
def test_what_is_no_date_is_refused(cell: Cell):
    with pytest.raises(BadValueError):
        read("accepted_at", cell)


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("count", "１，２３４次", 1234.0),
        ("count", 3, 3.0),
        ("count", "好多", "好多"),
        ("solved", "已解决", True),
        ("solved", "Ｎ", False),
        ("solved", 0, False),
        ("solved", "部分解决", "部分解决"),
        ("urgency", "加急", "紧急"),
        ("satisfaction", "5星", "非常满意"),
        ("satisfaction", "9.5", "9.5"),
        ("ticket_id", 20260105001.0, "20260105001"),
        ("ticket_id", "T-A１", "A1"),
        ("reply", "N/A", None),
        ("reply", float("nan"), None),
        ("reply", "'=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("reply", "a\r\nb\x00\u200b", "a\nb"),
    ],
)
def test_cells_are_read_by_kind(key: str, cell: Cell, value: object):
    assert read(key, cell) == value


def test_a_number_in_scientific_notation_is_no_ticket_number():
    with pytest.raises(BadValueError, match="科学计数法"):
        read("ticket_id", "2.0260105E+17")


def test_a_text_that_no_spreadsheet_cell_can_hold_is_refused():
    with pytest.raises(BadValueError, match="有 32001 字，超过上限 32000 字"):
        read("description", "信" * 32001)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0086-137 1234 5678", "13712345678"),
        ("１３７１２３４５６７８", "13712345678"),
        ("13712345678/13912345678", "13712345678"),
        ("0551-62345678", "055162345678"),
        ("不详", None),
    ],
)
def test_phones_are_brought_to_plain_digits(text: str, digits: str | None):
    assert normal_phone(text) == digits


def test_cleaning_twice_changes_nothing():
    once = text_of(" '\t'=1+1 \n", TABLE)
    assert once == "=1+1"
    assert text_of(once, TABLE) == once
