"""One warm query at 10⁴ to 10⁶ passages, with its parts, beside what one would plug together.

    python -m benchmarks.query [PASSAGES ...]

Sizes that are not asked for keep the figures of the run before.
Passages are sentences of the shipped content, recombined; their vectors are random unit vectors
(their place in space does not change the cost of a scan); the query's encoding is real. Memory is
what a process grows by when it opens the library and searches.
The peer, in the same run: SentenceTransformer.encode in fp32, IndexFlatIP, bm25s over the same
tokens, and reciprocal rank fusion, without filters, passages' texts or calibrated scores.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import bm25s
import faiss
import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from benchmarks.machine import save
from benchmarks.shipped import HELD, read
from desk.assistant import SHIPPED
from desk.calibrating import calibration_for
from desk.opening import open_encoder, open_retriever, open_tokenizer
from desk.settings import load_settings
from indexing.fusion import reciprocal_rank_fusion
from indexing.library import Library
from indexing.model.protocol import Encoder
from indexing.records import Filter, Kind, Passage, Record, Status
from indexing.retrieval import FETCHED
from indexing.store.store import Store
from indexing.store.writing import Prepared
from indexing.tokens import Tokenizer

Vectors = NDArray[np.float32]

RESULT = Path(__file__).parent / "results" / "query.json"
SIZES = (10_000, 100_000, 1_000_000)
PEER_TO = 100_000
BLOCK = 5_000
STORE, INDEX = "tousu.db", "index"

QUERIES = [labelled["text"] for labelled in read(HELD)][:48]


def timed(work: Callable[[str], Any]) -> float:
    """Return the median milliseconds of ``work`` over the queries, after a warm-up with the first.

    Each is asked once: what was fetched for one is seldom what another wants.
    """
    times = []
    for query in (QUERIES[0], *QUERIES):
        begun = time.perf_counter()
        work(query)
        times.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(times[1:]), 2)


def texts(count: int, begin: int = 0) -> list[str]:
    """Return ``count`` different passages made of the shipped content's sentences."""
    paths = [p for _, folder in SHIPPED for p in sorted(folder.rglob("*.md"))]
    said = re.findall(r"[^。\n]{8,}。", "\n".join(p.read_text(encoding="utf-8") for p in paths))
    chooser = random.Random(begin)
    return [f"第{begin + n}件。" + "".join(chooser.sample(said, 3)) for n in range(count)]


def main(sizes: Sequence[int]) -> None:
    """Build, measure, save."""
    report = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            tokens, vectors = build(Path(folder), size)
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                found = alone.submit(measure, Path(folder)).result()
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                found["made_anew"] = alone.submit(make_anew, Path(folder)).result()
        if size <= PEER_TO:
            found["peer_ms"] = peer(tokens, vectors)
            found["ratio_to_peer"] = round(found["ours_ms"]["whole"] / found["peer_ms"]["whole"], 3)
        report[str(size)] = found
        del tokens, vectors
    kept = json.loads(RESULT.read_text("utf-8"))["sizes"] if RESULT.exists() else {}
    save("query", {"sizes": kept | report})


def build(folder: Path, size: int) -> tuple[list[list[str]], Vectors]:
    """Fill a store in ``folder`` and save its index; return the passages' tokens and vectors."""
    encoder, tokenizer = open_encoder(load_settings()), open_tokenizer()
    store = Store(f"sqlite:///{folder / STORE}")
    store.claim(encoder.identity, tokenizer.identity)
    dice, cut = np.random.default_rng(7), cache(tokenizer.tokens)
    tokens: list[list[str]] = []
    vectors = np.empty((size, encoder.dim), dtype=np.float32)
    for begin in range(0, size, BLOCK):
        items = []
        for n, text in enumerate(texts(min(BLOCK, size - begin), begin), start=begin):
            row = dice.standard_normal(encoder.dim, dtype=np.float32)
            vectors[n] = row / np.linalg.norm(row)
            tokens.append([token for part in text.split("。") for token in cut(part)])
            items.append(Prepared(record(n, text), tokens[-1:], vectors[n : n + 1]))
        store.write(items, actor="bench")
    open_up(folder, store, encoder, tokenizer).compact()
    return tokens, vectors


