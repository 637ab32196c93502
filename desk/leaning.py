"""Leaning a result towards the category that the complaint is of (预判), a soft signal.

A case of another category falls behind by ``leaning`` log odds (``cases/taxonomy``) times what its
category's share lacks of the winner's: where the triage is sure, what is near in words alone makes
room; between two that are as likely nothing moves. No score is ever raised, so that what was no
fit does not become one.
"""

from __future__ import annotations

from dataclasses import replace

from cases.triage import Neighbour, Triage
from indexing.calibration import log_odds, probability
from indexing.records import Hit, Kind, Result


def neighbours(result: Result) -> list[Neighbour]:
    """Return the cases of ``result`` that vote for a category, best first."""
    return [
        Neighbour(hit.category, hit.score)
        for hit in result.hits
        if hit.kind is Kind.CASE and hit.category is not None
    ]


def lean(result: Result, triage: Triage, weight: float) -> Result:
    """Return ``result`` with the cases of less likely categories behind.

    What was asked for by its code stays where it is.
    """
    if result.by_code or triage.category is None:
        return result
    best = triage.shares[triage.category]

    def leaned(hit: Hit) -> Hit:
        if hit.kind is not Kind.CASE or hit.category in (None, triage.category):
            return hit
        behind = weight * (best - triage.shares.get(hit.category, 0.0))
        return replace(hit, score=round(probability(log_odds(hit.score) - behind), 4))

    return result.ordered(map(leaned, result.hits))
