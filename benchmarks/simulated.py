"""Daily complaint counts with a weekly pattern, overdispersed, and planted surges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
WEEK = (1.1, 1.1, 1.05, 1.0, 1.05, 0.8, 0.7)  # Monday to Sunday, mean near 1


@dataclass(frozen=True)
class Plan:
    """Series to draw: ``many`` of ``days`` days with ``rate`` complaints a day.

    ``swing``: the standard deviation of a day's rate beyond chance, as a share of the rate.
    ``drift``: growth of the rate over 30 days. ``factor``: of the surge
    from day ``planted[0]`` until before ``planted[1]``.
    """

    rate: float
    many: int = 60
    days: int = 182
    swing: float = 0.15
    drift: float = 0.0
    factor: float = 1.0
    planted: tuple[int, int] = (0, 0)


def draw(plan: Plan, seed: int) -> Counts:
    """Return counts of shape ``(days, series)``; the same seed gives the same counts."""
    random = np.random.default_rng(seed)
    day = np.arange(plan.days)
    rate = plan.rate * np.array(WEEK)[day % 7] * (1 + plan.drift) ** (day / 30)
    rate[slice(*plan.planted)] *= plan.factor
    shape = 1 / plan.swing**2
    swung = random.gamma(shape, 1 / shape, (plan.days, plan.many)) * rate[:, None]
    return random.poisson(swung)
