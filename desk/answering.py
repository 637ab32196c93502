"""Composing an answer: triage, cases, clauses and wording from one generation's results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cases.triage import Neighbour, Triage, Triager
from indexing.fusion import reciprocal_rank_fusion
from indexing.records import Hit, Record, Result
from kb.wording import Slot, Version, wording_of

CASES_SHOWN = 5
POLICIES_SHOWN = 5
WORDINGS_SHOWN = 4
LINK_WEIGHT = 0.5  # of the wordings that the best cases used, beside those found by search

Linked = Callable[[Sequence[str], date], Iterable[Record]]


@dataclass(frozen=True)
class WordingHit:
    """A standard wording with the version in force and its blanks."""

    hit: Hit
    version: Version

    @property
    def text(self) -> str:
        """The wording's text with ``{slot}`` blanks."""
        return self.version.text

    @property
    def slots(self) -> dict[str, Slot]:
        """The blanks by name."""
        return self.version.slots


@dataclass(frozen=True)
class Answer:
    """What the assistant gives for a complaint; ``no_match`` says that no case fits."""

    generation: int
    no_match: bool
    triage: Triage
    cases: tuple[Hit, ...]
    policies: tuple[Hit, ...]
    wording: tuple[WordingHit, ...]


def compose(
    text: str, found: Sequence[Result], triager: Triager, linked: Linked, day: date
) -> Answer:
    """Make an answer of the results for cases, policies and wording, in this order."""
    cases, policies, wordings = found
    neighbours = [Neighbour(h.category, h.score) for h in cases.hits if h.category is not None]
    fitting = () if cases.no_match else cases.hits[:CASES_SHOWN]
    return Answer(
        cases.generation,
        cases.no_match,
        triager.triage(text, neighbours),
        fitting,
        policies.hits[:POLICIES_SHOWN],
        _wordings(wordings.hits, fitting, linked, day),
    )


def _wordings(
    hits: Sequence[Hit], cases: Sequence[Hit], linked: Linked, day: date
) -> tuple[WordingHit, ...]:
    """Rank wordings by the search and by the similar cases that used them."""
    by_id = {hit.id: hit for hit in hits}
    used = list(dict.fromkeys(wid for case in cases for wid in case.meta.get("wording", [])))
    for record in linked([wid for wid in used if wid not in by_id], day):
        by_id[record.id] = _hit_of(record, day)
    used = [wid for wid in used if wid in by_id]
    fused = reciprocal_rank_fusion([[hit.id for hit in hits], used], [1.0, LINK_WEIGHT])
    chosen = []
    for rank, wording_id in enumerate(list(fused)[:WORDINGS_SHOWN], start=1):
        hit = replace(by_id[wording_id], rank=rank)
        chosen.append(WordingHit(hit, wording_of(hit.meta).on(day)))
    return tuple(chosen)


def _hit_of(record: Record, day: date) -> Hit:
    """Return a wording that no leg found but a similar case used."""
    version = wording_of(record.meta).on(day)
    text = version.text.strip()
    start = record.text.find(text)
    span = (start, start + len(text))
    return Hit(
        rank=0,
        kind=record.kind,
        id=record.id,
        title=record.title,
        passage=text,
        span=span,
        source_span=span,
        heading=(),
        score=0.0,
        cosine=0.0,
        bm25=0.0,
        highlights=(),
        category=record.category,
        urgency=None,
        status=record.status,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        part=version.version,
        meta=record.meta,
    )
