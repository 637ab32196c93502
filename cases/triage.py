"""Triage (预判): category from similar cases and cue words, urgency from rules, what to ask."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from cases.urgency import Urgency

TAXONOMY = Path(__file__).parent / "taxonomy"
# A neighbour's vote falls to half at this many places.
HALF_RANK = 3.0
# A corrected text counts as a neighbour from this cosine on, and fully when it is the same text.
LEAST_COSINE = 0.85

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Neighbour:
    """A similar case: its category and the probability that it fits."""

    category: str
    score: float


@dataclass(frozen=True)
class Triage:
    """What a complaint is, how urgent, by when, and what to ask.

    ``category_confidence`` is the winner's share in [0, 1]; ``sure`` tells whether the category can
    be taken as it is, otherwise it and ``runner_up``, the second, are to be offered; ``shares``
    are those of all categories that anything speaks for, best first. ``due_hours`` 0 means at once.
    """

    category: str | None
    category_confidence: float
    runner_up: str | None
    sure: bool
    urgency: str
    reasons: tuple[str, ...]
    due_hours: int
    ask: tuple[str, ...]
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Cues:
    """What each category's complaints say, as patterns with points, and how to weigh it all."""

    aside: re.Pattern[str]
    patterns: dict[str, tuple[tuple[re.Pattern[str], float], ...]]
    sharpness: float
    neighbours: float
    sure: float
    leaning: float

    @classmethod
    def shipped(cls) -> Cues:
        """Read ``cases/taxonomy/triage_cues.yaml``."""
        data = _read("triage_cues.yaml")
        return cls(
            re.compile("|".join(data["aside"])),
            {name: _pointed(lists, data["points"]) for name, lists in data["categories"].items()},
            data["sharpness"],
            data["neighbours"],
            data["sure"],
            data["leaning"],
        )

    def points(self, text: str) -> dict[str, float]:
        """Return the points of every category that some pattern speaks for."""
        matter = self.aside.sub("，", text)
        found: dict[str, float] = {}
        for category, patterns in self.patterns.items():
            held = [points for pattern, points in patterns if pattern.search(matter)]
            if any(points > 0 for points in held):
                found[category] = sum(held)
        return found


@dataclass(frozen=True)
class Triager:
    """Grades complaints.

    ``questions`` are by category, with ``default`` for the rest; ``corrections`` are texts that a
    person labelled, each with its unit vector ``(dim,)``: they count as cases of the library.
    """

    urgency: Urgency
    questions: dict[str, list[str]]
    cues: Cues
    corrections: tuple[tuple[Vector, str], ...] = ()

    def triage(
        self, text: str, neighbours: Sequence[Neighbour], vector: Vector | None = None
    ) -> Triage:
        """Triage ``text`` with the cases that are most like it, best first.

        ``vector`` is the text's own unit vector ``(dim,)``, to compare with the corrections.
        """
        near = [*neighbours, *self._corrected(vector)]
        near.sort(key=lambda neighbour: -neighbour.score)
        shares = self.categorise(text, near)
        category, runner_up = [*shares, None, None][:2]
        confidence = round(shares[category], 3) if category is not None else 0.0
        grade, reasons = self.urgency.grade(text)
        ask = self.questions.get(category or "", self.questions["default"])
        return Triage(
            category,
            confidence,
            runner_up,
            confidence >= self.cues.sure,
            grade.name,
            tuple(str(reason) for reason in reasons),
            grade.due_hours,
            tuple(ask),
            shares,
        )

    def categorise(self, text: str, neighbours: Sequence[Neighbour]) -> dict[str, float]:
        """Return the shares in [0, 1] of all categories that anything speaks for, best first."""
        points = self.cues.points(text)
        for category, share in votes(neighbours).items():
            points[category] = points.get(category, 0.0) + self.cues.neighbours * share
        best = max(points.values(), default=0.0)
        silent = [0.0] * (len(self.cues.patterns) - len(points))
        total = sum(math.exp(self.cues.sharpness * (p - best)) for p in [*points.values(), *silent])
        return {
            category: math.exp(self.cues.sharpness * (points[category] - best)) / total
            for category in sorted(points, key=lambda category: -points[category])
        }

    def _corrected(self, vector: Vector | None) -> list[Neighbour]:
        if vector is None:
            return []
        pairs = ((float(known @ vector), category) for known, category in self.corrections)
        return [
            Neighbour(category, min(1.0, (cosine - LEAST_COSINE) / (1 - LEAST_COSINE)))
            for cosine, category in pairs
            if cosine > LEAST_COSINE
        ]


def votes(neighbours: Sequence[Neighbour]) -> dict[str, float]:
    """Return each category's share of the votes, scaled by how well the nearest case fits.

    >>> votes([Neighbour("N/漫游", 0.9), Neighbour("N/漫游", 0.5)])
    {'N/漫游': 0.9}
    """
    found: dict[str, float] = {}
    for rank, neighbour in enumerate(neighbours):
        weight = neighbour.score**2 * 0.5 ** (rank / HALF_RANK)
        found[neighbour.category] = found.get(neighbour.category, 0.0) + weight
    whole = max(sum(found.values()), 1e-9)
    best = max((neighbour.score for neighbour in neighbours), default=0.0)
    return {category: best * weight / whole for category, weight in found.items()}


def load_triager(corrections: Sequence[tuple[Vector, str]] = ()) -> Triager:
    """Read the shipped rules, questions and cues; ``corrections`` as in `Triager`."""
    return Triager(Urgency(), _read("ask.yaml"), Cues.shipped(), tuple(corrections))


def _read(name: str) -> Any:
    return yaml.safe_load((TAXONOMY / name).read_text(encoding="utf-8"))


def _pointed(
    lists: dict[str, list[str]], points: dict[str, float]
) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple(
        (re.compile(pattern), points[name])
        for name, patterns in lists.items()
        for pattern in patterns
    )
