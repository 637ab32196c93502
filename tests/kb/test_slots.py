from __future__ import annotations

import pytest

from indexing.errors import InputError
from kb.slots import fill, preview, problem
from kb.wording import Slot

GOOD = [
    ("text", "某小区东门基站"),
    ("date", "2026-12-03"),
    ("date", "12月3日"),
    ("date", "2月29日"),
    ("date", "2026/2/28"),
    ("datetime", "12月3日18:00"),
    ("datetime", "2026-12-03 08:30"),
    ("datetime", "12月3日下午5点半"),
    ("phone", "10086"),
    ("phone", "0551-62345678"),
    ("number", "2.5"),
    ("number", "1,049"),
    ("money", "¥128.50"),
    ("money", "30元"),
    ("ip", "203.0.113.9"),
    ("domain", "www.example.com"),
]
BAD = [
    ("text", "XXX"),
    ("text", "待定"),
    ("text", "{location}"),
    ("text", "。。。"),
    ("date", "2月30日"),
    ("date", "2026-13-01"),
    ("date", "2025年2月29日"),
    ("date", "尽快"),
    ("datetime", "12月3日25:00"),
    ("datetime", "12月3日18:75"),
    ("phone", "1380000"[:3]),
    ("phone", "138123456789"),
    ("number", "三五个"),
    ("money", "很多钱"),
    ("ip", "256.1.1.1"),
    ("domain", "不是域名"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_a_sensible_value_is_taken(kind, value):
    assert problem(Slot(label="空", kind=kind), value) is None


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_nonsense_is_refused_with_a_sentence(kind, value):
    sentence = problem(Slot(label="空", kind=kind), value)
    assert sentence is not None
    assert sentence.startswith("“空”")
    assert sentence.endswith("。")


def test_only_a_required_slot_must_be_filled():
    assert problem(Slot(label="空", kind="text"), " ") == "“空”还没有填。"
    assert problem(Slot(label="空", kind="text", required=False), " ") is None


def test_filling_replaces_blanks_and_refuses_what_is_missing():
    slots = {"a": Slot(label="位置", kind="text"), "b": Slot(label="时间", kind="date")}
    assert fill("{a}于{b}完成", slots, {"a": "东门", "b": "12月3日"}) == "东门于12月3日完成"
    with pytest.raises(InputError, match="“时间”还没有填"):
        fill("{a}于{b}完成", slots, {"a": "东门"})
    assert preview("{a}于{b}完成", slots, {"a": "东门", "b": "2月30日"}) == "东门于【时间】完成"
