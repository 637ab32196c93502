"""What is compared without a peer's package: the legs, their fusion, and the project's search."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import bm25s
import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.corpus import Corpus
from cases.triage import load_triager
from desk.assistant import CANDIDATES
from desk.leaning import lean, neighbours
from indexing.fusion import reciprocal_rank_fusion
from indexing.library import Library
from indexing.records import Filter, Result
from indexing.store.store import Store

DEPTH = 100  # passages that each system, or each of its legs, is asked for
ANY = Filter(statuses=())


class System(Protocol):
    """Something that has indexed a corpus."""

    def search(self, text: str, limit: int) -> list[str]:
        """Return at most ``limit`` records' ids for ``text``, best first."""
        ...


Builder = Callable[[Corpus], System]


class Lexical:
    """BM25 (Lucene's idf, k1 1.5, b 0.75) over the project's tokens."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._index = bm25s.BM25(k1=1.5, b=0.75)
        tokens = [corpus.tokenizer.tokens(text) for text in corpus.passages]
        self._index.index(tokens, show_progress=False)

    def search(self, text: str, limit: int) -> list[str]:
        """Return the records whose best passage scores highest, none below a shared token."""
        known = self._index.vocab_dict
        tokens = [token for token in self._corpus.tokenizer.tokens(text) if token in known]
        if not tokens:
            return []
        scores = self._index.get_scores(tokens)
        return self._corpus.owners_of(r for r in best(scores) if scores[r] > 0)[:limit]


class Dense:
    """Exact cosine over all passages."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._vectors = corpus.encoder.encode_passages(corpus.passages)

    def search(self, text: str, limit: int) -> list[str]:
        """Return the records whose best passage is nearest."""
        scores = self._vectors @ self._corpus.encoder.encode_queries([text])[0]
        return self._corpus.owners_of(best(scores))[:limit]


class Fused:
    """Reciprocal rank fusion of both legs, k = 60."""

    def __init__(self, corpus: Corpus) -> None:
        self._legs: tuple[System, ...] = (Lexical(corpus), Dense(corpus))

    def search(self, text: str, limit: int) -> list[str]:
        """Return the records of the fused ranking."""
        fused = reciprocal_rank_fusion([leg.search(text, DEPTH) for leg in self._legs])
        return list(fused)[:limit]


class Ours:
    """The project's library, filled as ``tousu evaluate`` does and asked as an answer does.

    All but the judge's second look, which reads a few cases to tell whether any fits.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._folder = tempfile.TemporaryDirectory()
        home = Path(self._folder.name)
        self._library = Library(
            Store(f"sqlite:///{home / 'tousu.db'}"),
            home / "index",
            corpus.encoder,
            corpus.tokenizer,
            corpus.retriever,
        )
        self._library.write(corpus.records, actor="eval")
        self._library.snapshot()
        self._triager = load_triager()

    def search(self, text: str, limit: int) -> list[str]:
        """Return the library's hits."""
        return [hit.id for hit in self.leaned(text, self.found(text, limit)).hits[:limit]]

    def found(self, text: str, limit: int) -> Result:
        """Return what the library finds, as many hits as an answer is composed from or more."""
        [result] = self._library.search(text, [ANY], limit=max(limit, CANDIDATES))
        return result

    def leaned(self, text: str, result: Result) -> Result:
        """Return ``result`` with the cases of the complaint's category before the others."""
        triage = self._triager.triage(text, neighbours(result))
        return lean(result, triage, self._triager.cues.leaning)


def best(scores: NDArray[Any]) -> list[int]:
    """Return the rows of the ``DEPTH`` highest scores, best first; equal ones in their order."""
    rows = np.arange(len(scores))
    if len(scores) > DEPTH:
        rows = np.argpartition(-scores, DEPTH - 1)[:DEPTH]
    found: list[int] = rows[np.lexsort((rows, -scores[rows]))].tolist()
    return found