def record(number: int, text: str) -> Record:
    """Return a record of one passage."""
    piece = Passage((), 0, len(text), text, 0, len(text))
    return Record(f"R{number}", Kind.CASE, f"案例{number}", text, Status.PUBLISHED, (piece,))


def open_up(folder: Path, store: Store, encoder: Encoder, tokenizer: Tokenizer) -> Library:
    """Return the library of ``folder``."""
    calibration = calibration_for(folder, encoder.identity)
    return Library(store, folder / INDEX, encoder, tokenizer, open_retriever(calibration))


def measure(folder: Path) -> dict[str, Any]:
    """Open what `build` left, in a process of its own, and time a query and its parts."""
    encoder, tokenizer = open_encoder(load_settings()), open_tokenizer()
    encoder.encode_queries(QUERIES)
    tokenizer.tokens(QUERIES[0])
    before, begun = resident(), time.perf_counter()
    library = open_up(folder, Store(f"sqlite:///{folder / STORE}"), encoder, tokenizer)
    opening = time.perf_counter() - begun
    snapshot, where, retriever = library.snapshot(), Filter(), library.retriever
    allowed = snapshot.allowed(where)
    ready = {q: retriever.prepare(q, encoder, tokenizer) for q in QUERIES}
    ids = {q: [r.id for r in retriever.rank(ready[q], where, snapshot)] for q in QUERIES}
    whole = timed(lambda q: library.search(q, [where], limit=10))
    unread = Store(f"sqlite:///{folder / STORE}")  # keeps no passage that a query has fetched
    times = {
        "encode": timed(lambda q: encoder.encode_queries([q])),
        "cut": timed(tokenizer.tokens),
        "dense": timed(lambda q: snapshot.dense(ready[q].vector, 100, allowed)),
        "lexical": timed(
            lambda q: snapshot.lexical(ready[q].tokens, ready[q].weights, 100, allowed)
        ),
        "rank": timed(lambda q: retriever.rank(ready[q], where, snapshot)),
        "fetch": timed(lambda q: unread.passage_rows(ids[q][:FETCHED])),
        "whole": whole,
    }
    size = len(snapshot)
    files = [path for path in (folder / INDEX).rglob("*") if path.is_file()]
    return {
        "open_seconds": round(opening, 2),
        "memory_bytes_per_passage": round((resident() - before) / size),
        "index_bytes_per_passage": round(sum(path.stat().st_size for path in files) / size),
        "store_bytes_per_passage": round((folder / STORE).stat().st_size / size),
        "ours_ms": times,
    }


def make_anew(folder: Path) -> dict[str, float]:
    """Make the index of what `build` left from the store alone: seconds, and memory at its peak."""
    encoder, tokenizer = open_encoder(load_settings()), open_tokenizer()
    store = Store(f"sqlite:///{folder / STORE}")
    before, begun = resident(), time.perf_counter()
    retriever = open_retriever(calibration_for(folder, encoder.identity))
    library = Library(store, folder / "anew", encoder, tokenizer, retriever)
    seconds = time.perf_counter() - begun
    return {
        "seconds": round(seconds, 1),
        "peak_bytes_per_passage": round((peak_resident() - before) / len(library.snapshot())),
    }


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_resident() -> int:
    """Return the most bytes of memory that this process has held.

    Not `resource.getrusage`: there the peak of the process that started this one counts as well.
    """
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status)[1])  # type: ignore[index]


def peer(tokens: list[list[str]], vectors: Vectors) -> dict[str, float]:
    """Time the same query over off-the-shelf parts."""
    settings = load_settings()
    model = settings.model or str(settings.default_model_folder)
    cut = open_tokenizer().tokens
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
    main([int(size) for size in sys.argv[1:]] or SIZES)
