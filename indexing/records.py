"""The nouns of the store: records, passages, filters and hits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a record is."""

    CASE = "case"
    POLICY = "policy"
    WORDING = "wording"
    TICKET = "ticket"


KNOWLEDGE = (Kind.CASE, Kind.POLICY, Kind.WORDING)  # what is searched unless tickets are asked for


# `Passage.part` of a way of asking for a record: it is found by, and shown for want of another.
ASKED = "asked"


class Status(StrEnum):
    """Where a record stands in its life."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True)
class Passage:
    """A piece of a record (文本块).

    ``text`` equals ``record.text[start:end]``; ``source_start`` and ``source_end`` are the offsets
    in the file that the record was read from (the same numbers when nothing had to be repaired).
    """

    heading: tuple[str, ...]
    start: int
    end: int
    text: str
    source_start: int
    source_end: int
    valid_from: date | None = None
    valid_until: date | None = None
    part: str = ""  # which part of the record it belongs to, such as a wording's version


@dataclass(frozen=True)
class Record:
    """A case, policy, wording or ticket as stored: cleaned, masked, with its passages."""

    id: str
    kind: Kind
    title: str
    text: str
    status: Status
    passages: tuple[Passage, ...]
    category: str | None = None
    urgency: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""
    file_name: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Filter:
    """Which records a search may return; an empty tuple means any.

    ``as_of`` is the day on which a record must be in force; ``None`` takes all days.
    """

    kinds: tuple[Kind, ...] = ()
    statuses: tuple[Status, ...] = (Status.PUBLISHED,)
    categories: tuple[str, ...] = ()  # ``N`` takes the whole class, ``N/网络覆盖`` one category
    urgencies: tuple[str, ...] = ()
    as_of: date | None = None


@dataclass(frozen=True)
class Hit:
    """A passage that answers a query, with what speaks for it.

    ``score`` is the calibrated probability in [0, 1] that the record fits; ``cosine`` and ``bm25``
    are the legs' raw scores (0.0 where a leg did not see the passage); ``highlights`` are spans
    within ``passage``; ``span`` is the passage's place in the record's text.
    """

    rank: int
    kind: Kind
    id: str
    title: str
    passage: str
    span: tuple[int, int]
    source_span: tuple[int, int]
    heading: tuple[str, ...]
    score: float
    cosine: float
    bm25: float
    highlights: tuple[tuple[int, int], ...]
    category: str | None
    urgency: str | None
    status: Status
    valid_from: date | None
    valid_until: date | None
    part: str
    meta: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """Ranked hits, all of one generation; those that score ``cut_off`` or more are a fit.

    ``by_code`` tells that a code was asked for: what holds it comes first, whatever the score.
    """

    generation: int
    cut_off: float
    hits: tuple[Hit, ...]
    by_code: bool = False

    @property
    def fitting(self) -> tuple[Hit, ...]:
        """The hits that are a fit."""
        return tuple(hit for hit in self.hits if hit.score >= self.cut_off)

    @property
    def no_match(self) -> bool:
        """Tell that none of the hits is a fit."""
        return not self.fitting

    def ordered(self, hits: Iterable[Hit]) -> Result:
        """Return the result with ``hits`` in its place, the highest score first."""
        ranked = sorted(hits, key=lambda hit: -hit.score)
        return replace(self, hits=tuple(replace(h, rank=n) for n, h in enumerate(ranked, start=1)))
