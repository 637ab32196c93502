"""A second look at the best case: the judge reads it for the customer's words.

What the search scores by, likeness and shared words, cannot tell every near miss; a judge that has
read many customers' words beside cases can tell some. Only the best case is read, for that is what
"no case fits" hangs on, and reading the next ones changed no order for the better. How much the
judge counts is fitted in `benchmarks.second_look` on queries that neither it nor the calibration
learned from; the cut-off stays the calibration's own. Where the score alone is so high or so low
that no answer of the judge would turn it, the judge is not asked: reading takes time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cases
from cases.questions import fit_question, fit_text
from cases.record import sections
from desk.leaning import log_odds, probability
from indexing.model.judge import Judging
from indexing.records import Hit, Kind, Record, Result
from indexing.store.store import Store

WEIGHTS = Path(cases.__file__).parent / "second_look.json"
DESCRIBED = "投诉描述"
SUREST = 0.98  # share that the judge hardly ever passes


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


@cache
def default_weights() -> Weights:
    """Return the shipped weights."""
    return Weights(**json.loads(WEIGHTS.read_text("utf-8")))


@dataclass(frozen=True)
class SecondLook:
    """Scores the best case of a result anew."""

    judge: Judging
    store: Store
    weights: Weights

    def look(self, words: str, result: Result) -> Result:
        """Return ``result`` with its best case scored by both; no other case stands above it."""
        best = next((hit for hit in result.hits if hit.kind is Kind.CASE), None)
        if best is None or not self.weights.is_open(best.score, result.cut_off):
            return result
        read = readable(self.store.records_of([best.id]))
        if read is None:
            return result
        [[answer]] = self.judge.judge([(read, [fit_question(words)])], again=True)
        score = round(self.weights.together(best.score, answer.shares[0]), 4)

        def scored(hit: Hit) -> Hit:
            if hit.kind is not Kind.CASE:
                return hit
            return replace(hit, score=score if hit is best else min(hit.score, score))

        return result.ordered(map(scored, result.hits))


def readable(records: list[Record]) -> str | None:
    """Return what of a case is read, if there is one that says what was complained of."""
    for record in records:
        described = sections(record.text).get(DESCRIBED)
        if described:
            return fit_text(record.title, described)
    return None
