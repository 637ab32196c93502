"""Rules that people overruled too often only advise."""

from __future__ import annotations

from kb.checking import phrase_rule, point_rule, slot_rule
from kb.checking.overrules import split_phrases, split_points, split_slots
from kb.checking.report import ForbiddenFinding, PointFinding, SlotFinding

MISSING = PointFinding("apology", "致歉", "must", "missing", None, None, 0.1, "没有找到")
TURNED = PointFinding("cause", "原因", "must", "contradicted", (3, 7), "光缆断了", 0.9, "否定")
SAID = PointFinding("thanks", "致谢", "should", "said", (8, 10), "谢谢", 1.0, "原话")
EMPTY = SlotFinding("area", "受影响区域", "empty", "", None, "“受影响区域”没有填写。")
FILLED = SlotFinding("start", "开始时间", "filled", "8点", (1, 3), None)


def test_points_that_are_not_counted_are_still_told() -> None:
    soft = frozenset(point_rule("W-1", point.id) for point in (MISSING, TURNED, SAID))
    held, advice = split_points("W-1", (MISSING, TURNED, SAID), soft)
    assert held == ()
    assert [(item.span, item.message) for item in advice] == [
        ((0, 0), "要点“致歉”没有说（这条判定被推翻多次，不计入结论）。"),
        ((3, 7), "要点“原因”说反了（这条判定被推翻多次，不计入结论）。"),
    ]
    assert split_points("W-2", (MISSING, TURNED, SAID), soft) == ((MISSING, TURNED, SAID), ())


def test_slots_that_are_not_counted_are_still_told() -> None:
    soft = frozenset(slot_rule("W-1", slot.name) for slot in (EMPTY, FILLED))
    held, advice = split_slots("W-1", (EMPTY, FILLED), soft)
    assert held == ()
    said = "空位“受影响区域”没有填写（这条判定被推翻多次，不计入结论）。"
    assert [(item.kind, item.span, item.message) for item in advice] == [("rule", (0, 0), said)]
    assert split_slots("W-1", (EMPTY, FILLED), frozenset()) == ((EMPTY, FILLED), ())


def test_a_phrase_that_is_not_counted_says_what_is_better() -> None:
    found = ForbiddenFinding("尽快", (2, 4), "说明具体时间", fatal=False, rule="原话")
    held, [advice] = split_phrases((found,), frozenset({phrase_rule("尽快")}))
    assert (held, advice.span) == ((), (2, 4))
    assert advice.message == "有“尽快”的说法，可以换成“说明具体时间”。"
