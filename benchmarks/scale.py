"""Both legs at 10⁴ to 10⁶ passages, beside what one would plug in.

    python -m benchmarks.scale [PASSAGES ...]      (needs the extra `peers`)

The vectors are those of the shipped content's sentences, moved at random along the directions in
which they differ, so that neighbours crowd as they do in practice; the queries are labelled ones.
Tokens are sentences recombined. The peers, in the same run and in turns: ``IndexFlatIP``,
``IndexHNSWFlat`` with 32 links (to 10⁵, it takes long to build), and bm25s with numba over the
same tokens. Recall is that of the exact ten.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import save
from benchmarks.shipped import HELD, read
from desk.assistant import SHIPPED
from desk.opening import open_encoder, open_tokenizer
from desk.settings import load_settings
from indexing.lexical import Postings
from indexing.segment import Segment, coarse_codes
from indexing.snapshot import Part, Snapshot

Vectors = NDArray[np.float32]

SIZES = (10_000, 100_000, 1_000_000)
HNSW_TO = 100_000
QUERIES = 100
BLOCK = 100_000
SPREAD = 0.5  # of the moves, in standard deviations
TOKENS = 40


def main(sizes: Sequence[int]) -> None:
    """Measure each size, save."""
    settings = load_settings()
    encoder, tokenizer = open_encoder(settings), open_tokenizer()
    said = [query["text"] for query in read(HELD)][:QUERIES]
    texts = sentences()
    seeds, queries = encoder.encode_passages(texts), encoder.encode_queries(said)
    cut = [tokenizer.tokens(text) for text in texts]
    asked = [tokenizer.tokens(text) for text in said]
    report = {
        str(size): {
            "dense": dense(crowded(seeds, size), queries),
            "lexical": lexical(recombined(cut, size), asked),
        }
        for size in sizes
    }
    save("scale", {"queries": QUERIES, "sizes": report})


def sentences() -> list[str]:
    """Return the sentences of the shipped content."""
    paths = sorted(path for _, folder in SHIPPED for path in Path(folder).rglob("*.md"))
    texts = (path.read_text(encoding="utf-8") for path in paths)
    return sorted({s for text in texts for s in re.split(r"[。！？\n]", text) if len(s) > 10})


def crowded(seeds: Vectors, size: int) -> Vectors:
    """Return ``size`` unit rows around ``seeds``."""
    dice = np.random.default_rng(0)
    spread = np.linalg.cholesky(np.cov((seeds - seeds.mean(0)).T) + 1e-9 * np.eye(seeds.shape[1]))
    rows = np.empty((size, seeds.shape[1]), dtype=np.float32)
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        moves = dice.standard_normal((end - start, seeds.shape[1]), dtype=np.float32)
        near = seeds[dice.integers(len(seeds), size=end - start)]
        rows[start:end] = near + SPREAD * (moves @ spread.T.astype(np.float32))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def recombined(cut: Sequence[Sequence[str]], size: int) -> list[list[str]]:
    """Return ``size`` passages of about `TOKENS` tokens."""
    dice = random.Random(0)
    passages = []
    for _ in range(size):
        tokens: list[str] = []
        while len(tokens) < TOKENS:
            tokens += dice.choice(cut)
        passages.append(tokens)
    return passages


def dense(rows: Vectors, queries: Vectors) -> dict[str, Any]:
    """Return times, recall and bytes of the dense leg and its peers."""
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)
    begun = time.perf_counter()
    segment = Segment(np.arange(len(rows)), flat, None, None, coarse_codes(rows))  # type: ignore[arg-type]
    coded = time.perf_counter() - begun
    everything = np.ones(len(rows), dtype=np.bool_)
    half = np.random.default_rng(1).random(len(rows)) < 0.5
    ways: dict[str, Callable[[Vectors], Any]] = {
        "exact": lambda query: flat.search(query[None], 10)[1][0],
        "ours": lambda query: segment.nearest(query, 10, everything)[0],
        "ours_100": lambda query: segment.nearest(query, 100, everything)[0],
        "ours_half_allowed": lambda query: segment.nearest(query, 10, half)[0],
    }
    found: dict[str, Any] = {"code_seconds": round(coded, 2)}
    if segment.coarse is not None:
        found["code_bytes_per_passage"] = round(
            len(faiss.serialize_index(segment.coarse)) / len(rows)
        )
    if len(rows) <= HNSW_TO:
        graph = faiss.IndexHNSWFlat(rows.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        graph.add(rows)
        graph.hnsw.efSearch = 64
        ways["hnsw32"] = lambda query: graph.search(query[None], 10)[1][0]
        found["hnsw32_bytes_per_passage"] = round(len(faiss.serialize_index(graph)) / len(rows))
    times, answers = in_turns(ways, list(queries))
    exact = [set(answer.tolist()) for answer in answers["exact"]]
    found |= times
    found["recall@10"] = {
        name: round(recall(answers[name], exact), 4) for name in ways if name in ("ours", "hnsw32")
    }
    return found


def recall(answers: Sequence[Any], exact: Sequence[set[int]]) -> float:
    """Return the mean share of the exact neighbours found."""
    pairs = zip(answers, exact, strict=True)
    return statistics.mean(len(want & set(got.tolist())) / len(want) for got, want in pairs)


def lexical(passages: list[list[str]], queries: Sequence[list[str]]) -> dict[str, Any]:
    """Return times of the lexical leg and of bm25s with numba, and how far they agree."""
    begun = time.perf_counter()
    postings = Postings.build(passages)
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    peer = bm25s.BM25(k1=1.5, b=0.75, backend="numba")
    peer.index(passages, show_progress=False)
    peer_built = time.perf_counter() - begun
    live = np.ones(len(passages), dtype=np.bool_)
    segment = Segment(np.arange(len(passages)), None, postings, None)  # type: ignore[arg-type]
    snapshot = Snapshot(0, (Part(segment, None, live),))  # type: ignore[arg-type]

    def ours(query: list[str]) -> Any:
        return snapshot.lexical(query, {}, 10, [live])[0].ids

    def numba(query: list[str]) -> Any:
        known = [[token for token in dict.fromkeys(query) if token in peer.vocab_dict]]
        return peer.retrieve(known, k=10, show_progress=False, n_threads=1)[0][0]

    times, answers = in_turns({"ours": ours, "bm25s_numba": numba}, queries)
    want = [set(answer.tolist()) for answer in answers["ours"]]
    agree = round(recall(answers["bm25s_numba"], want), 4)
    found: dict[str, Any] = (
        {"build_seconds": {"ours": round(built, 2), "bm25s": round(peer_built, 2)}}
        | times
        | {"same_ten": agree}
    )
    return found


def in_turns(ways: dict[str, Callable[[Any], Any]], queries: Sequence[Any]) -> tuple[Any, Any]:
    """Return p50 and p99 milliseconds of each way, taken query by query, and all answers."""
    for work in ways.values():
        work(queries[0])
    times: dict[str, list[float]] = {name: [] for name in ways}
    answers: dict[str, list[Any]] = {name: [] for name in ways}
    for query in queries:
        for name, work in ways.items():
            begun = time.perf_counter()
            answers[name].append(work(query))
            times[name].append(1000 * (time.perf_counter() - begun))
    rounded = {
        name: {
            "p50_ms": round(float(np.median(t)), 2),
            "p99_ms": round(float(np.percentile(t, 99)), 2),
        }
        for name, t in times.items()
    }
    return rounded, answers


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
