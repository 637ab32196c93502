"""BM25 over token postings.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with
Lucene's idf, ``ln(1 + (N - n + 0.5) / (n + 0.5))``, which is never negative. Postings keep plain
counts: idf and average length are taken over the live passages at query time, so a score depends
on what is in the index and not on the order in which it came there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    def postings(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Return the rows that hold ``term``, ascending, and its count in each."""
        number = self.terms.get(term)
        if number is None:
            return self.rows[:0], self.counts[:0]
        span = slice(self.starts[number], self.starts[number + 1])
        return self.rows[span], self.counts[span]


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
    scores = [np.zeros(len(postings.lengths), dtype=np.float32) for postings, _ in segments]
    mean_length = token_total / max(live_total, 1)
    ideal = 0.0
    for term in dict.fromkeys(query):
        found = [_live(postings.postings(term), mask) for postings, mask in segments]
        holders = sum(len(rows) for rows, _ in found)
        idf = inverse_frequency(live_total, holders)
        ideal += 0.0 if term in weights else idf * (K1 + 1.0)
        weight = idf * weights.get(term, 1.0) * (K1 + 1.0)
        for (rows, counts), (postings, _), out in zip(found, segments, scores, strict=True):
            norm = K1 * (1.0 - B + (B / mean_length) * postings.lengths[rows])
            out[rows] += (weight * counts / (counts + norm)).astype(np.float32)
    return scores, ideal


def live_sizes(segments: Sequence[tuple[Postings, Mask]]) -> tuple[int, int]:
    """Return the number of live rows and of their tokens."""
    rows = sum(int(mask.sum()) for _, mask in segments)
    return rows, sum(int(postings.lengths[mask].sum()) for postings, mask in segments)


def _live(
    found: tuple[NDArray[np.int32], NDArray[np.uint16]], mask: Mask
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    rows, counts = found
    alive = mask[rows]
    return rows[alive], counts[alive].astype(np.float32)
