"""Triage of labelled complaints, and of the library's cases, each without itself.

    python -m benchmarks.triage

``benchmarks/triage/labelled.jsonl`` holds complaints written for this purpose, each with its
category, its urgency and the trap that it sets, if any. Only ``tune`` was looked at while tuning,
but cues, rules and both halves are by one hand, so both flatter. ``library_left_out`` triages every
case's own words with the case left out; other people wrote those: it is the figure to expect.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sklearn.metrics import accuracy_score, f1_score, recall_score

from benchmarks.machine import save
from benchmarks.shipped import shipped_library
from cases.record import sections
from cases.triage import Triage, load_triager
from desk.assistant import CANDIDATES, Assistant
from desk.leaning import neighbours
from desk.settings import Settings, load_settings
from indexing.library import Library
from indexing.records import Filter, Kind

LABELLED = Path(__file__).parent / "triage" / "labelled.jsonl"
HELD = Path(__file__).parent / "library" / "queries_held.jsonl"
GRADES = ["特急", "紧急", "一般"]

Row = dict[str, str]


def labelled(half: str) -> list[Row]:
    """Return the labelled complaints of a half, in file order."""
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["half"] == half]


@contextmanager
def shipped() -> Iterator[tuple[Assistant, Library]]:
    """Open a library of the shipped content alone."""
    settings = load_settings()
    model = settings.model or str(settings.default_model_folder)
    with tempfile.TemporaryDirectory() as home:
        library = shipped_library(Path(home))
        yield Assistant(library, Settings(home=Path(home), model=model)), library


def left_out(library: Library) -> tuple[list[Row], list[Triage]]:
    """Return every case's complaint as a labelled row, and its triage by the other cases."""
    triager, where = load_triager(), Filter(kinds=(Kind.CASE,))
    rows, found = [], []
    for record in library.store.records(where):
        text = sections(record.text)["投诉描述"]
        [result] = library.search(text, [where], limit=CANDIDATES + 1)
        others = tuple(hit for hit in result.hits if hit.id != record.id)
        found.append(triager.triage(text, neighbours(replace(result, hits=others))))
        rows.append({"category": record.category or "", "urgency": record.urgency or ""})
    return rows, found


def held_queries(assistant: Assistant) -> dict[str, Any]:
    """Return how often a held-out query gets the category of a case that it is about.

    These were written for retrieval, by somebody who saw neither cues nor rules; fragments and
    long stories are among them.
    """
    categories = {r.id: r.category or "" for r in assistant.records(Filter(kinds=(Kind.CASE,)))}
    right: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    classes = among_two = 0
    for line in HELD.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        meant = {categories[one] for one, grade in row["cases"].items() if grade == 2}
        if not meant:
            continue
        found = assistant.answer(row["text"]).triage
        kinds[row["kind"]] += 1
        right[row["kind"]] += found.category in meant
        classes += (found.category or " ")[0] in {one[0] for one in meant}
        among_two += bool(meant & {found.category, found.runner_up})
    whole = kinds.total()
    return {
        "texts": whole,
        "category_accuracy": round(right.total() / whole, 4),
        "class_accuracy": round(classes / whole, 4),
        "right_among_two": round(among_two / whole, 4),
        "by_kind": {kind: round(right[kind] / count, 4) for kind, count in kinds.items()},
    }


def measure(rows: Sequence[Row], found: Sequence[Triage]) -> dict[str, Any]:
    """Return accuracies, urgency scores, what was unsure, and what was mistaken for what."""
    said = [triage.category or "" for triage in found]
    meant = [row["category"] for row in rows]
    grades, graded = [row["urgency"] for row in rows], [triage.urgency for triage in found]
    unsure = [(t, row) for t, row in zip(found, rows, strict=True) if not t.sure]
    offered = [row["category"] in (t.category, t.runner_up) for t, row in unsure]
    sure = [t.category == row["category"] for t, row in zip(found, rows, strict=True) if t.sure]
    recalls = recall_score(grades, graded, labels=GRADES, average=None, zero_division=0)
    return {
        "texts": len(rows),
        "category_accuracy": round(accuracy_score(meant, said), 4),
        "class_accuracy": round(accuracy_score([c[0] for c in meant], [c[:1] for c in said]), 4),
        "urgency_macro_f1": round(f1_score(grades, graded, labels=GRADES, average="macro"), 4),
        "urgency_recall": dict(zip(GRADES, recalls.round(4).tolist(), strict=True)),
        "trap_urgency_accuracy": share(
            [t.urgency == r["urgency"] for t, r in zip(found, rows, strict=True) if r.get("trap")]
        ),
        "unsure_share": round(len(unsure) / len(rows), 4),
        "unsure_right_among_two": share(offered),
        "sure_accuracy": share(sure),
        "category_confusions": confusions(meant, said),
        "urgency_confusions": confusions(grades, graded),
    }


def share(right: Sequence[bool]) -> float | None:
    """Return the share of ``right`` that is true, or ``None`` of nothing."""
    return round(sum(right) / len(right), 4) if right else None


def confusions(meant: Sequence[str], said: Sequence[str]) -> list[str]:
    """Return what was mistaken for what, the most frequent first."""
    pairs = Counter((m, s) for m, s in zip(meant, said, strict=True) if m != s)
    return [f"{m} → {s or '无'}：{count}" for (m, s), count in pairs.most_common()]


def main() -> None:
    """Measure and save."""
    results = {}
    with shipped() as (assistant, library):
        for half in ("tune", "test"):
            rows = labelled(half)
            results[half] = measure(rows, [assistant.answer(row["text"]).triage for row in rows])
        results["library_left_out"] = measure(*left_out(library))
        results["held_queries"] = held_queries(assistant)
    save("triage", results)


if __name__ == "__main__":
    main()
