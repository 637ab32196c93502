"""txtai's hybrid search; importable only where txtai is installed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from txtai import Embeddings

from benchmarks.comparing.corpus import Corpus
from indexing.model.protocol import Vectors


class Txtai:
    """txtai's hybrid index with its own defaults, over the given vectors.

    Each of its legs offers ten times the passages asked for, so it is asked for no more than it
    takes to fill the ranking: more costs it time and brings nothing.
    """

    settings: ClassVar[dict[str, Any]] = {}

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._passages_each = math.ceil(len(corpus.passages) / len(corpus.records))
        self._encode: Callable[[Sequence[str]], Vectors] = corpus.encoder.encode_passages
        self._index = Embeddings(
            method="external",
            transform=lambda texts: self._encode(texts),
            hybrid=True,
            **self.settings,
        )
        self._index.index((n, text, None) for n, text in enumerate(corpus.passages))
        self._encode = corpus.encoder.encode_queries

    def search(self, text: str, limit: int) -> list[str]:
        """Return the records of the passages found."""
        found = self._index.search(text, limit * self._passages_each)
        return self._corpus.owners_of(row for row, _ in found)[:limit]


class TxtaiExact(Txtai):
    """The same with an exact index, where txtai's default above 5,000 rows is approximate."""

    settings: ClassVar[dict[str, Any]] = {"faiss": {"components": "IDMap,Flat"}}
