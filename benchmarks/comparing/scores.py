"""Measures of one system's run, and how sure a difference between two is."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ir_measures
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from indexing.evaluation import MEASURES

NAMES = ("ndcg@10", "mrr@10", "recall@10")
RESAMPLES = 9999
SEED = 7
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """What a system found for each query, and what that cost."""

    index_seconds: float
    found: dict[str, list[str]]
    query_seconds: list[float]


@dataclass(frozen=True)
class Scores:
    """A run's values, one a query in the order of the run's queries."""

    values: dict[str, Values]
    index_seconds: float
    query_seconds_p50: float

    def means(self) -> dict[str, float]:
        """Return the mean of each measure."""
        return {name: float(values.mean()) for name, values in self.values.items()}


def score(run: Run, judgments: Sequence[Any]) -> Scores:
    """Measure ``run``; a query without hits counts 0."""
    documents = [
        ir_measures.ScoredDoc(query_id, record_id, -float(rank))
        for query_id, ids in run.found.items()
        for rank, record_id in enumerate(ids, start=1)
    ]
    measures = [MEASURES[name] for name in NAMES]
    values = {
        (metric.measure, metric.query_id): float(metric.value)
        for metric in ir_measures.iter_calc(measures, judgments, documents)
    }
    return Scores(
        {
            name: np.array([values[measure, query_id] for query_id in run.found])
            for name, measure in zip(NAMES, measures, strict=True)
        },
        run.index_seconds,
        statistics.median(run.query_seconds),
    )


def interval(ours: Values, other: Values) -> tuple[float, float]:
    """Return the paired bootstrap 95 % interval of the mean of ``ours - other``."""
    found = stats.bootstrap(
        (ours, other),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        paired=True,
        n_resamples=RESAMPLES,
        batch=500,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(found.low), float(found.high)
