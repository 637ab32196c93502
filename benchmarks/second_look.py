"""Fit and measure the second look at the best case (``make calibrate`` runs it).

    python -m benchmarks.second_look [--write]

Fitted on ``library/queries_fresh.jsonl`` and every other line of ``queries_held.jsonl``, which
neither the judge, the query adapter nor the calibration learned from; measured on ``queries.jsonl``
and the other lines. The intercept is set so that the calibration's cut-off keeps false accepts of
what it is fitted on within ``FALSE_ACCEPTS``.

The case that is read is the best one after the leaning towards the complaint's category. How much
that leans (``leaning`` in ``cases/taxonomy/triage_cues.yaml``) is the best of ``LEANINGS`` by
nDCG@10 on what is fitted on; the report has all of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.machine import save
from benchmarks.shipped import FRESH, HELD, TEST, read, shipped_library
from cases.questions import fit_question
from cases.triage import Triager, load_triager
from desk.assistant import CANDIDATES, Assistant
from desk.calibrating import FALSE_ACCEPTS
from desk.leaning import lean, neighbours
from desk.second_look import READ, WEIGHTS, Weights, nearest, readable
from desk.settings import load_settings
from indexing.calibration import log_odds
from indexing.library import Library
from indexing.model.judge import Judge
from indexing.records import Filter, Kind, Result

CASES = [Filter(kinds=(Kind.CASE,))]
LEANINGS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
NDCG = ir_measures.nDCG @ 10


def main() -> None:
    """Fit, report, and with ``--write`` ship the weights."""
    settings = load_settings()
    judge_folder = Path(settings.model or settings.default_model_folder)
    judge = Judge(judge_folder)
    with tempfile.TemporaryDirectory() as folder:
        library = shipped_library(Path(folder))
        queries = [read(path) for path in (FRESH, TEST, HELD)]
        fresh, test, held = (looked(library, judge, some) for some in queries)
        leaning = leanings(library, [*queries[0], *queries[2][::2]])
        cut_off = library.retriever.calibration.cut_off
        own = settings.model_copy(update={"home": Path(folder), "model": str(judge_folder)})
        milliseconds = timed(Assistant.open(own), [query["text"] for query in read(HELD)])
    learned, unseen = [*fresh, *held[::2]], held[1::2]
    weights = fitted(learned, cut_off)
    parts = {"fitted_on": learned, "test": test, "held": unseen, "both": [*test, *unseen]}
    report = {name: measured(some, weights, cut_off) for name, some in parts.items()}
    about = {"cut_off": cut_off, "weights": asdict(weights), "answer_ms": milliseconds}
    save("second_look", about | {"leaning_ndcg@10": leaning} | report)
    if "--write" in sys.argv:
        WEIGHTS.write_text(json.dumps(asdict(weights)) + "\n", encoding="utf-8")


def timed(assistant: Assistant, texts: Sequence[str]) -> dict[str, float]:
    """Return how long a whole answer takes, the second look in it where it is taken."""
    assistant.answer(texts[0])
    taken = []
    for text in texts:
        begun = time.perf_counter()
        assistant.answer(text)
        taken.append(1000 * (time.perf_counter() - begun))
    return {f"p{at}": round(float(np.percentile(taken, at)), 1) for at in (50, 90, 99)}


# Whether something fits; whether the best case does; the first cases' scores and judge's shares.
Row = tuple[bool, int, list[float], list[float]]


def leaned(library: Library, triager: Triager, text: str, weight: float) -> Result:
    """Return what an answer is composed from, leaning by ``weight``."""
    [found] = library.search(text, CASES, limit=CANDIDATES)
    return lean(found, triager.triage(text, neighbours(found)), weight)


def leanings(library: Library, queries: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return nDCG@10 of the queries that something fits, by how much the category counts."""
    triager = load_triager()
    fitting = [query for query in queries if query["cases"]]
    judgments = [
        ir_measures.Qrel(query["id"], case, grade)
        for query in fitting
        for case, grade in query["cases"].items()
    ]
    found = {}
    for weight in LEANINGS:
        run = [
            ir_measures.ScoredDoc(query["id"], hit.id, -hit.rank)
            for query in fitting
            for hit in leaned(library, triager, query["text"], weight).hits
        ]
        found[str(weight)] = round(ir_measures.calc_aggregate([NDCG], judgments, run)[NDCG], 4)
    return found


def looked(library: Library, judge: Judge, queries: Sequence[dict[str, Any]]) -> list[Row]:
    """Return what search and judge say of each query's first cases."""
    triager, rows = load_triager(), []
    for query in queries:
        hits = leaned(library, triager, query["text"], triager.cues.leaning).hits[:READ]
        question = fit_question(query["text"])
        texts = [readable(library.store.records_of([hit.id])) or hit.passage for hit in hits]
        shares = [answer.shares[0] for [answer] in judge.judge([(t, [question]) for t in texts])]
        fits = int(query["cases"].get(hits[0].id, 0) >= 1)
        rows.append((bool(query["cases"]), fits, [hit.score for hit in hits], shares))
    return rows


def fitted(rows: Sequence[Row], cut_off: float) -> Weights:
    """Return the weights; ``cut_off`` is met by at most the allowed share of what fits nothing."""
    features = [[log_odds(scores[0]), log_odds(shares[0])] for *_, scores, shares in rows]
    model = LogisticRegression().fit(features, [fits for _, fits, *_ in rows])
    score, judge = (round(float(weight), 4) for weight in model.coef_[0])
    plain = Weights(score, judge, 0.0)
    foreign = sorted(
        max(map(log_odds, map(plain.together, nearest(scores), shares)))
        for some, _, scores, shares in rows
        if not some
    )
    highest = foreign[-int(FALSE_ACCEPTS * len(foreign)) - 1]
    return Weights(score, judge, round(log_odds(cut_off) - highest - 1e-3, 4))


def measured(rows: Sequence[Row], weights: Weights, cut_off: float) -> dict[str, Any]:
    """Return false accepts and recall, with the second look and without, and at 5 % each."""
    plain = [(some, scores[0]) for some, _, scores, _ in rows]
    read = [weights.read(scores, cut_off, shares.__getitem__) for *_, scores, shares in rows]
    both = [
        (some, max(found.values(), default=scores[0]))
        for (some, _, scores, _), found in zip(rows, read, strict=True)
    ]
    return {
        "queries": len(rows),
        "none_fit": sum(not some for some, _ in plain),
        "looked_at": round(float(np.mean([bool(found) for found in read])), 3),
        "cases_read": round(float(np.mean([len(found) for found in read])), 3),
        "without": _at(plain, cut_off) | {"recall_at_5_percent": _at_most(plain)},
        "with": _at(both, cut_off) | {"recall_at_5_percent": _at_most(both)},
    }


def _at(rows: Sequence[tuple[bool, float]], cut_off: float) -> dict[str, float]:
    foreign = [score >= cut_off for some, score in rows if not some]
    fitting = [score >= cut_off for some, score in rows if some]
    return {
        "false_accepts": round(float(np.mean(foreign)), 3),
        "recall_of_fitting": round(float(np.mean(fitting)), 3),
    }


def _at_most(rows: Sequence[tuple[bool, float]]) -> float:
    """Return the recall where at most 5 % of what fits nothing is accepted."""
    foreign = sorted(score for some, score in rows if not some)
    bar = foreign[-int(FALSE_ACCEPTS * len(foreign)) - 1]
    return round(float(np.mean([score > bar for some, score in rows if some])), 3)


if __name__ == "__main__":
    main()
