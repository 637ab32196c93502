"""Fit the calibration on the labelled queries of the shipped library (``make calibrate``).

    python -m benchmarks.calibrate [--write]

A logistic model of "does this case fit" over ``indexing.calibration.Features``, fitted on the
``fit`` half of ``benchmarks/library/queries.jsonl``; the cut-off is the lowest that accepts at most
5 % of the fit half's queries that nothing fits. What is reported comes from the ``test`` half, and
from ``queries_held.jsonl``, which somebody else wrote later and nothing was ever fitted on.

Only the cases in ``judged.txt`` were there when ``queries.jsonl`` was labelled. A
later one may fit as well: for a query that has a fitting case it is left out (a condensed list,
Sakai & Kando 2008); for a query that nothing fits it counts like any other.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.machine import save
from desk.assistant import Assistant
from desk.settings import load_settings
from indexing import calibration
from indexing.records import Filter, Kind

LABELLED = Path(__file__).parent / "library"
OWN, HELD = "queries.jsonl", "queries_held.jsonl"
SHIPPED = Path(calibration.__file__).parent / "data" / "calibration.json"
FALSE_ACCEPTS = 0.05
DEPTH = 10
CASES = Filter(kinds=(Kind.CASE,))


def main() -> None:
    """Fit, report, and with ``--write`` ship the coefficients."""
    queries = [query | {"of": name} for name in (OWN, HELD) for query in read(name)]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings()
        model = settings.model or str(settings.default_model_folder)
        own = settings.model_copy(update={"home": Path(folder), "model": model})
        assistant = Assistant.open(own)
        assistant.build()
        judged = frozenset((LABELLED / "judged.txt").read_text(encoding="utf-8").split())
        rows = [
            (query, condensed(query, found_for(assistant, query["text"]), judged))
            for query in queries
        ]
        encoder = assistant.binding()[0]
    fitted = fit([row for row in rows if row[0]["split"] == "fit"], encoder)
    report = {
        "queries": len(queries),
        "cut_off": fitted.cut_off,
        "test": measure([row for row in rows if row[0]["split"] == "test"], fitted),
        "held": measure([row for row in rows if row[0]["split"] == "held"], fitted),
    }
    save("calibration", report)
    if "--write" in sys.argv:
        values = {
            "encoder": fitted.encoder,
            "intercept": round(fitted.intercept, 4),
            "weights": [round(w, 4) for w in fitted.weights],
            "cut_off": round(fitted.cut_off, 3),
        }
        SHIPPED.write_text(json.dumps(values) + "\n", encoding="utf-8")


def read(name: str) -> list[dict[str, Any]]:
    """Return the labelled queries of a file."""
    lines = (LABELLED / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def found_for(assistant: Assistant, text: str) -> list[tuple[str, tuple[float, ...]]]:
    """Return the best cases with their features, best first."""
    return [(hit_id, astuple(features)) for hit_id, features in assistant.features(text, CASES)]


def condensed(
    query: dict[str, Any], found: list[tuple[str, tuple[float, ...]]], judged: frozenset[str]
) -> list[tuple[str, tuple[float, ...]]]:
    """Return what was found without the cases that nobody judged for ``query``."""
    if not query["cases"] or query["of"] == HELD:
        return found
    return [(case_id, features) for case_id, features in found if case_id in judged]


def fit(rows: list[Any], encoder: str) -> calibration.Calibration:
    """Return the logistic model and the cut-off for ``rows``."""
    features, labels = [], []
    for query, found in rows:
        for case_id, values in found[:DEPTH]:
            features.append(values)
            labels.append(int(query["cases"].get(case_id, 0) >= 1))
    matrix = np.array(features)
    scale = StandardScaler().fit(matrix)
    model = LogisticRegression(C=10.0, max_iter=2000).fit(scale.transform(matrix), labels)
    weights = model.coef_[0] / scale.scale_
    intercept = float(model.intercept_[0] - weights @ scale.mean_)
    shipped: Any = tuple(float(weight) for weight in weights)
    fitted = calibration.Calibration(encoder, intercept, shipped, 0.5)
    foreign = sorted(best(fitted, found) for query, found in rows if not query["cases"])
    allowed = int(FALSE_ACCEPTS * len(foreign))
    return replace(fitted, cut_off=round(foreign[-allowed - 1] + 1e-3, 3))


def best(fitted: calibration.Calibration, found: list[Any]) -> float:
    """Return the highest probability among a query's cases."""
    values = (fitted.probability(calibration.Features(*f)) for _, f in found[:DEPTH])
    return max(values, default=0.0)


def measure(rows: list[Any], fitted: calibration.Calibration) -> dict[str, Any]:
    """Return false accepts, recall, ranking and reliability on ``rows``."""
    scores = [(query, best(fitted, found)) for query, found in rows]
    foreign = [score for query, score in scores if not query["cases"]]
    fitting = [score for query, score in scores if query["cases"]]
    bins: dict[int, list[tuple[float, int]]] = defaultdict(list)
    first, by_kind = [], defaultdict(list)
    for query, found in rows:
        ranked = sorted(
            ((fitted.probability(calibration.Features(*f)), c) for c, f in found), reverse=True
        )
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
