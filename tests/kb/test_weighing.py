"""Weighing the rules' findings with the judge's answers; judge and weights are made up here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from indexing.model.judge import Answer
from kb.checking.judged import (
    Findings,
    Reading,
    asked_phrases,
    nearest_phrases,
    weighed,
)
from kb.checking.questions import phrase_question, point_question, slot_question
from kb.checking.report import ForbiddenFinding, PointFinding, SlotFinding
from kb.checking.rules import Phrase
from kb.checking.slots import slot_within
from kb.checking.weighing import (
    READ,
    Weighing,
    Weights,
    phrase_features,
    point_features,
    slot_features,
)
from kb.wording import Version

DAY = date(2026, 11, 23)
VERSION = Version.model_validate(
    {
        "version": "1",
        "valid_from": "2026-01-01",
        "text": "非常抱歉，是{cause}造成的，预计{restore}前恢复。",
        "slots": {
            "cause": {"label": "原因", "kind": "text"},
            "restore": {"label": "恢复时间", "kind": "datetime"},
        },
        "points": [
            {"id": "apology", "label": "致歉", "level": "must", "say": ["非常抱歉", "对不起"]}
        ],
        "forbidden": [],
    }
)
REPLY = "对您不住啊，刨断了线，11月24日18点前好。你那破猫不行。"
MISSING = PointFinding("apology", "致歉", "must", "missing", None, None, 0.2, "没有找到")
EMPTY = (
    SlotFinding("cause", "原因", "empty", "", None, "“原因”没有填写。"),
    SlotFinding("restore", "恢复时间", "empty", "", None, "“恢复时间”没有填写。"),
)
BLAME = Phrase("你自己路由器的问题", "我们一起排查", fatal=True, variants=("你路由不行",))


def _only_the_judge(features: int, outcomes: int) -> Weights:
    """Weights that take the judge's logarithms as they are and nothing else."""
    rows = [[float(i == row) for i in range(features)] + [0.0] for row in range(outcomes)]
    return Weights(tuple(map(tuple, rows)))


def _weighing() -> Weighing:
    sure = Answer((0.8, 0.1, 0.1), (0, 1))
    points = len(point_features(MISSING, sure, {}))
    slots = len(slot_features(EMPTY[0], "text", sure))
    phrases = len(phrase_features(0.0, Answer((0.8, 0.2), (0, 1))))
    return Weighing(
        {},
        _only_the_judge(points, 3),
        _only_the_judge(slots, 3),
        Weights(((1.0, *[0.0] * phrases), (0.0, *[0.0] * phrases))),
        said=0.5,
        veto=0.2,
    )


def _reading(*found: ForbiddenFinding) -> Reading:
    return Reading(REPLY, VERSION, Findings((MISSING,), EMPTY, found), (BLAME,), {})


def _at(words: str) -> tuple[int, int]:
    return REPLY.index(words), REPLY.index(words) + len(words)


def _answers(**shares: tuple[float, ...]) -> list[Answer]:
    return [
        Answer(shares.get("apology", (0.1, 0.8, 0.1)), _at("对您不住")),
        Answer(shares.get("cause", (0.1, 0.8, 0.1)), _at("刨断了线")),
        Answer(shares.get("restore", (0.1, 0.8, 0.1)), _at("11月24日18点")),
        Answer(shares.get("blame", (0.1, 0.9)), _at("你那破猫不行")),
    ]


def test_where_rules_and_judge_agree_the_rule_explains() -> None:
    found = weighed(_reading(), _answers(), _weighing(), DAY)
    assert found == Findings((MISSING,), EMPTY, ())


def test_a_point_that_only_the_judge_sees_has_its_span_and_share() -> None:
    answers = _answers(apology=(0.8, 0.1, 0.1))
    [point] = weighed(_reading(), answers, _weighing(), DAY).points
    assert (point.status, point.evidence, point.rule) == ("said", _at("对您不住"), READ)
    assert point.similarity == pytest.approx(0.8)
    assert point.paraphrase == "非常抱歉"


def test_a_condition_that_a_rule_saw_is_not_read_away() -> None:
    found = PointFinding("apology", "致歉", "must", "missing", (0, 2), "抱歉", 0.9, "只在条件下说")
    reading = Reading(REPLY, VERSION, Findings((found,), EMPTY, ()), (BLAME,), {})
    assert weighed(reading, _answers(apology=(0.8, 0.1, 0.1)), _weighing(), DAY).points == (found,)
    turned = weighed(reading, _answers(apology=(0.1, 0.1, 0.8)), _weighing(), DAY).points[0]
    assert turned.status == "contradicted"


def test_a_slot_that_only_the_judge_sees_is_filled_with_the_value_there() -> None:
    answers = _answers(cause=(0.9, 0.05, 0.05), restore=(0.9, 0.05, 0.05))
    cause, restore = weighed(_reading(), answers, _weighing(), DAY).slots
    assert (cause.status, cause.value, cause.span) == ("filled", "刨断了线", _at("刨断了线"))
    assert (restore.status, restore.value) == ("filled", "11月24日18点")


