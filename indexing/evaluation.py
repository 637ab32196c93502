"""Measuring retrieval on a BEIR folder: corpus.jsonl, queries.jsonl and qrels/test.tsv."""

from __future__ import annotations

import csv
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import RR, R, nDCG

from indexing.chunking import split
from indexing.errors import InputError
from indexing.library import Library
from indexing.records import Filter, Kind, Passage, Record, Status

MEASURES = {
    "ndcg@10": nDCG @ 10,
    "mrr@10": RR @ 10,
    "recall@1": R @ 1,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
}
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Evaluation:
    """Mean measures over all judged queries, and what they cost."""

    dataset: str
    queries: int
    documents: int
    measures: dict[str, float]
    index_seconds: float
    query_p50_seconds: float


def evaluate(library: Library, folder: Path, progress: Progress) -> Evaluation:
    """Index ``folder``'s corpus into the (empty) ``library`` and run its queries.

    Raises:
        InputError: The folder is not in BEIR layout.
    """
    documents = read_lines(folder / "corpus.jsonl")
    queries = {str(q["_id"]): str(q["text"]) for q in read_lines(folder / "queries.jsonl")}
    judgments = list(read_judgments(folder / "qrels" / "test.tsv"))
    judged = list(dict.fromkeys(j.query_id for j in judgments))
    begun = time.perf_counter()
    library.write(
        (record_of(document) for document in documents),
        actor="evaluate",
        progress=lambda done, _: progress("建立索引", 0.7 * done / len(documents)),
    )
    library.snapshot()
    index_seconds = time.perf_counter() - begun
    run, times = [], []
    for number, query_id in enumerate(judged):
        begun = time.perf_counter()
        [result] = library.search(queries[query_id], [Filter(statuses=())], limit=10)
        times.append(time.perf_counter() - begun)
        run += [ir_measures.ScoredDoc(query_id, hit.id, -float(hit.rank)) for hit in result.hits]
        if number % 50 == 0:
            progress("查询", 0.7 + 0.3 * number / len(judged))
    found = ir_measures.calc_aggregate(list(MEASURES.values()), judgments, run)
    return Evaluation(
        folder.name,
        len(judged),
        len(documents),
        {name: round(float(found[measure]), 4) for name, measure in MEASURES.items()},
        round(index_seconds, 2),
        round(statistics.median(times), 5),
    )


def record_of(document: dict[str, Any]) -> Record:
    """Return a line of a BEIR corpus as a record."""
    text = str(document["text"])
    passages = tuple(Passage((), c.start, c.end, c.text, c.start, c.end) for c in split(text))
    return Record(
        id=str(document["_id"]),
        kind=Kind.CASE,
        title=str(document.get("title") or ""),
        text=text,
        status=Status.PUBLISHED,
        passages=passages,
    )


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            return [json.loads(line) for line in stream if line.strip()]
    except (OSError, ValueError) as error:
        raise InputError(f"{path} 读不出来，评测集应为 BEIR 格式的文件夹。") from error


def read_judgments(path: Path) -> Iterator[Any]:
    """Yield the judgments of a BEIR ``qrels`` file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                yield ir_measures.Qrel(row["query-id"], row["corpus-id"], int(row["score"]))
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{path} 读不出来，评测集应为 BEIR 格式的文件夹。") from error
