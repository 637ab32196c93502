"""Fitting the scores anew for a model that the shipped calibration does not know.

The shipped cases come with labelled queries (``cases/fitting_queries.jsonl``): lines with ``text``
and ``cases``, which maps the ids of the cases that fit to 1 (related) or 2 (the same problem);
without any, nothing in the library fits. Only the cases of ``cases/fitting_judged.txt`` were there
when they were labelled: a later one may fit as well, so for a query that has a fitting case it is
left out (a condensed list, Sakai & Kando 2008); for one that nothing fits it counts like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import cases
from indexing.calibration import Calibration, Features
from indexing.errors import StoreError
from indexing.library import Library
from indexing.records import Filter, Kind

# What a query found, best first, and which of it fits.
Labelled = tuple[Sequence[tuple[str, Features]], Mapping[str, int]]

QUERIES = Path(cases.__file__).parent / "fitting_queries.jsonl"
JUDGED = Path(cases.__file__).parent / "fitting_judged.txt"
FALSE_ACCEPTS = 0.05
DEPTH = 3  # hits of a query that are fitted on: as many as an answer shows
_FILE = "calibration.json"
_CASES = Filter(kinds=(Kind.CASE,))
_FOUND = 20


def calibration_for(home: Path, encoder: str, *, adapted: bool = True) -> Calibration:
    """Return the calibration of ``encoder``: refitted here, shipped, or else void.

    ``adapted=False`` is for a search without the query adapter, which no other encoder has.
    """
    own = home / _FILE
    known = [Calibration.read(own.read_text("utf-8"))] if own.exists() else []
    for calibration in (*known, Calibration.shipped(adapted=adapted)):
        if encoder in calibration.encoders and calibration.is_current:
            return calibration
    return Calibration.shipped(adapted=False).void()


def refit(library: Library, home: Path) -> Calibration:
    """Fit on the shipped labelled queries, keep the result in ``home``, use it from now on.

    Raises:
        StoreError: It cannot be kept.
    """
    fitted = fit([found_for(library, query) for query in queries()], (library.encoder.identity,))
    try:
        (home / _FILE).write_text(json.dumps(asdict(fitted)) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"匹配度没有保存到 {home}（{error.strerror}）。") from error
    library.calibrate(fitted)
    return fitted


def found_for(library: Library, query: Mapping[str, Any]) -> Labelled:
    """Return the best judged cases for a labelled query, and which of them fit."""
    found = library.features(query["text"], _CASES, limit=_FOUND)
    if query["cases"]:
        found = [(case_id, features) for case_id, features in found if case_id in judged()]
    return found, query["cases"]


@cache
def judged() -> frozenset[str]:
    """Return the cases that were there when the queries were labelled."""
    return frozenset(JUDGED.read_text(encoding="utf-8").split())


def queries() -> list[dict[str, Any]]:
    """Return the shipped labelled queries."""
    return [json.loads(line) for line in QUERIES.read_text(encoding="utf-8").splitlines()]


def fit(rows: Sequence[Labelled], encoders: tuple[str, ...]) -> Calibration:
    """Return the logistic model, and the lowest cut-off that keeps to ``FALSE_ACCEPTS``."""
    from sklearn.linear_model import LogisticRegression  # slow to load, seldom needed
    from sklearn.preprocessing import StandardScaler

    pairs = list(_pairs(rows))
    matrix = np.array([astuple(features) for features, _ in pairs])
    scale = StandardScaler().fit(matrix)
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(scale.transform(matrix), [label for _, label in pairs])
    weights = model.coef_[0] / scale.scale_
    intercept = float(model.intercept_[0] - weights @ scale.mean_)
    a, b, c, d, e = (round(float(weight), 4) for weight in weights)
    fitted = Calibration(encoders, round(intercept, 4), (a, b, c, d, e), 0.5)
    foreign = sorted(best(fitted, found) for found, fitting in rows if not fitting)
    allowed = int(FALSE_ACCEPTS * len(foreign))
    return replace(fitted, cut_off=round(foreign[-allowed - 1] + 1e-3, 3))


def _pairs(rows: Sequence[Labelled]) -> Iterator[tuple[Features, int]]:
    for found, fitting in rows:
        for case_id, features in found[:DEPTH]:
            yield features, int(fitting.get(case_id, 0) >= 1)


def best(calibration: Calibration, found: Sequence[tuple[str, Features]]) -> float:
    """Return the highest probability among what a query found."""
    return max((calibration.probability(f) for _, f in found[:DEPTH]), default=0.0)
