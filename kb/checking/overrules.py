"""Rules that people overruled too often: they become advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from kb.checking.report import Advice, ForbiddenFinding, PointFinding, SlotFinding

Finding = TypeVar("Finding", PointFinding, SlotFinding, ForbiddenFinding)

_FAILS = {"missing": "没有说", "contradicted": "说反了"}
_SOFT = "（这条判定被推翻多次，不计入结论）。"


def phrase_rule(phrase: str) -> str:
    """Return the name under which overrulings of a forbidden phrase are counted."""
    return f"禁用语：{phrase}"


def point_rule(wording: str, point: str) -> str:
    """Return the name under which overrulings of a point's verdicts are counted."""
    return f"要点：{wording}/{point}"


def slot_rule(wording: str, slot: str) -> str:
    """Return the name under which overrulings of a slot's verdicts are counted."""
    return f"空位：{wording}/{slot}"


def demoted(overruled: Iterable[str], often: float) -> frozenset[str]:
    """Return the rules that were overruled ``often`` times or more.

    >>> demoted(["禁用语：尽快", "禁用语：尽快", "禁用语：保证"], 2)
    frozenset({'禁用语：尽快'})
    """
    return frozenset(rule for rule, count in Counter(overruled).items() if count >= often)


def split_phrases(
    found: Sequence[ForbiddenFinding], soft: frozenset[str]
) -> tuple[tuple[ForbiddenFinding, ...], tuple[Advice, ...]]:
    """Return the findings that count, and advice in place of those whose rule was demoted."""
    held, rest = _parted(found, lambda item: phrase_rule(item.phrase), soft)
    return held, tuple(
        Advice("rule", item.span, f"有“{item.phrase}”的说法，可以换成“{item.suggest}”。")
        for item in rest
    )


def split_points(
    wording: str, points: Sequence[PointFinding], soft: frozenset[str]
) -> tuple[tuple[PointFinding, ...], tuple[Advice, ...]]:
    """Return the points whose verdicts count, and advice in place of the others' that fail."""
    held, rest = _parted(points, lambda point: point_rule(wording, point.id), soft)
    return held, tuple(
        Advice(
            "rule", point.evidence or (0, 0), f"要点“{point.label}”{_FAILS[point.status]}{_SOFT}"
        )
        for point in rest
        if point.status != "said"
    )


def split_slots(
    wording: str, slots: Sequence[SlotFinding], soft: frozenset[str]
) -> tuple[tuple[SlotFinding, ...], tuple[Advice, ...]]:
    """Return the slots whose verdicts count, and advice in place of the others' that fail."""
    held, rest = _parted(slots, lambda slot: slot_rule(wording, slot.name), soft)
    return held, tuple(
        Advice("rule", slot.span or (0, 0), f"空位{slot.problem.rstrip('。')}{_SOFT}")
        for slot in rest
        if slot.problem is not None
    )


def _parted(
    found: Sequence[Finding], rule: Callable[[Finding], str], soft: frozenset[str]
) -> tuple[tuple[Finding, ...], list[Finding]]:
    """Return the findings whose ``rule`` counts, and those whose rule is one of ``soft``."""
    held = tuple(item for item in found if rule(item) not in soft)
    return held, [item for item in found if rule(item) in soft]
