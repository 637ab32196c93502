"""Composing an answer: triage, cases, clauses and wording from one generation's results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from cases.triage import Triage
from indexing.fusion import reciprocal_rank_fusion
from indexing.records import Hit, Result
from kb.wording import Slot, Version, wording_of

CASES_SHOWN = 5
NEAREST_SHOWN = 3
POLICIES_SHOWN = 5
WORDINGS_SHOWN = 4
LINK_K = 10  # small: the first places of both rankings count most


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
    """What the assistant gives for a complaint.

    ``no_match`` says that no case fits; then ``nearest`` holds those that come nearest.
    """

    generation: int
    no_match: bool
    triage: Triage
    cases: tuple[Hit, ...]
    policies: tuple[Hit, ...]
    wording: tuple[WordingHit, ...]
    nearest: tuple[Hit, ...] = ()


def compose(triage: Triage, found: Sequence[Result], day: date) -> Answer:
    """Make an answer of the results for cases, policies and wording, in this order."""
    cases, policies, wordings = found
    fitting = cases.fitting[:CASES_SHOWN]
    return Answer(
        cases.generation,
        cases.no_match,
        triage,
        fitting,
        used_first(policies.hits, fitting, "policies")[:POLICIES_SHOWN],
        tuple(
            WordingHit(hit, wording_of(hit.meta).on(day))
            for hit in used_first(wordings.hits, fitting, "wording")[:WORDINGS_SHOWN]
        ),
        cases.hits[:NEAREST_SHOWN] if cases.no_match else (),
    )


def used_first(hits: Sequence[Hit], cases: Sequence[Hit], link: str) -> tuple[Hit, ...]:
    """Rank ``hits`` by the search fused with what the similar cases used under ``link``."""
    by_id = {hit.id: hit for hit in hits}
    used = dict.fromkeys(linked for case in cases for linked in case.meta.get(link, []))
    rankings = [list(by_id), [linked for linked in used if linked in by_id]]
    fused = reciprocal_rank_fusion(rankings, k=LINK_K)
    return tuple(replace(by_id[found], rank=n) for n, found in enumerate(fused, start=1))
