"""What a batch shows: pass rates, the points most missed, forbidden phrases, the trend."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desk.batches.records import Batch, Checked


@dataclass(frozen=True)
class Rate:
    """How many of ``whole`` replies passed."""

    name: str
    passed: int
    whole: int

    @property
    def share(self) -> float:
        """Passed by whole, in [0, 1]; 0 of none."""
        return self.passed / self.whole if self.whole else 0.0


@dataclass(frozen=True)
class Summary:
    """Counts over a batch's rows, after the reviews."""

    overall: Rate
    errors: int
    agents: tuple[Rate, ...]
    teams: tuple[Rate, ...]
    categories: tuple[Rate, ...]
    days: tuple[Rate, ...]
    missed: tuple[tuple[str, str, str, int], ...]  # wording, point, label, replies; most first
    phrases: tuple[tuple[str, int], ...]


def summarise(batch: Batch, rows: Sequence[Checked] | None = None) -> Summary:
    """Count over ``rows`` of ``batch``, all by default."""
    every = batch.rows if rows is None else rows
    good = [row for row in every if row.error is None]
    missed = Counter(
        (row.wording, point, label)
        for row in good
        for point, label in (*row.missing, *row.contradicted)
    )
    return Summary(
        overall=_rate(batch, "全部", good),
        errors=len(every) - len(good),
        agents=_rates(batch, good, lambda row: row.agent),
        teams=_rates(batch, good, lambda row: row.team),
        categories=_rates(batch, good, lambda row: row.category or row.wording),
        days=tuple(sorted(_rates(batch, good, lambda row: row.day), key=lambda rate: rate.name)),
        missed=tuple((*key, count) for key, count in missed.most_common()),
        phrases=tuple(Counter(p for row in good for p in row.phrases).most_common()),
    )


def sample(rows: Sequence[Checked], percent: float, seed: int) -> list[Checked]:
    """Return ``percent`` % of ``rows`` (at least one) for a second reading, in their order."""
    count = max(1, round(len(rows) * percent / 100)) if rows else 0
    chosen = random.Random(seed).sample(range(len(rows)), min(count, len(rows)))  # noqa: S311
    return [rows[i] for i in sorted(chosen)]


def _rates(
    batch: Batch, rows: Sequence[Checked], key: Callable[[Checked], str]
) -> tuple[Rate, ...]:
    groups: dict[str, list[Checked]] = {}
    for row in rows:
        groups.setdefault(key(row) or "（空）", []).append(row)
    rates = (_rate(batch, name, some) for name, some in groups.items())
    return tuple(sorted(rates, key=lambda rate: (rate.share, rate.name)))


def _rate(batch: Batch, name: str, rows: Sequence[Checked]) -> Rate:
    return Rate(name, sum(batch.standing(row) is True for row in rows), len(rows))