def test_a_slot_that_the_judge_does_not_see_is_empty() -> None:
    filled = SlotFinding("cause", "原因", "filled", "18点前好", _at("18点前好"), None)
    reading = Reading(REPLY, VERSION, Findings((MISSING,), (filled, EMPTY[1]), ()), (BLAME,), {})
    cause, _ = weighed(reading, _answers(), _weighing(), DAY).slots
    assert (cause.status, cause.value, cause.span) == ("empty", "", None)
    assert cause.problem == "“原因”没有填写。"


def test_a_blank_left_as_it_was_is_empty_whatever_is_read() -> None:
    at = REPLY.index("刨断了线")
    left = SlotFinding("cause", "原因", "empty", "{cause}", (at, at + 7), "“原因”没有填写。")
    reading = Reading(REPLY, VERSION, Findings((MISSING,), (left, EMPTY[1]), ()), (BLAME,), {})
    found = weighed(reading, _answers(cause=(0.0, 0.0, 1.0)), _weighing(), DAY)
    assert found.slots[0] == left


def test_a_typed_value_that_stood_its_check_is_not_nonsense() -> None:
    time = SlotFinding("restore", "恢复时间", "filled", "11月24日18点", _at("11月24日18点"), None)
    weighing = _weighing()
    nonsense = Answer((0.1, 0.2, 0.7), (0, 1))
    assert weighing.slot(time, "datetime", nonsense) == "filled"
    assert weighing.slot(time, "datetime", Answer((0.1, 0.8, 0.1), (0, 1))) == "empty"
    assert weighing.slot(time, "text", nonsense) == "invalid"


def test_a_phrase_is_as_near_as_the_nearest_of_its_forms() -> None:
    other = Phrase("尽快", "", fatal=False)
    forms = [(BLAME, "你自己路由器的问题"), (BLAME, "你路由不行"), (other, "尽快")]
    likeness = np.array([[0.1, 0.3, 0.2], [0.25, 0.0, 0.15]], dtype=np.float32)
    near = nearest_phrases(forms, likeness)
    assert near == pytest.approx({BLAME.phrase: 0.3, "尽快": 0.2})
    assert nearest_phrases(forms, likeness[:0]) == {BLAME.phrase: -1.0, "尽快": -1.0}


def test_a_phrase_in_other_words_is_found_where_the_judge_saw_it() -> None:
    answers = _answers(blame=(0.9, 0.1))
    [item] = weighed(_reading(), answers, _weighing(), DAY).forbidden
    assert (item.phrase, item.span, item.fatal) == (BLAME.phrase, _at("你那破猫不行"), True)
    assert item.rule == f"{READ}（0.90）"


def test_a_phrase_that_the_rules_found_keeps_its_rule_or_is_dropped() -> None:
    found = ForbiddenFinding(BLAME.phrase, (20, 25), BLAME.suggest, True, "意思相近")
    said = weighed(_reading(found), _answers(blame=(0.3, 0.7)), _weighing(), DAY)
    assert said.forbidden == (found,)
    assert weighed(_reading(found), _answers(), _weighing(), DAY).forbidden == ()


def test_a_phrase_that_stands_word_for_word_is_not_read_away() -> None:
    found = ForbiddenFinding(BLAME.phrase, (20, 25), BLAME.suggest, True, "原话")
    reading = replace(_reading(found), phrases=())  # nor is it read for
    assert weighed(reading, _answers()[:3], _weighing(), DAY).forbidden == (found,)


@pytest.mark.parametrize(
    ("words", "status", "value"),
    [
        ("预计2月30日修好", "invalid", "2月30日"),
        ("预计大后天中午修好", "filled", "大后天中午"),
    ],
)
def test_a_typed_value_that_is_seen_is_still_checked(words: str, status: str, value: str) -> None:
    span = (2, 2 + len(value))
    found = slot_within(words, VERSION, "restore", span, DAY)
    assert (found.status, found.value) == (status, value)


def test_the_wordings_phrases_are_asked_and_those_found_by_likeness() -> None:
    phrases = [Phrase(f"短语{i}", "", fatal=False) for i in range(6)]
    rules = {1: "意思相近", 2: "原话", 3: "拆开说", 4: "同音字"}
    found = [ForbiddenFinding(f"短语{i}", (i, i + 1), "", False, r) for i, r in rules.items()]
    asked = [phrase.phrase for phrase in asked_phrases(phrases, 3, found)]
    assert asked == ["短语0", "短语1", "短语3"]


def test_questions_say_what_is_looked_for() -> None:
    assert point_question(VERSION.points[0]).text == "要点 致歉：非常抱歉；对不起"
    assert point_question(VERSION.points[0], 1).text == "要点 致歉：对不起；非常抱歉"
    assert slot_question(VERSION, "cause").text == "空位 原因（文字）：是…造成的"
    assert slot_question(VERSION, "restore").text == "空位 恢复时间（时间）：预计…前恢复"
    assert phrase_question(BLAME).text == "禁语 你自己路由器的问题：你路由不行"
