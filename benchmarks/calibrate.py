"""Fit the calibration on the labelled queries of the shipped library (``make calibrate``).

    python -m benchmarks.calibrate [--write]

A logistic model of "does this case fit" over ``indexing.calibration.Features``, fitted as
``desk.calibrating`` says on the queries that come with the cases. The query adapter learns from
these queries too, so each is looked up with an adapter that was trained without it (cross-fitting).
A second one is for searches without the adapter.
What is reported comes from queries that neither saw: ``queries.jsonl``, and
``queries_held.jsonl``, which somebody else wrote later and judged against all cases.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.adapt import Cases
from benchmarks.machine import save
from benchmarks.shipped import HELD, TEST, read, shipped_library
from desk.calibrating import DEPTH, QUERIES, Labelled, best, fit, found_for
from indexing import calibration
from indexing.adapter import Adapter
from indexing.calibration import Calibration, Features
from indexing.library import Library
from indexing.records import Filter, Kind

FOLDS = 5
SHIPPED = Path(calibration.__file__).parent / "data"
CASES = Filter(kinds=(Kind.CASE,))

Row = tuple[dict[str, Any], Sequence[tuple[str, Features]]]


def main() -> None:
    """Fit, report, and with ``--write`` ship the coefficients."""
    with tempfile.TemporaryDirectory() as folder:
        library = shipped_library(Path(folder))
        fitting = cross_fitted(library)
        test: list[Row] = [(query, found_for(library, query)[0]) for query in read(TEST)]
        held: list[Row] = [(query, _found(library, query["text"])) for query in read(HELD)]
        library.retriever = replace(library.retriever, adapter=None)
        plain = [found_for(library, query) for query in read(QUERIES)]
    encoders = Adapter.shipped().encoders
    fitted = fit(fitting, encoders)
    parts = {"test": measure(test, fitted), "held": measure(held, fitted)}
    save("calibration", {"cut_off": fitted.cut_off} | parts)
    if "--write" in sys.argv:
        _ship("calibration.json", fitted)
        _ship("calibration_plain.json", fit(plain, encoders))


def _ship(name: str, fitted: Calibration) -> None:
    (SHIPPED / name).write_text(json.dumps(asdict(fitted)) + "\n", encoding="utf-8")


def cross_fitted(library: Library) -> list[Labelled]:
    """Return what the fitting queries find, each with an adapter that was not trained on it."""
    cases, queries = Cases.of(library), read(QUERIES)
    shipped, found = library.retriever, []
    for fold in range(FOLDS):
        others = [query for at, query in enumerate(queries) if at % FOLDS != fold]
        matrix = cases.trained(cases.customers_words(others))
        own = Adapter((library.encoder.identity,), matrix)
        library.retriever = replace(shipped, adapter=own)
        found += [found_for(library, query) for query in queries[fold::FOLDS]]
    library.retriever = shipped
    return found


def _found(library: Library, text: str) -> Sequence[tuple[str, Features]]:
    return library.features(text, CASES, limit=20)


def measure(rows: Sequence[Row], fitted: Calibration) -> dict[str, Any]:
    """Return false accepts, recall, ranking and reliability on ``rows``."""
    scores = [(query, best(fitted, found)) for query, found in rows]
    foreign = [score for query, score in scores if not query["cases"]]
    fitting = [score for query, score in scores if query["cases"]]
    bins: dict[int, list[tuple[float, int]]] = defaultdict(list)
    first, by_kind = [], defaultdict(list)
    for query, found in rows:
        ranked = sorted(((fitted.probability(f), c) for c, f in found), reverse=True)
        for score, case_id in ranked[:DEPTH]:
            fits = int(query["cases"].get(case_id, 0) >= 1)
            bins[min(int(score * 5), 4)].append((score, fits))
        if query["cases"]:
            right = bool(ranked) and query["cases"].get(ranked[0][1], 0) == 2
            first.append(right)
            by_kind[query["kind"]].append(right)
    return {
        "queries": len(rows),
        "false_accepts": round(float(np.mean([s >= fitted.cut_off for s in foreign])), 3),
        "recall_of_fitting": round(float(np.mean([s >= fitted.cut_off for s in fitting])), 3),
        "right_case_first": round(float(np.mean(first)), 3),
        "right_case_first_by_kind": {k: round(float(np.mean(v)), 3) for k, v in by_kind.items()},
        "reliability": [
            {
                "predicted": round(float(np.mean([s for s, _ in pairs])), 3),
                "fits": round(float(np.mean([f for _, f in pairs])), 3),
                "hits": len(pairs),
            }
            for _, pairs in sorted(bins.items())
        ],
    }


if __name__ == "__main__":
    main()
