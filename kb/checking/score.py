"""The score of a reply.

    score = 100 · Σ weight · made / Σ weight − penalties, kept within 0 and 100

``weight`` is 3 for a ``must`` and 1 for a ``should``; ``made`` is 1 for a point said, 0 for one
missing, −0.5 for one contradicted. Penalties: 10 a forbidden phrase (25 a fatal one) and 4 a
required slot left empty or filled with nonsense. A reply passes if no ``must`` is missing or
contradicted and no fatal phrase is in it. The figures stand in ``data/rules.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.checking.report import ForbiddenFinding, PointFinding, SlotFinding


def score_of(
    points: Sequence[PointFinding],
    forbidden: Sequence[ForbiddenFinding],
    slots: Sequence[SlotFinding],
    weights: Mapping[str, float],
) -> int:
    """Return the score, 0 to 100, higher is better."""
    made = {"said": 1.0, "missing": 0.0, "contradicted": weights["contradicted"]}
    whole = sum(weights[point.level] for point in points)
    share = sum(weights[point.level] * made[point.status] for point in points) / (whole or 1)
    penalty = sum(weights["fatal" if item.fatal else "phrase"] for item in forbidden)
    penalty += weights["slot"] * sum(slot.problem is not None for slot in slots)
    return round(min(100.0, max(0.0, 100 * (share if whole else 1.0) - penalty)))


def passes(points: Sequence[PointFinding], forbidden: Sequence[ForbiddenFinding]) -> bool:
    """Tell whether every ``must`` is said and no fatal phrase is."""
    made = all(point.status == "said" for point in points if point.level == "must")
    return made and not any(item.fatal for item in forbidden)
