"""The fast encoder beside what a user would pick instead: sentence-transformers in float32.

Run ``python -m benchmarks.encoder --model FOLDER [--sets FOLDER]`` and find the figures in
``benchmarks/results/encoder.json``. ``--sets`` is a folder of retrieval sets in BEIR layout
(``NAME/corpus.jsonl``, ``NAME/queries.jsonl``, ``NAME/qrels/test.tsv``); without it only speed is
measured. Both encoders take turns in one process, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from indexing.model import Encoder, load_encoder
from indexing.model.fast_backend import available_threads

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).with_name("results") / "encoder.json"
PACKAGES = ("numpy", "onnxruntime", "sentence-transformers", "tokenizers", "torch", "transformers")
QUERY = "家里宽带一到晚上就掉线，报修两次都没有人来"
SHORTEST, LONGEST = 50, 150


@dataclass(frozen=True)
class RetrievalSet:
    """Texts and judgments: ``qrels[query id][document id]`` is a grade above 0."""

    name: str
    documents: dict[str, str]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]

    @classmethod
    def read(cls, folder: Path, *, max_documents: int, max_queries: int) -> RetrievalSet:
        """Read ``folder``; the documents kept are the judged ones first, 0 keeps all."""
        qrels: dict[str, dict[str, int]] = {}
        with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
        texts = {i: text for i, text in _texts(folder / "queries.jsonl") if i in qrels}
        queries = dict(list(texts.items())[: max_queries or None])
        qrels = {i: qrels[i] for i in queries}
        judged = {i for grades in qrels.values() for i in grades}
        documents = sorted(_texts(folder / "corpus.jsonl"), key=lambda item: item[0] not in judged)
        kept = max(max_documents, len(judged)) if max_documents else None
        return cls(folder.name, dict(documents[:kept]), queries, qrels)


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            item = json.loads(line)
            yield item["_id"], f"{item.get('title', '')} {item['text']}".strip()


def ndcg_at_10(encoder: Encoder, data: RetrievalSet) -> float:
    """Return the mean nDCG@10 of an exact search by cosine."""
    import ir_measures
    from ir_measures import nDCG

    documents = encoder.encode_passages(list(data.documents.values()))
    scores = encoder.encode_queries(list(data.queries.values())) @ documents.T
    ids = list(data.documents)
    run = {
        query: {ids[i]: float(row[i]) for i in np.argsort(-row, kind="stable")[:10]}
        for query, row in zip(data.queries, scores, strict=True)
    }
    return float(ir_measures.calc_aggregate([nDCG @ 10], data.qrels, run)[nDCG @ 10])


def passages(count: int) -> list[str]:
    """Return ``count`` different texts of 50 to 150 characters, cut from the shipped content."""
    files = sorted([*ROOT.glob("cases/library/**/*.md"), *ROOT.glob("kb/policies/**/*.md")])
    text = "".join(re.sub(r"\s+", "", path.read_text("utf-8").split("---")[-1]) for path in files)
    dice = random.Random(0)
    sizes = [dice.randint(SHORTEST, LONGEST) for _ in range(count)]
    starts = [dice.randrange(len(text) - LONGEST) for _ in range(count)]
    return [text[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed(encoders: dict[str, Encoder], *, texts: int, rounds: int) -> dict[str, Any]:
    """Return passages a second and the median time of one query, encoders taking turns."""
    batch = passages(texts)
    rates: dict[str, list[float]] = {name: [] for name in encoders}
    waits: dict[str, list[float]] = {name: [] for name in encoders}
    for encoder in encoders.values():
        encoder.encode_passages(batch[:32])
    for _ in range(rounds):
        for name, encoder in encoders.items():
            rates[name].append(texts / _seconds(partial(encoder.encode_passages, batch)))
            waits[name] += [_seconds(partial(encoder.encode_queries, [QUERY])) for _ in range(10)]
    ratios = [fast / slow for fast, slow in zip(rates["fast"], rates["torch"], strict=True)]
    return {
        "texts": texts,
        "rounds": rounds,
        "passages_per_second": {k: round(statistics.median(v), 1) for k, v in rates.items()},
        "ratio": round(statistics.median(ratios), 2),
        "ratio_of_each_round": [round(ratio, 2) for ratio in ratios],
        "query_ms_p50": {k: round(statistics.median(v) * 1000, 1) for k, v in waits.items()},
    }


def quality(encoders: dict[str, Encoder], data: RetrievalSet) -> dict[str, Any]:
    """Return both encoders' nDCG@10 on ``data`` and what the fast one loses, relative."""
    found = {name: ndcg_at_10(encoder, data) for name, encoder in encoders.items()}
    return {
        "set": data.name,
        "documents": len(data.documents),
        "queries": len(data.queries),
        "ndcg@10": {name: round(value, 4) for name, value in found.items()},
        "loss_percent": round(100 * (1 - found["fast"] / found["torch"]), 2),
    }


def machine(threads: int) -> dict[str, Any]:
    """Name the processor, its cores, and the versions that matter."""
    info = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": available_threads(),
        "threads": threads,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="the built model's folder")
    parser.add_argument("--sets", type=Path, help="a folder of retrieval sets in BEIR layout")
    parser.add_argument("--only", nargs="*", default=[], help="names of sets, default all")
    parser.add_argument("--documents", type=int, default=3000, help="a set, 0 for all")
    parser.add_argument("--queries", type=int, default=400, help="a set, 0 for all")
    parser.add_argument("--texts", type=int, default=256, help="passages to time, 0 for none")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=available_threads())
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def main() -> None:
    """Measure, print and write."""
    options = _arguments()
    encoders = {
        name: load_encoder(options.model, name, options.threads) for name in ("torch", "fast")
    }
    result: dict[str, Any] = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine(options.threads),
        "encoders": {name: encoder.identity for name, encoder in encoders.items()},
    }
    if options.texts:
        result["speed"] = speed(encoders, texts=options.texts, rounds=options.rounds)
        print(json.dumps(result, ensure_ascii=False, indent=1))
    folders = (
        sorted(path.parent for path in options.sets.glob("*/corpus.jsonl")) if options.sets else []
    )
    result["quality"] = []
    for folder in folders:
        if not options.only or folder.name in options.only:
            data = RetrievalSet.read(
                folder, max_documents=options.documents, max_queries=options.queries
            )
            result["quality"].append(quality(encoders, data))
            print(json.dumps(result["quality"][-1], ensure_ascii=False))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    options.output.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
