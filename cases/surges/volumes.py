"""Counts of work orders by day and category, area or channel, and the orders behind a count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from cases.surges.tickets import EVERYTHING, By, Days, Only, Tickets, Window


@dataclass(frozen=True)
class Volumes:
    """``table[d, k]`` orders came in on day ``d`` of the window for the word ``keys[k]``."""

    window: Window
    by: By
    keys: tuple[str, ...]
    table: NDArray[np.int64]

    @property
    def days(self) -> Days:
        """The days of the window."""
        found: Days = self.window.start + np.arange(self.window.days)
        return found

    @property
    def totals(self) -> dict[str, int]:
        """Orders a word, the most first."""
        sums = dict(zip(self.keys, self.table.sum(axis=0).tolist(), strict=True))
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))

    @property
    def daily(self) -> NDArray[np.int64]:
        """Orders a day over all words."""
        found: NDArray[np.int64] = self.table.sum(axis=1)
        return found

    def rows(self) -> Iterator[tuple[date, str, int]]:
        """Yield day, word and orders, for a chart or an export; zeros are left out."""
        days = self.days.astype(object)
        for d, k in np.argwhere(self.table):
            yield days[d], self.keys[k], int(self.table[d, k])


def volumes(tickets: Tickets, window: Window, by: By, only: Only = EVERYTHING) -> Volumes:
    """Count the orders of ``window`` that pass the filter; only words that occur are kept."""
    words = tickets.words(by)
    mask = tickets.chosen(window, only)
    day = (tickets.day[mask] - window.start).astype(np.int64)
    wide = len(words.names)
    flat = np.bincount(day * wide + words.codes[mask], minlength=window.days * wide)
    table = flat.reshape(window.days, wide)
    kept = np.flatnonzero(table.any(axis=0))
    return Volumes(window, by, tuple(words.names[k] for k in kept), table[:, kept])


def orders(tickets: Tickets, window: Window, only: Only = EVERYTHING, top: int = 100) -> list[str]:
    """Return the ids of up to ``top`` orders behind a count, the latest first."""
    rows = np.flatnonzero(tickets.chosen(window, only))
    latest = rows[np.argsort(-tickets.day[rows].astype(np.int64), kind="stable")]
    return list(tickets.id[latest[:top]])
