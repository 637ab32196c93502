"""One warm query at 100,000 passages, with its parts, beside the pieces one would plug together.

    python -m benchmarks.query [PASSAGES]

Passages are sentences of the shipped content, recombined; their vectors are random unit vectors
(their place in space does not change the cost of an exact search); the query's encoding is real.
The peer, in the same run: SentenceTransformer.encode in fp32, IndexFlatIP, bm25s over the same
tokens, and reciprocal rank fusion, without filters, passages' texts or calibrated scores.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bm25s
import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

from benchmarks.machine import save
from desk.assistant import SHIPPED
from desk.calibrating import calibration_for
from desk.opening import open_encoder, open_retriever, open_tokenizer
from desk.settings import load_settings
from indexing.fusion import reciprocal_rank_fusion
from indexing.library import Library
from indexing.records import Filter, Kind, Passage, Record, Status
from indexing.store.store import Store
from indexing.store.writing import Prepared

QUERIES = [
    "家里打电话断断续续，换了手机和卡也一样",
    "没办过这个业务，却每月扣我保底消费",
    "宽带晚上老是掉线，报修三次都没修好",
    "12593打长途提示停机",
    "自称客服让我报验证码，说积分要清零",
]
ROUNDS = 8


def timed(work: Callable[[str], Any]) -> float:
    """Return the median milliseconds of ``work`` over the queries, after one warm-up each."""
    times = []
    for query in QUERIES:
        work(query)
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            work(query)
            times.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(times), 2)


def texts(count: int) -> list[str]:
    """Return ``count`` different passages made of the shipped content's sentences."""
    paths = [p for _, folder in SHIPPED for p in sorted(folder.rglob("*.md"))]
    said = re.findall(r"[^。\n]{8,}。", "\n".join(p.read_text(encoding="utf-8") for p in paths))
    chooser = random.Random(7)
    return [f"第{n}件。" + "".join(chooser.sample(said, 3)) for n in range(count)]


def main() -> None:
    """Build, measure, save."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    settings = load_settings()
    encoder, tokenizer = open_encoder(settings), open_tokenizer()
    retriever = open_retriever(calibration_for(settings.home, encoder.identity))
    passages = texts(count)
    vectors = np.random.default_rng(7).normal(size=(count, encoder.dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tokens = [tokenizer.tokens(text) for text in passages]
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), passages, tokens, vectors, (encoder, tokenizer, retriever))
        model = settings.model or str(settings.default_model_folder)
        found["peer_ms"] = peer(model, tokens, vectors, tokenizer.tokens)
    found["ratio_to_peer"] = round(found["ours_ms"]["whole"] / found["peer_ms"]["whole"], 3)
    save("query", {"passages": count} | found)


def measure(
    folder: Path, passages: list[str], tokens: list[list[str]], vectors: Any, parts: Any
) -> dict[str, Any]:
    """Fill a store with ``passages`` and time a query and its parts."""
    encoder, tokenizer, retriever = parts
    store = Store(f"sqlite:///{folder / 'tousu.db'}")
    store.claim(encoder.identity, tokenizer.identity)
    items = []
    for n, text in enumerate(passages):
        piece = Passage((), 0, len(text), text, 0, len(text))
        record = Record(f"R{n}", Kind.CASE, f"案例{n}", text, Status.PUBLISHED, (piece,))
        items.append(Prepared(record, [tokens[n]], vectors[n : n + 1]))
    for first in range(0, len(items), 5000):
        store.write(items[first : first + 5000], actor="bench")
    Library(store, folder / "index", encoder, tokenizer, retriever).compact()
    begun = time.perf_counter()
    library = Library(store, folder / "index", encoder, tokenizer, retriever)
    opening = time.perf_counter() - begun
    snapshot, where = library.snapshot(), Filter()
    allowed = snapshot.allowed(where)
    ready = {q: retriever.prepare(q, encoder, tokenizer) for q in QUERIES}
    ids = {q: [r.id for r in retriever.rank(ready[q], where, snapshot)] for q in QUERIES}
    return {
        "open_seconds": round(opening, 2),
        "ours_ms": {
            "encode": timed(lambda q: encoder.encode_queries([q])),
            "cut": timed(tokenizer.tokens),
            "dense": timed(lambda q: snapshot.dense(ready[q].vector, 100, allowed)),
            "lexical": timed(
                lambda q: snapshot.lexical(ready[q].tokens, ready[q].weights, 100, allowed)
            ),
            "rank": timed(lambda q: retriever.rank(ready[q], where, snapshot)),
            "fetch": timed(lambda q: store.passage_rows(ids[q])),
            "whole": timed(lambda q: library.search(q, [where], limit=10)),
        },
    }


def peer(
    model: str, tokens: list[list[str]], vectors: Any, cut: Callable[[str], list[str]]
) -> dict[str, float]:
    """Time the same query over off-the-shelf parts."""
    transformer = SentenceTransformer(model, device="cpu")
    dense = faiss.IndexFlatIP(vectors.shape[1])
    dense.add(vectors)
    lexical = bm25s.BM25(k1=1.5, b=0.75)
    lexical.index(tokens, show_progress=False)

    def encode(query: str) -> Any:
        return transformer.encode(["query: " + query], normalize_embeddings=True)

    def words(query: str) -> Any:
        return lexical.retrieve([cut(query)], k=100, show_progress=False)[0][0]

    def whole(query: str) -> Any:
        _, near = dense.search(encode(query), 100)
        return reciprocal_rank_fusion([near[0].tolist(), words(query).tolist()])

    ready = {q: encode(q) for q in QUERIES}
    return {
        "encode": timed(encode),
        "dense": timed(lambda q: dense.search(ready[q], 100)),
        "lexical": timed(words),
        "whole": timed(whole),
    }


if __name__ == "__main__":
    main()
