"""Triage (预判): category from similar cases, urgency from rules, deadline, what to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from cases.urgency import Urgency

ASK = Path(__file__).parent / "taxonomy" / "ask.yaml"
# A neighbour's vote falls to half at this many places.
HALF_RANK = 3.0
SURE = 0.5  # below this the two best categories are offered


@dataclass(frozen=True)
class Neighbour:
    """A similar case: its category and the probability that it fits."""

    category: str
    score: float


@dataclass(frozen=True)
class Triage:
    """What a complaint is, how urgent, by when, and what to ask.

    ``category_confidence`` is the winner's share of the votes, scaled by how well the nearest case
    fits; ``runner_up`` is the second category, if any; ``due_hours`` 0 means at once.
    """

    category: str | None
    category_confidence: float
    runner_up: str | None
    urgency: str
    reasons: tuple[str, ...]
    due_hours: int
    ask: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Tell whether the category can be taken as it is."""
        return self.category_confidence >= SURE


@dataclass(frozen=True)
class Triager:
    """Grades complaints; ``questions`` are by category, with ``default`` for the rest."""

    urgency: Urgency
    questions: dict[str, list[str]]

    def triage(self, text: str, neighbours: Sequence[Neighbour]) -> Triage:
        """Triage ``text`` with the cases that are most like it, best first."""
        category, confidence, runner_up = vote(neighbours)
        grade, reasons = self.urgency.grade(text)
        ask = self.questions.get(category or "", self.questions["default"])
        return Triage(
            category,
            confidence,
            runner_up,
            grade.name,
            tuple(str(reason) for reason in reasons),
            grade.due_hours,
            tuple(ask),
        )


def vote(neighbours: Sequence[Neighbour]) -> tuple[str | None, float, str | None]:
    """Return the winning category, its confidence in [0, 1], and the second.

    >>> vote([Neighbour("N/漫游", 0.9), Neighbour("N/漫游", 0.5)])
    ('N/漫游', 0.9, None)
    """
    if not neighbours:
        return None, 0.0, None
    votes: dict[str, float] = {}
    for rank, neighbour in enumerate(neighbours):
        weight = neighbour.score**2 * 0.5 ** (rank / HALF_RANK)
        votes[neighbour.category] = votes.get(neighbour.category, 0.0) + weight
    ranked = sorted(votes.items(), key=lambda pair: -pair[1])
    share = ranked[0][1] / max(sum(votes.values()), 1e-9)
    confidence = round(share * max(n.score for n in neighbours), 3)
    return ranked[0][0], confidence, ranked[1][0] if len(ranked) > 1 else None


def load_triager() -> Triager:
    """Read the shipped rules and questions."""
    return Triager(Urgency(), yaml.safe_load(ASK.read_text(encoding="utf-8")))
