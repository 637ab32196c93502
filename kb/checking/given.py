"""Points that a reply makes by giving the value that the wording makes them with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.checking.points import PointRule
from kb.checking.report import PointFinding, SlotFinding
from kb.checking.sentences import Text


def said_by_values(
    points: Sequence[PointFinding],
    rules: Sequence[PointRule],
    slots: Sequence[SlotFinding],
    text: Text,
) -> tuple[PointFinding, ...]:
    """Return ``points``, those said that nothing else showed but a slot of their own clause does.

    “原因是{cause}” is said by a reply that names the cause in whatever words.
    """
    given = {slot.name: slot for slot in slots if slot.status == "filled" and slot.span}
    return tuple(
        _said(point, [given[name] for name in rule.slots if name in given], text)
        for point, rule in zip(points, rules, strict=True)
    )


def _said(point: PointFinding, slots: Sequence[SlotFinding], text: Text) -> PointFinding:
    if point.status != "missing" or point.evidence is not None:
        return point
    for slot in slots:
        clause = text.clause_at(slot.span[0]) if slot.span else None
        if slot.span and clause is not None and not clause.depends(*slot.span):
            return replace(point, status="said", evidence=slot.span, rule="给出了要填的内容")
    return point
