"""A library without a model, and what brute force over its store says."""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pysqlite3

from indexing.calibration import Calibration
from indexing.lexical import K1, B
from indexing.library import Library
from indexing.model.protocol import Vectors
from indexing.records import Filter, Kind, Passage, Record, Status
from indexing.retrieval import Retriever
from indexing.snapshot import Snapshot
from indexing.store.store import Store
from indexing.tokens import Tokenizer

QUERIES = ("宽带晚上经常掉线", "漫游打不出电话", "套餐多扣费要求退费")
_WORDS = ("宽带", "掉线", "漫游", "电话", "套餐", "扣费", "退费", "晚上", "经常", "信号", "营业厅")
ANY = Filter(statuses=())
DEPTH = 1000


class Bigrams:
    """An encoder without a model: hashed bigrams."""

    def __init__(self, identity: str = "bigrams", dim: int = 64) -> None:
        self.identity = identity
        self.dim = dim

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape ``(len(texts), dim)``."""
        rows = np.full((len(texts), self.dim), 1e-4, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for pair in pairs(text):
                row[zlib.crc32(pair.encode()) % self.dim] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def encode_passages(self, texts: Sequence[str], **_: object) -> Vectors:
        """Return unit vectors, shape ``(len(texts), dim)``."""
        return self.encode_queries(texts)


class Pairs(Tokenizer):
    """A tokenizer without a dictionary."""

    def __init__(self, identity: str = "pairs") -> None:  # loads no dictionary
        self.identity = identity

    def knows(self, word: str) -> bool:
        """Tell that every word is one: nothing here is mistyped."""
        return bool(word)

    def tokens(self, text: str) -> list[str]:
        """Return the text's pairs of characters."""
        return pairs(text)


def pairs(text: str) -> list[str]:
    """Return every two characters that stand together."""
    return [text[i : i + 2] for i in range(max(len(text) - 1, 1))]


def open_house(home: Path, encoder: Any = None, tokenizer: Tokenizer | None = None) -> Library:
    """Open the library in ``home``."""
    calibration = Calibration(("bigrams",), -6.0, (10.0, 5.0, 0.0, 0.0, 0.0), 0.5)
    return Library(
        Store(f"sqlite:///{home / 'tousu.db'}"),
        home / "index",
        encoder or Bigrams(),
        tokenizer or Pairs(),
        Retriever(calibration),
    )


def make_record(number: int, dice: random.Random) -> Record:
    """Return record ``number`` with one to three passages of new text."""
    parts = ["".join(dice.choices(_WORDS, k=12)) + "。" for _ in range(dice.randint(1, 3))]
    ends = np.cumsum([len(part) for part in parts]).tolist()
    pieces = tuple(
        Passage((), end - len(part), end, part, end - len(part), end)
        for part, end in zip(parts, ends, strict=True)
    )
    name = f"C-{number:05d}"
    return Record(
        name,
        Kind.CASE,
        f"标题{number}",
        "".join(parts),
        Status.PUBLISHED,
        pieces,
        category=dice.choice(("B/频繁掉线", "N/漫游", "F/退费")),
        meta={"channel": "热线"},
    )


def stored(home: Path) -> tuple[int, dict[str, str], list[tuple[Any, ...]]]:
    """Read generation, record texts and passage rows past the program, in one transaction."""
    connection = pysqlite3.connect(str(home / "tousu.db"), timeout=60)
    try:
        connection.execute("BEGIN")
        generation = connection.execute("SELECT generation FROM state").fetchone()[0]
        texts = dict(connection.execute("SELECT id, text FROM records").fetchall())
        rows = connection.execute("SELECT id, record_id, tokens, vector FROM passages ORDER BY id")
        return generation, texts, rows.fetchall()
    finally:
        connection.close()


def disagreements(snapshot: Snapshot, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Compare both legs with brute force over the store's passage rows."""
    vectors = np.array([np.frombuffer(row[3], dtype="<f4") for row in rows], dtype=np.float32)
    counts = [Counter(row[2].split(" ")) for row in rows]
    wrong = []
    for text in QUERIES:
        query, allowed = Bigrams().encode_queries([text])[0], snapshot.allowed(ANY)
        cosines = (vectors @ query).tolist() if rows else []
        dense = snapshot.dense(query, DEPTH, allowed)
        lexical, _ = snapshot.lexical(pairs(text), {}, DEPTH, allowed)
        ids = [row[0] for row in rows]
        if not _same(dict(zip(ids, cosines, strict=True)), dense.ids, dense.scores):
            wrong.append(f"dense: {text}")
        scores = dict(zip(ids, _bm25(counts, pairs(text)), strict=True))
        some = {number: score for number, score in scores.items() if score > 0}
        if not _same(some, lexical.ids, lexical.scores):
            wrong.append(f"lexical: {text}")
    return wrong


def _same(wanted: dict[int, float], ids: Any, scores: Any) -> bool:
    found = dict(zip(ids.tolist(), scores.tolist(), strict=True))
    best = sorted(wanted.values(), reverse=True)[:DEPTH]
    return (
        len(found) == len(best)
        and set(found) <= set(wanted)
        and all(abs(found[i] - wanted[i]) < 1e-3 for i in found)
        and np.allclose(sorted(found.values(), reverse=True), best, atol=1e-3)
    )


def _bm25(counts: Sequence[Counter[str]], query: Sequence[str]) -> list[float]:
    lengths = [sum(count.values()) for count in counts]
    mean = sum(lengths) / max(len(lengths), 1)
    scores = [0.0] * len(counts)
    for term in dict.fromkeys(query):
        holders = sum(term in count for count in counts)
        idf = math.log(1 + (len(counts) - holders + 0.5) / (holders + 0.5))
        for place, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            n = count[term]
            scores[place] += idf * n * (K1 + 1) / (n + K1 * (1 - B + B * length / mean))
    return scores
