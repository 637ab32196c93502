"""BM25 over token postings.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with
Lucene's idf, ``ln(1 + (N - n + 0.5) / (n + 0.5))``, which is never negative. Postings keep plain
counts: idf and average length are taken over the live passages at query time, so a score depends
on what is in the index and not on the order in which it came there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import _sparsetools

K1 = 1.5
B = 0.75

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Postings:
    """An inverted index of one segment.

    ``terms[t]`` occurs in rows ``rows[starts[t]:starts[t + 1]]``, ``counts[...]`` times each;
    ``lengths[r]`` is the number of tokens of row ``r``.
    """

    terms: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int32]
    _kept: dict[float, NDArray[np.float32]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def build(cls, token_lists: Sequence[Sequence[str]]) -> Postings:
        """Index ``token_lists``, one a row."""
        terms: dict[str, int] = {}
        lengths = np.array([len(tokens) for tokens in token_lists], dtype=np.int32)
        flat = np.fromiter(
            (terms.setdefault(t, len(terms)) for tokens in token_lists for t in tokens),
            dtype=np.int64,
            count=int(lengths.sum()),
        )
        width = max(len(token_lists), 1)
        flat *= width
        flat += np.repeat(np.arange(len(token_lists), dtype=np.int32), lengths)
        keys, counts = np.unique(flat, return_counts=True)
        starts = np.searchsorted(keys, np.arange(len(terms) + 1, dtype=np.int64) * width)
        return cls(
            terms,
            starts.astype(np.int64),
            (keys % width).astype(np.int32),
            np.minimum(counts, 65535).astype(np.uint16),
            lengths,
        )

    def weighted(
        self, terms: Sequence[str], factors: NDArray[np.float32], mean_length: float
    ) -> NDArray[np.float32]:
        """Return each row's sum over ``terms`` of its factor times the row's saturated count."""
        impacts, starts, rows = self._saturated(mean_length), self._short_starts, self.rows
        out = np.zeros(len(self.lengths), dtype=np.float32)
        for at, term in enumerate(terms):
            number = self.terms.get(term)
            if number is not None:
                # what the product of a one-column `csc_array` runs, without copying the postings
                ends, factor = starts[number : number + 2], factors[at : at + 1]
                _sparsetools.csc_matvec(len(out), 1, ends, rows, impacts, factor, out)
        return out

    @cached_property
    def _short_starts(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """Return ``starts`` in the type of ``rows``, as the product wants it."""
        return self.starts.astype(self.rows.dtype)

    def _saturated(self, mean_length: float) -> NDArray[np.float32]:
        """Return ``count / (count + norm)`` of each posting, kept until the mean length changes."""
        if mean_length not in self._kept:
            norms = (K1 * (1.0 - B + (B / mean_length) * self.lengths)).astype(np.float32)
            counts = self.counts.astype(np.float32)
            self._kept.clear()
            self._kept[mean_length] = counts / (counts + norms[self.rows])
        return self._kept[mean_length]

    def held(self, rows: NDArray[np.int64], terms: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which of ``terms`` each of ``rows`` holds, ``(len(rows), len(terms))``."""
        out = np.zeros((len(rows), len(terms)), dtype=np.bool_)
        for column, term in enumerate(terms):
            holders = self.rows[self._span(term)]
            if len(holders):
                places = np.minimum(np.searchsorted(holders, rows), len(holders) - 1)
                out[:, column] = holders[places] == rows
        return out

    def postings(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Return the rows that hold ``term``, ascending, and its count in each."""
        span = self._span(term)
        return self.rows[span], self.counts[span]

    def _span(self, term: str) -> slice:
        number = self.terms.get(term)
        if number is None:
            return slice(0, 0)
        return slice(int(self.starts[number]), int(self.starts[number + 1]))


def inverse_frequency(total: int, holders: int) -> float:
    """Return the idf of a term that ``holders`` of ``total`` passages hold."""
    return math.log(1.0 + (total - holders + 0.5) / (holders + 0.5))


class Statistics:
    """What the live rows of all segments know of the terms, counted once for each."""

    def __init__(self, segments: Sequence[tuple[Postings, Mask]]) -> None:
        """Count the live rows and their tokens."""
        self._segments = [(postings, None if live.all() else live) for postings, live in segments]
        self._known: dict[str, float] = {}
        self.rows = sum(int(live.sum()) for _, live in segments)
        self.tokens = sum(int(postings.lengths[live].sum()) for postings, live in segments)

    @property
    def mean_length(self) -> float:
        """Tokens of a row."""
        return self.tokens / max(self.rows, 1)

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of ``term``."""
        found = self._known.get(term)
        if found is None:
            holders = sum(_holders(postings, live, term) for postings, live in self._segments)
            found = self._known[term] = inverse_frequency(self.rows, holders)
        return found


def bm25(
    segments: Sequence[tuple[Postings, Mask]],
    query: Sequence[str],
    weights: dict[str, float],
    statistics: Statistics | None = None,
) -> tuple[list[NDArray[np.float32]], float]:
    """Score every row of every segment for ``query``.

    Each segment comes with the mask of its live rows; dead rows count in no statistic and score
    0. ``weights`` scales single query terms (1.0 where a term is absent), such as synonyms.
    ``statistics`` are those of the segments, if the caller keeps them.

    Returns the scores, and the ideal one: that of a passage full of every unscaled query term.
    """
    known = statistics or Statistics(segments)
    terms = list(dict.fromkeys(query))
    full = [known.idf(term) * (K1 + 1.0) for term in terms]  # a term's share of a passage full
    ideal = sum(share for term, share in zip(terms, full, strict=True) if term not in weights)
    factors = np.array(
        [share * weights.get(term, 1.0) for term, share in zip(terms, full, strict=True)],
        dtype=np.float32,
    )
    scores = [postings.weighted(terms, factors, known.mean_length) for postings, _ in segments]
    for out, (_, mask) in zip(scores, segments, strict=True):
        if not mask.all():
            out[~mask] = 0.0
    return scores, ideal


def _holders(postings: Postings, live: Mask | None, term: str) -> int:
    rows, _ = postings.postings(term)
    return len(rows) if live is None else int(live[rows].sum())
