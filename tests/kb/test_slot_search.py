"""What free text gives for the slots of a wording that no cue was written for."""

from __future__ import annotations

from datetime import date

import pytest

from kb.checking.slots import find_slots
from kb.wording import Version, read_wording

DAY = date(2026, 11, 23)
WORDING = """
id: T-1
title: 停机保号办理口径
category: F/停机保号
audience: customer
versions:
- version: '1'
  valid_from: 2026-01-01
  valid_until: null
  text: >-
    您{number}的保号从{start}起生效，每月收{fee}保号费，最长保留{months}个月，
    已用{days}天。受理编号{order}。
  slots:
    number: {label: 办理号码, kind: phone, required: true}
    start: {label: 起始日, kind: date, required: true}
    fee: {label: 保号费, kind: money, required: true}
    months: {label: 最长月数, kind: number, required: true}
    days: {label: 已用天数, kind: number, required: true}
    order: {label: 受理编号, kind: text, required: true}
  points:
  - {id: keep, label: 保留号码, level: must, say: [号码给您留着]}
  forbidden: []
"""


@pytest.fixture(scope="module")
def version() -> Version:
    return read_wording(WORDING, "T-1.yaml")[0].on(DAY)


@pytest.mark.parametrize(
    ("reply", "slot", "status", "value"),
    [
        ("月租59照走，两笔一块儿出账。", "months", "empty", ""),
        ("留十二个月，到点再说。", "months", "filled", "十二"),
        ("本月您用掉26天，按天算。", "days", "filled", "26"),
        ("已用-6天。", "days", "invalid", "-6"),
        ("资费收负五元，别的不收。", "fee", "invalid", "负五元"),
        ("3-5元的小额不计，收12元。", "fee", "filled", "12元"),
        ("这事打12月3日计，您看行不？", "start", "filled", "12月3日"),
        ("每月收XX元保号费，号码给您留着。", "fee", "invalid", "XX元"),
        ("给您登记好了，编号待定，号码给您留着。", "order", "invalid", "待定"),
        ("您幺三八零零零零六零六零的保号办好了。", "number", "filled", "幺三八零零零零六零六零"),
        ("您幺三八零零零零六零的保号办好了。", "number", "empty", ""),
    ],
)
def test_a_value_is_found_by_its_look_and_its_unit(
    version: Version, reply: str, slot: str, status: str, value: str
) -> None:
    found = {one.name: one for one in find_slots(reply, version, DAY)}
    assert (found[slot].status, found[slot].value) == (status, value)
