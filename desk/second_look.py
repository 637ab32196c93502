"""A second look at the best case: the judge reads it for the customer's words.

What the search scores by, likeness and shared words, cannot tell every near miss; a judge that has
read many customers' words beside cases can tell some. The best case is read, for that is what "no
case fits" hangs on; if it does not fit, the next ones that are about as near are read, too, and one
that fits comes before it. How much the judge counts is fitted in `benchmarks.second_look` on
queries that neither it nor the calibration learned from; the cut-off stays the calibration's own.
Where the score alone is so high or so low that no answer of the judge would turn it, the judge is
not asked: reading takes time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cases
from cases.questions import fit_question, fit_text
from cases.record import sections
from indexing.calibration import log_odds, probability
from indexing.model.judge import Judging
from indexing.records import Hit, Kind, Record, Result
from indexing.store.store import Store

WEIGHTS = Path(cases.__file__).parent / "second_look.json"
DESCRIBED = "投诉描述"
SUREST = 0.98  # share that the judge hardly ever passes
READ = 3  # cases that are read at most, one after the other until one fits
NEAR = 0.5  # log odds that one of them may be behind the best by


@dataclass(frozen=True)
class Weights:
    """Of the log odds of the search's score and of the judge's share, with an intercept."""

    score: float
    judge: float
    intercept: float

    def together(self, score: float, share: float) -> float:
        """Return the probability that the case fits, in [0, 1]."""
        odds = self.score * log_odds(score) + self.judge * log_odds(share) + self.intercept
        return probability(odds)

    def is_open(self, score: float, cut_off: float) -> bool:
        """Tell whether the judge could still turn what ``score`` says; if not, it is not asked."""
        odds = self.score * log_odds(score) + self.intercept
        return abs(odds - log_odds(cut_off)) <= self.judge * log_odds(SUREST)

    def read(
        self, scores: Sequence[float], cut_off: float, share_of: Callable[[int], float | None]
    ) -> dict[int, float]:
        """Return the new scores of the cases that are read, by their places in ``scores``.

        ``scores`` are the search's, best first; ``share_of`` reads one and gives the judge's share,
        or None where there is nothing to read.
        """
        found: dict[int, float] = {}
        for place, score in enumerate(nearest(scores)):
            share = share_of(place) if self.is_open(score, cut_off) else None
            if share is None:
                break
            found[place] = round(self.together(score, share), 4)
            if found[place] >= cut_off:
                break
        return found


@cache
def default_weights() -> Weights:
    """Return the shipped weights."""
    return Weights(**json.loads(WEIGHTS.read_text("utf-8")))


@dataclass(frozen=True)
class SecondLook:
    """Scores the best cases of a result anew."""

    judge: Judging
    store: Store
    weights: Weights

    def look(self, words: str, result: Result) -> Result:
        """Return ``result`` with what was read scored by both; no other case stands above it."""
        cases = [hit for hit in result.hits if hit.kind is Kind.CASE]
        question = fit_question(words)

        def share_of(place: int) -> float | None:
            text = readable(self.store.records_of([cases[place].id]))
            if text is None:
                return None
            [[answer]] = self.judge.judge([(text, [question])], again=True)
            return answer.shares[0]

        found = self.weights.read([hit.score for hit in cases], result.cut_off, share_of)
        if not found:
            return result
        read = {cases[place].id: score for place, score in found.items()}
        best = max(found.values())

        def scored(hit: Hit) -> Hit:
            if hit.kind is not Kind.CASE:
                return hit
            return replace(hit, score=read.get(hit.id, min(hit.score, best)))

        return result.ordered(map(scored, result.hits))


def nearest(scores: Sequence[float]) -> list[float]:
    """Return those of ``scores``, best first, whose cases may be read: the best and about as near.

    >>> nearest([0.6, 0.5, 0.4])
    [0.6, 0.5]
    """
    return [score for score in scores[:READ] if log_odds(scores[0]) - log_odds(score) <= NEAR]


def readable(records: list[Record]) -> str | None:
    """Return what of a case is read, if there is one that says what was complained of."""
    for record in records:
        described = sections(record.text).get(DESCRIBED)
        if described:
            return fit_text(record.title, described)
    return None
