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

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

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
        owners = np.repeat(np.arange(len(token_lists), dtype=np.int64), lengths)
        width = max(len(token_lists), 1)
        keys, counts = np.unique(flat * width + owners, return_counts=True)
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
        spans = [self._span(term) for term in terms]
        impacts = self._saturated(mean_length)
        ends = np.cumsum([0, *(span.stop - span.start for span in spans)], dtype=np.int32)
        if not ends[-1]:
            return np.zeros(len(self.lengths), dtype=np.float32)
        values = np.concatenate([impacts[span] for span in spans])
        rows = np.concatenate([self.rows[span] for span in spans])
        table = csc_array((values, rows, ends), shape=(len(self.lengths), len(terms)))
        return np.asarray(table @ factors, dtype=np.float32)

    def _saturated(self, mean_length: float) -> NDArray[np.float32]:
        """Return ``count / (count + norm)`` of each posting, kept until the mean length changes."""
        if mean_length not in self._kept:
            norms = (K1 * (1.0 - B + (B / mean_length) * self.lengths)).astype(np.float32)
            counts = self.counts.astype(np.float32)
            self._kept.clear()
            self._kept[mean_length] = counts / (counts + norms[self.rows])
        return self._kept[mean_length]

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


def bm25(
    segments: Sequence[tuple[Postings, Mask]],
    query: Sequence[str],
    weights: dict[str, float],
    sizes: tuple[int, int] | None = None,
) -> tuple[list[NDArray[np.float32]], float]:
    """Score every row of every segment for ``query``.

    Each segment comes with the mask of its live rows; dead rows count in no statistic and score
    0. ``weights`` scales single query terms (1.0 where a term is absent), such as synonyms.
    ``sizes`` are the live rows and their tokens, if the caller has counted them before.

    Returns the scores, and the ideal one: that of a passage full of every unscaled query term.
    """
    live_total, token_total = sizes or live_sizes(segments)
    terms = list(dict.fromkeys(query))
    holders = [_holders(postings, mask, terms) for postings, mask in segments]
    idf = [inverse_frequency(live_total, sum(numbers)) for numbers in zip(*holders, strict=True)]
    full = [value * (K1 + 1.0) for value in idf]  # a term's share of a passage full of it
    ideal = sum(share for term, share in zip(terms, full, strict=False) if term not in weights)
    factors = np.array(
        [share * weights.get(term, 1.0) for term, share in zip(terms, full, strict=False)],
        dtype=np.float32,
    )
    mean_length = token_total / max(live_total, 1)
    scores = [postings.weighted(terms, factors, mean_length) for postings, _ in segments]
    for out, (_, mask) in zip(scores, segments, strict=True):
        if not mask.all():
            out[~mask] = 0.0
    return scores, ideal


def _holders(postings: Postings, mask: Mask, terms: Sequence[str]) -> list[int]:
    """Count the live rows that hold each of ``terms``."""
    found = (postings.postings(term)[0] for term in terms)
    if mask.all():
        return [len(rows) for rows in found]
    return [int(mask[rows].sum()) for rows in found]


def live_sizes(segments: Sequence[tuple[Postings, Mask]]) -> tuple[int, int]:
    """Return the number of live rows and of their tokens."""
    rows = sum(int(mask.sum()) for _, mask in segments)
    return rows, sum(int(postings.lengths[mask].sum()) for postings, mask in segments)
