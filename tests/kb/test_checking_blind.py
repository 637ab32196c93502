"""Rules that the blind replies brought, on sentences of their own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kb.checking.cues import cued, is_nonsense
from kb.checking.forbidden import find_forbidden
from kb.checking.rules import default_rules, read_phrases
from kb.checking.sentences import read_text
from kb.checking.slots import find_slots
from kb.wording import Slot, Version, read_wording

WORDINGS = Path(__file__).parents[2] / "kb" / "wording"
DAY = date(2026, 11, 23)


def _version(name: str) -> Version:
    path = WORDINGS / f"{name}.yaml"
    return read_wording(path.read_text("utf-8"), path.name)[0].on(DAY)


def _statuses(name: str, reply: str) -> dict[str, str]:
    return {slot.name: slot.status for slot in find_slots(reply, _version(name), DAY)}


def _found(reply: str) -> list[str]:
    return [f.phrase for f in find_forbidden(read_text(reply, default_rules()), read_phrases())]


def test_a_slot_that_ends_the_wording_is_filled() -> None:
    reply = (
        "占用基站（设备）：城南02站；原因：小区掉站；解决措施：更换板件；"
        "解决时间（或预计解决时间）：2026年11月22日10:00；联系客户电话：13800001234，"
        "联系时间：2026年11月22日11:00；客户态度：满意。"
    )
    assert set(_statuses("W-NET-101", reply).values()) == {"filled"}


def test_a_form_is_read_in_any_order_and_its_gaps_stay_empty() -> None:
    reply = "占用基站（设备）：城南02站；恢复时间：2026年11月22日12:00；原因：市电中断。"
    found = _statuses("W-NET-104", reply)
    assert {name for name, status in found.items() if status == "filled"} == {
        "cell",
        "restore",
        "cause",
    }


def test_a_text_slot_is_found_by_the_cue_words_of_its_label() -> None:
    slot = Slot(label="充值渠道", kind="text")
    reply = "您昨天在支付宝充了五十块。"
    assert next(reply[slice(*span)] for span in cued(reply, slot)) == "支付宝"


def test_a_clause_that_says_it_does_not_know_gives_no_value() -> None:
    assert not list(cued("断网是因为什么原因我们不清楚。", Slot(label="原因", kind="text")))


@pytest.mark.parametrize(
    ("label", "kind", "value"),
    [
        ("待处理事项", "text", "待核实"),
        ("办理地点", "text", "某某营业厅"),
        ("联系客户的电话", "phone", "12345"),
        ("联系客户的电话", "phone", "1380000"),
    ],
)
def test_values_that_say_nothing_are_nonsense(label: str, kind: str, value: str) -> None:
    assert is_nonsense(Slot.model_validate({"label": label, "kind": kind}), value)


@pytest.mark.parametrize(
    ("reply", "phrase"),
    [
        ("这事真的不归我们这边管。", "不归我管"),
        ("您是听不懂还是怎么着。", "听不懂吗"),
        ("我百分百给您解决。", "百分之百解决"),
        ("剩下的我们进快弄。", "尽快"),
        ("投诉到哪儿都是没用的。", "投诉也没用"),
        ("您去找别的人吧。", "找别人去"),
        ("投诉了呢，其实也是没什么用的。", "投诉也没用"),
        ("当初签的时候，可是您自个儿亲口同意了的呀。", "你当初自己同意的"),
    ],
)
def test_disguised_phrases_are_found(reply: str, phrase: str) -> None:
    assert _found(reply) == [phrase]


@pytest.mark.parametrize(
    "reply",
    [
        "这不是您自己的问题，是线路老化。",
        "您怕找别人去又是一圈，这事由我办到底。",
        "我们会尽快恢复，预计今天20:00前恢复。",
        "保证金200元不受影响。",
        "不能让您一直等着吧，今天18:00前回电。",
        "我们不会拿领导不在来搪塞您。",
        "当时有人跟您讲“不归我管”，这话不该说。",
        "虽说不归我管，我也会替您转到负责的同事并跟进。",
        "您不用找别人去，由我办到底。",
        "请问这个业务是您自己办的，还是家人代办的呢？",
    ],
)
def test_look_alikes_are_let_through(reply: str) -> None:
    assert _found(reply) == []


def test_the_shared_phrases_are_many_and_of_every_kind() -> None:
    names = [phrase.phrase for phrase in read_phrases()]
    assert len(names) == len(set(names)) == 45


@pytest.mark.parametrize("path", sorted(WORDINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_shipped_wording_holds_a_shared_phrase(path: Path) -> None:
    wording = read_wording(path.read_text("utf-8"), path.name)[0]
    for version in wording.versions:
        assert _found(version.text) == []
    assert all(_found(f.suggest) == [] for f in wording.versions[-1].forbidden)


@pytest.mark.parametrize(
    ("name", "replies", "wordings"),
    [("blind", 200, 42), ("independent", 318, 87), ("fresh", 194, 87)],
)
def test_the_labels_name_only_what_the_wordings_have(
    name: str, replies: int, wordings: int
) -> None:
    path = Path(__file__).parent / "data" / f"replies_{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(rows) == len({row["id"] for row in rows}) == replies
    assert len({row["wording"] for row in rows}) == wordings
    for row in rows:
        version = _version(row["wording"])
        assert set(row["points"]) == {point.id for point in version.points}
        assert set(row["slots"]) == set(version.slots)
