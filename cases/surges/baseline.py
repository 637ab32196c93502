"""What an ordinary day would bring: a robust expectation and the chance of as many complaints.

For a day the expectation is the median of the latest ordinary days of the same weekday; days that
were themselves out of the ordinary are passed over, until a lasting change leaves too few others.
The count of an ordinary day is taken as negative binomial with a variance of ``spread`` times its
mean; ``spread`` is measured robustly (MAD) on how far the last weeks' ordinary days were from what
was expected of them, and is at least ``1 + 1/weeks``: chance, and a doubt about the expectation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from cases.surges.rules import WatchRules

Floats = NDArray[np.float64]
_WEEK = 7
_MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True)
class Judged:
    """Per day and series, shape ``(days, series)``; NaN and level 0 where history is too short.

    ``chance`` is the probability that an ordinary day brings at least as many; ``reached`` and
    ``held`` are 0 or the number of the highest level that the day reaches or would still hold.
    """

    expected: Floats
    chance: Floats
    reached: NDArray[np.int8]
    held: NDArray[np.int8]


def judge(counts: NDArray[np.int64], rules: WatchRules) -> Judged:
    """Judge each day of ``counts`` (consecutive days × series) by the days before it."""
    shape = counts.shape
    expected, chance = np.full(shape, np.nan), np.full(shape, np.nan)
    reached, held = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    for day in range(_WEEK * rules.min_weeks, len(counts)):
        past = np.arange(day - _WEEK, max(day - _WEEK * rules.lookback_weeks, 0) - 1, -_WEEK)
        expected[day] = _expected(counts[past], reached[past] > 0, rules)
        spread = _spread(counts[:day], expected[:day], reached[:day], rules)
        chance[day] = _chance(counts[day], expected[day], spread)
        reached[day] = _level(counts[day], expected[day], chance[day], rules, 1.0)
        held[day] = _level(counts[day], expected[day], np.zeros(shape[1]), rules, rules.release)
    return Judged(expected, chance, reached, held)


def _expected(past: NDArray[np.int64], odd: NDArray[np.bool_], rules: WatchRules) -> Floats:
    usable = np.where(odd, np.nan, past.astype(float))
    scarce = (~odd).sum(axis=0) < rules.min_weeks
    usable[:, scarce] = past[:, scarce]
    recent = np.cumsum(~np.isnan(usable), axis=0) <= rules.weeks
    middle: Floats = np.nanmedian(np.where(recent, usable, np.nan), axis=0)
    return np.maximum(middle, rules.floor)


def _spread(
    counts: NDArray[np.int64], expected: Floats, reached: NDArray[np.int8], rules: WatchRules
) -> Floats:
    """Return variance ÷ mean of ordinary days, from their scaled distances to the expectation."""
    last = slice(-_WEEK * rules.weeks, None)
    known = ~np.isnan(expected[last]) & (reached[last] == 0)
    scaled = np.abs(counts[last] - expected[last]) / np.sqrt(expected[last])
    widened = 1 + 1 / rules.weeks
    enough = known.sum(axis=0) >= _WEEK
    found = np.full(counts.shape[1], widened)
    middle = np.nanmedian(np.where(known, scaled, np.nan)[:, enough], axis=0)
    found[enough] = np.maximum((_MAD_TO_DEVIATION * middle) ** 2, widened)
    return found


def _chance(count: NDArray[np.int64], mean: Floats, spread: Floats) -> Floats:
    """Return P(X ≥ count) for a negative binomial of this mean and variance ÷ mean."""
    tail = betainc(np.maximum(count, 1), mean / (spread - 1), 1 - 1 / spread)
    return np.where(count > 0, tail, 1.0)


def _level(
    count: NDArray[np.int64], mean: Floats, chance: Floats, rules: WatchRules, share: float
) -> NDArray[np.int8]:
    fits = [
        (count >= rule.count * share)
        & (count >= mean * rule.ratio * share)
        & (chance <= rule.probability)
        for rule in rules.levels
    ]
    found: NDArray[np.int8] = np.logical_and.accumulate(fits).sum(axis=0, dtype=np.int8)
    return found
