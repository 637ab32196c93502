"""Slots found by what their clauses mean, with the real model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from indexing.model import load_encoder
from kb.checking import Checker
from kb.wording import Wording, read_wording

WORDINGS = Path(__file__).parents[2] / "kb" / "wording"
DAY = date(2026, 11, 23)

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def checker(model_folder: Path) -> Checker:
    return Checker(load_encoder(model_folder))


def _wording(name: str) -> Wording:
    path = WORDINGS / f"{name}.yaml"
    return read_wording(path.read_text("utf-8"), path.name)[0]


def _slots(checker: Checker, name: str, reply: str) -> dict[str, tuple[str, str]]:
    report = checker.check(_wording(name), reply, DAY)
    return {slot.name: (slot.status, slot.value) for slot in report.slots}


def _points(checker: Checker, name: str, reply: str) -> dict[str, str]:
    return {p.id: p.status for p in checker.check(_wording(name), reply, DAY).points}


@pytest.mark.parametrize(
    ("wording", "reply", "slot", "value"),
    [
        (
            "W-BB-008",
            "真对不住，师傅前面那家还没弄完，改到后天上午九点行不？",
            "reason",
            "前面那家还没弄完",
        ),
        ("W-FEE-011", "退款现在走到财务打款了，27号前到您账上。", "step", "财务打款"),
        ("W-SEC-003", "您担心的是身份证号被别人看了去，我们这就查。", "info", "身份证号"),
    ],
)
def test_a_clause_like_an_example_fills_a_text_slot(
    checker: Checker, wording: str, reply: str, slot: str, value: str
) -> None:
    status, found = _slots(checker, wording, reply)[slot]
    assert status == "filled"
    assert value in found


def test_a_point_is_said_by_the_value_of_its_slot(checker: Checker) -> None:
    reply = "真对不住，师傅前面那家还没弄完，改到后天上午九点行不？"
    assert _points(checker, "W-BB-008", reply)["reason"] == "said"


def test_who_says_that_nothing_was_done_gives_no_result(checker: Checker) -> None:
    reply = "抱歉，线路那一段我们没有测，也不会去测，26号前给您回电。"
    found = _slots(checker, "W-BB-006", reply)
    assert found["result"] == ("empty", "")


def test_a_typed_value_goes_to_the_clause_that_is_like_its_own(checker: Checker) -> None:
    reply = "我看后台光衰大，明天上午九点半小赵去您家查线路，修好我再打电话问您。"
    assert _slots(checker, "W-BB-005", reply)["visit"] == ("filled", "明天上午九点半")


def test_a_blank_left_in_the_reply_is_not_filled_from_elsewhere(checker: Checker) -> None:
    reply = "请您本人带身份证到{place}核验，号码是在南门代理店开的。"
    assert _slots(checker, "W-SEC-007", reply)["place"][0] == "empty"


def test_the_other_forms_of_a_phrase_are_found_by_sound_order_and_meaning(checker: Checker) -> None:
    wording = _wording("W-FEE-013")
    for reply in (
        "说实话，这笔钱讨不回来了。",
        "充错的钱哪，您可就别想拿回来了。",
        "谁让您输错了。",
    ):
        named = [f.phrase for f in checker.check(wording, reply, DAY).forbidden]
        assert named in (["钱要不回来了"], ["谁让您输错"])


def test_no_wording_holds_another_form_of_its_own_phrases(checker: Checker) -> None:
    for path in sorted(WORDINGS.glob("*.yaml")):
        wording = _wording(path.stem)
        version = wording.versions[-1]
        said = "。".join((version.text, *(f.suggest for f in version.forbidden)))
        found = checker.check(wording, said, max(version.valid_from, DAY)).forbidden
        assert [(path.stem, f.phrase) for f in found] == []
