from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from cases.categories import load_categories
from cases.tickets.category import match_category
from cases.tickets.header import find_table
from cases.tickets.mapping import guess_mapping
from cases.tickets.record import to_record
from cases.tickets.rows import read_rows
from indexing.masking import Masker
from indexing.records import Kind, Record, Status
from tests.cases.tickets.sheets import HEADER, dirty, row

MASKER = Masker()
CATEGORIES = load_categories()
KEY = b"0123456789abcdef"


def records(rows, key: bytes = KEY) -> list[Record]:
    table = find_table(rows)
    found = read_rows(table.rows, guess_mapping(table.header, table.rows), MASKER)
    return [to_record(r.ticket, MASKER, CATEGORIES, key) for r in found if r.ticket]


def record(**other) -> Record:
    return records([HEADER, row("20260105001", **other)])[0]


def test_a_ticket_becomes_a_record():
    found = record()
    assert found.id == "T-20260105001"
    assert (found.kind, found.status) == (Kind.TICKET, Status.PUBLISHED)
    assert found.title == "在家里打电话听不清，换了手机也一样"
    assert found.text == (
        "## 投诉描述\n在家里打电话听不清，换了手机也一样。\n\n"
        "## 处理\n核查基站无告警，安排现场测试。\n\n## 回复\n已向客户解释。"
    )
    assert (found.category, found.urgency, found.valid_from) == ("N/通话质量", "一般", None)
    assert found.meta == {
        "accepted_at": "2026-01-05T12:00:00",
        "area": "金山区",
        "handler": "赵**",
        "solved": True,
        "customer_hash": "d600d195783efedf",
        "sections": {"description": [8, 26], "measure": [34, 49], "reply": [57, 64]},
    }
    assert [p.heading for p in found.passages] == [("投诉描述",), ("处理",), ("回复",)]
    assert all(p.text == found.text[p.start : p.end] for p in found.passages)


def test_neither_name_nor_number_is_anywhere_in_the_record():
    said = (
        "欧阳小梅来电，１３７１２３４５６７８、137 1234 5678、62345678 都打不通，赵长青没有处理。"
    )
    found = record(said=said, phone="13712345678/0551-62345678")
    stored = json.dumps(asdict(found), ensure_ascii=False, default=str)
    for secret in (
        "欧阳小梅",
        "小梅",
        "13712345678",
        "１３７１２",
        "1234 5678",
        "62345678",
        "长青",
    ):
        assert secret not in stored
    assert "都打不通" in found.text


def test_the_same_customer_has_the_same_hash_and_another_key_another():
    plain = record().meta["customer_hash"]
    assert record(phone="+86 137-1234-5678").meta["customer_hash"] == plain
    assert record(phone="13912345678").meta["customer_hash"] != plain
    other = records([HEADER, row("20260105001")], key=b"another")[0]
    assert other.meta["customer_hash"] != plain
    assert "customer_hash" not in record(phone="不详").meta


@pytest.mark.parametrize("number", ["投诉[2026]001", "13712345678", "GD-13712345678-1", "x" * 80])
def test_an_unsafe_number_is_hashed(number: str):
    found = records([HEADER, row(number)])[0].id
    assert found != f"T-{number}"
    assert len(found) == 18
    assert records([HEADER, row(number)])[0].id == found


def test_a_name_before_a_staff_number_is_hidden_too():
    found = record(said="王大力上门两次没有修好。", handler="王大力(8012)")
    assert found.text.startswith("## 投诉描述\n王**上门")
    assert found.meta["handler"] == "王********"


def test_a_word_that_stands_for_any_customer_is_not_starred():
    assert record(name="客户", said="客户反映没有信号。").title == "客户反映没有信号"


def test_without_a_number_column_the_id_comes_from_the_content():
    sheet = [["客户号码", "投诉内容"], ["13712345678", "断网"], ["13712345678", "没信号"]]
    first, second = records(sheet)
    assert first.id != second.id
    assert first.id == records(sheet)[0].id
    assert first.id != records(sheet, key=b"another")[0].id


def test_unknown_category_and_urgency_stay_as_they_were_written():
    found = record(category="其他", urgency="P1")
    assert (found.category, found.urgency) == (None, None)
    assert (found.meta["category"], found.meta["urgency"]) == ("其他", "P1")


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("N/网络覆盖", "N/网络覆盖"),
        ("网络覆盖", "N/网络覆盖"),
        ("移动业务>网络质量>网络覆盖差", "N/网络覆盖"),
        ("ＩＰ电话与长途接入", "N/IP电话与长途接入"),
        ("宽带-断网", "B/断网"),
        ("手机网速慢", None),
        ("网络质量", None),
        ("", None),
    ],
)
def test_categories_are_matched_by_key_name_or_nearly_the_name(said: str, category: str | None):
    assert match_category(said, CATEGORIES) == category


def test_the_dirty_sheet_gives_the_same_records_again():
    assert records(dirty()) == records(dirty())
    assert [r.id for r in records(dirty())] == [
        "T-20260105001",
        "T-20260105002",
        "T-20260105004",
        "T-20260105006",
    ]
    assert replace(records(dirty())[0], file_name="a.xlsx") != records(dirty())[0]
