from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cases.tickets.header import find_table
from cases.tickets.mapping import Mapping, MappingBook, guess_mapping
from indexing.errors import InputError
from tests.cases.tickets.sheets import dirty


def mapped(rows) -> Mapping:
    table = find_table(rows)
    return guess_mapping(table.header, table.rows)


def test_columns_are_known_by_their_names():
    mapping = mapped(dirty())
    assert mapping.columns == {
        "ticket_id": 0,
        "accepted_at": 1,
        "customer": 2,
        "phone": 3,
        "area": 4,
        "category": 5,
        "urgency": 6,
        "description": 7,
        "measure": 8,
        "reply": 9,
        "handler": 10,
        "solved": 11,
    }
    assert mapping.confidence["handler"] == 1.0
    assert mapping.reasons["description"] == "列名“问题描述”是“投诉内容”的别名"
    assert mapping.missing == ()


def test_nearly_the_name_is_enough_and_brackets_do_not_count():
    mapping = mapped([["工单流水号码", "投诉内容（必填）*"], ["1", "断网"]])
    assert mapping.columns == {"description": 1, "ticket_id": 0}
    assert mapping.reasons["ticket_id"] == "列名“工单流水号码”与“工单号”相近"


def test_unknown_names_are_guessed_from_values():
    rows = [["甲", "乙", "丙", "丁"]]
    for day in range(1, 9):
        said = "客户反映家里宽带这几天一直断线，重启光猫也没有用。"
        rows.append([f"GD2026010{day}", f"2026-01-0{day}", f"1371234567{day}", said])
    mapping = mapped(rows)
    assert mapping.columns == {"description": 3, "ticket_id": 0, "accepted_at": 1, "phone": 2}
    assert max(mapping.confidence.values()) <= 0.6
    assert mapping.reasons["phone"] == "列名“丙”不认识，内容像客户号码"


def test_a_name_that_the_values_contradict_is_doubted():
    mapping = mapped([["受理时间", "投诉内容"], ["张三", "断网"], ["李四", "没信号"]])
    assert mapping.confidence["accepted_at"] == 0.6
    assert mapping.reasons["accepted_at"].endswith("内容多数不像受理时间")


def test_a_correction_takes_the_column_from_its_field():
    mapping = mapped([["投诉内容", "备注说明"], ["断网", "没信号"]]).corrected("reply", 0)
    assert mapping.columns == {"reply": 0}
    assert mapping.unused == ("备注说明",)
    assert mapping.reasons == {"reply": "人工指定"}
    assert mapping.missing == ("ticket_id", "description")
    with pytest.raises(InputError, match="没有第 3 列"):
        mapping.corrected("reply", 2)


def test_a_corrected_mapping_is_remembered_for_the_same_header(tmp_path: Path):
    book = MappingBook(tmp_path / "mappings.json")
    mapping = mapped(dirty()).corrected("team", 10)
    assert book.find(mapping.header) is None
    book.remember(mapping)
    spaced = tuple(f" {name} " for name in mapping.header)
    assert MappingBook(tmp_path / "mappings.json").find(spaced) == mapping
    assert book.find(mapping.header[1:]) is None
    assert [path.name for path in tmp_path.iterdir()] == ["mappings.json"]


def test_a_mapping_survives_json_and_anything_else_is_refused():
    mapping = mapped(dirty())
    assert Mapping.from_json(mapping.to_json()) == mapping
    beyond = replace(mapping, columns=mapping.columns | {"reply": 99})
    for text in ("[]", "{", beyond.to_json()):
        with pytest.raises(InputError, match="列对应关系读不出来"):
            Mapping.from_json(text)


def test_a_damaged_book_says_which_file(tmp_path: Path):
    path = tmp_path / "mappings.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="mappings"):
        MappingBook(path).find(("工单号",))


def test_a_column_of_days_is_no_column_of_numbers():
    rows = [(n, (f"2026-11-0{n}", "家里宽带断网三天了一直没有人来修")) for n in range(1, 6)]
    found = guess_mapping(("啥时候", "讲了什么话"), rows)
    assert found.columns == {"accepted_at": 0, "description": 1}
