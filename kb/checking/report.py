"""What is checked, and what a check found, each finding with the rule that decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from kb.wording import Wording

PointStatus = Literal["said", "missing", "contradicted"]
SlotStatus = Literal["filled", "empty", "invalid"]
AdviceKind = Literal["deadline", "jargon", "privacy", "rule"]
Span = tuple[int, int]  # character offsets [start, end) into the reply
_SPANS = (("points", "evidence"), ("forbidden", "span"), ("slots", "span"), ("advice", "span"))


def overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]


@dataclass(frozen=True)
class Item:
    """A reply to check, the day it was given, and the hours within which it has to promise."""

    wording: Wording
    reply: str
    as_of: date
    limit_hours: int | None = None


@dataclass(frozen=True)
class PointFinding:
    """Whether a point was made, and what shows it.

    ``similarity`` is 1 for a word-for-word match, rapidfuzz's ratio / 100 for a fuzzy one, and the
    centred cosine (at most 1, higher is closer) for one by meaning; 0 where nothing was near. Where
    the judge decided against the rules (``rule`` is 通读判断) it is the share of its status.
    """

    id: str
    label: str
    level: Literal["must", "should"]
    status: PointStatus
    evidence: Span | None
    paraphrase: str | None
    similarity: float
    rule: str


@dataclass(frozen=True)
class ForbiddenFinding:
    """A phrase that must not be said, where it stands, and what to say instead."""

    phrase: str
    span: Span
    suggest: str
    fatal: bool
    rule: str


@dataclass(frozen=True)
class SlotFinding:
    """What the reply gives for a slot; ``problem`` is a Chinese sentence if it will not do."""

    name: str
    label: str
    status: SlotStatus
    value: str
    span: Span | None
    problem: str | None


@dataclass(frozen=True)
class Advice:
    """Something worth mending that neither fails a reply nor costs it points."""

    kind: AdviceKind
    span: Span
    message: str  # one Chinese sentence


@dataclass(frozen=True)
class Report:
    """The verdict on one reply; ``score`` is 0 to 100, see `kb.checking.score`.

    ``better`` is the wording that the reply seems to be made from, if it is not the one given.
    """

    wording: str
    version: str
    passed: bool
    score: int
    points: tuple[PointFinding, ...]
    forbidden: tuple[ForbiddenFinding, ...]
    slots: tuple[SlotFinding, ...]
    advice: tuple[Advice, ...] = ()
    better: str | None = None


def report_of(values: Mapping[str, Any]) -> Report:
    """Return the report that `report_json` gave ``values`` of."""

    def spanned(part: str, key: str) -> list[dict[str, Any]]:
        some: list[dict[str, Any]] = values[part]
        return [item | {key: item[key] and tuple(item[key])} for item in some]

    points, forbidden, slots, advice = (spanned(part, key) for part, key in _SPANS)
    return Report(
        wording=values["wording"],
        version=values["version"],
        passed=values["passed"],
        score=values["score"],
        points=tuple(PointFinding(**item) for item in points),
        forbidden=tuple(ForbiddenFinding(**item) for item in forbidden),
        slots=tuple(SlotFinding(**item) for item in slots),
        advice=tuple(Advice(**item) for item in advice),
        better=values["better"],
    )


def report_json(report: Report) -> dict[str, Any]:
    """Return ``report`` as JSON values; spans become ``[start, end]``."""
    found = asdict(report)
    for part, key in _SPANS:
        found[part] = [
            item | {key: None if item[key] is None else list(item[key])} for item in found[part]
        ]
    return found
