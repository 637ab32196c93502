"""The rules' findings and the judge's answers weighed against each other.

The rules know the words of a wording, its typed values and the turns that the desk has seen; the
judge has read many replies and knows how people say the same otherwise. A small logistic model a
kind of finding (points, slots, phrases), fitted on replies over wordings that the judge had not
seen (``make judge``), tells what to believe where they differ. Its weights stand in
``data/weighing.json``; every finding names who decided.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from indexing.model.judge import Answer
from kb.checking.report import PointFinding, PointStatus, SlotFinding, SlotStatus
from kb.checking.rules import DATA

READ = "通读判断"
CONDITIONAL = "只在条件下说"  # a condition that stands in the reply is not read away
POINTS: tuple[PointStatus, ...] = ("said", "missing", "contradicted")
SLOTS: tuple[SlotStatus, ...] = ("filled", "empty", "invalid")
_LEAST = 1e-4


@dataclass(frozen=True)
class Weights:
    """One row of ``rows`` an outcome, the intercept last."""

    rows: tuple[tuple[float, ...], ...]

    def shares(self, features: Sequence[float]) -> list[float]:
        """Return each outcome's share, summing to 1."""
        table = np.array(self.rows)
        scores = table[:, :-1] @ np.array(features) + table[:, -1]
        powers = np.exp(scores - scores.max())
        return [float(share) for share in powers / powers.sum()]


@dataclass(frozen=True)
class Weighing:
    """The fitted weights, and the share from which a phrase counts as said.

    A phrase found by likeness counts unless the judge gives it less than ``veto``. ``trust`` holds
    how often each outcome was true where a rule gave a status, by ``status|rule``.
    """

    trust: Mapping[str, tuple[float, ...]]
    points: Weights
    slots: Weights
    phrases: Weights
    said: float
    veto: float

    def point(self, found: PointFinding, answer: Answer) -> PointFinding:
        """Return the finding on a point that rules and judge make together."""
        shares = self.points.shares(point_features(found, answer, self.trust))
        status = POINTS[int(np.argmax(shares))]
        conditional = found.rule == CONDITIONAL and status == "said"
        if status == found.status or conditional:
            return found
        likeness = round(max(shares), 4)
        if status == "missing":
            return replace(
                found, status=status, evidence=None, paraphrase=None, similarity=likeness, rule=READ
            )
        return replace(found, status=status, evidence=answer.span, similarity=likeness, rule=READ)

    def slot(self, found: SlotFinding, kind: str, answer: Answer) -> SlotStatus:
        """Return what to think of a slot; a typed value that stood its check is not nonsense."""
        shares = self.slots.shares(slot_features(found, kind, answer))
        status = SLOTS[int(np.argmax(shares))]
        checked = kind != "text" and found.status == "filled"
        return "filled" if checked and status == "invalid" else status

    def phrase(self, likeness: float, answer: Answer) -> float:
        """Return how likely a phrase is said, 0 to 1, that no rule has found."""
        return self.phrases.shares(phrase_features(likeness, answer))[0]


def point_features(
    found: PointFinding, answer: Answer, trust: Mapping[str, tuple[float, ...]]
) -> list[float]:
    """Return what the weighing of a point goes by: the judge's logarithms and the rule's."""
    known = trust.get(trust_key(found), (1 / 3, 1 / 3, 1 / 3))
    return [*_logs(answer), *(math.log(max(share, _LEAST)) for share in known), found.similarity]


def trust_key(found: PointFinding) -> str:
    """Return under which name the rule that gave a status is known."""
    return f"{found.status}|{found.rule}"


def slot_features(found: SlotFinding, kind: str, answer: Answer) -> list[float]:
    """Return what the weighing of a slot goes by."""
    status = [float(found.status == one) for one in SLOTS]
    free = float(kind == "text")
    return [*_logs(answer), *status, *(free * one for one in status)]


def phrase_features(likeness: float, answer: Answer) -> list[float]:
    """Return what the weighing of a phrase goes by that no rule found."""
    said, missing = _logs(answer)
    return [said - missing, likeness]


def _logs(answer: Answer) -> list[float]:
    return [math.log(max(share, _LEAST)) for share in answer.shares]


@cache
def default_weighing() -> Weighing:
    """Return the shipped weights."""
    values = json.loads((DATA / "weighing.json").read_text("utf-8"))
    points, slots, phrases = (
        Weights(tuple(map(tuple, values[name]))) for name in ("points", "slots", "phrases")
    )
    trust = {name: tuple(shares) for name, shares in values["trust"].items()}
    return Weighing(trust, points, slots, phrases, float(values["said"]), float(values["veto"]))
