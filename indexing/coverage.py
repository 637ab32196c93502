"""How much of a query a record covers, and what in it tells the found passages apart.

A record is often longer than a passage, and what a query tells is spread over it. So beside each
passage's own BM25 counts what the found passages of its record hold together: which words of the
query, and which characters (an inflected or differently cut word shares them).

What is found is alike in most of what the query says; the rest decides. So pairs of neighbouring
characters, which hold names and turns of phrase that no dictionary has, count by how few of the
passages that were found hold them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexing.characters import codes_of, pairs_of
from indexing.lexical import inverse_frequency
from indexing.snapshot import Snapshot

Floats = NDArray[np.float64]

# Parts, chosen on the queries that the calibration is fitted on; near ones rank alike.
PASSAGE = 0.5  # BM25 of the passage, as a share of the best possible
CHARACTERS = 0.25
WORDS = 0.25

LONG = 100.0  # characters of a passage from which on a pair that it lacks tells all it can


def coverage(
    own: Floats, words: Sequence[str], ids: NDArray[np.int64], snapshot: Snapshot
) -> Floats:
    """Return the share in [0, 1] of the query ``words`` that each of the passages ``ids`` covers.

    ``own`` is the passages' BM25 as a share of the best possible.
    """
    owners = snapshot.owners(ids)
    characters = snapshot.characters(ids, np.unique(codes_of(words)))
    together = CHARACTERS * _share(*characters, owners)
    together += WORDS * _share(*snapshot.words(ids, words), owners)
    return np.asarray(PASSAGE * own + together)


def contrast(words: Sequence[str], ids: NDArray[np.int64], snapshot: Snapshot) -> Floats:
    """Return how much fewer of the query's character pairs each of ``ids`` holds than the best.

    In [-1, 0]. A pair counts by how few of ``ids`` hold it, and all count less where passages are
    short: a short one lacks most of what it could say in other words. What is compared with the
    best puts passages in order; how well that one fits itself, it does not say.
    """
    if not len(ids):
        return np.zeros(0)
    held, sizes = snapshot.pairs(ids, np.unique(pairs_of(codes_of(words))))
    holders = np.count_nonzero(held, axis=0).tolist()
    idf = np.array([inverse_frequency(len(ids), number) for number in holders])
    shares = held @ idf / max(idf.sum(), 1e-6)
    return np.asarray(min(1.0, sizes.mean() / LONG) * (shares - shares.max()))


def _share(held: Floats, idf: Floats, owners: NDArray[np.int64]) -> Floats:
    """Return what the rows of one owner hold together: the largest of each column, by idf."""
    if not idf.sum():
        return np.zeros(len(held))
    numbers, of = np.unique(owners, return_inverse=True)
    best = np.zeros((len(numbers), held.shape[1]))
    np.maximum.at(best, of, held)
    return np.asarray((best @ idf / idf.sum())[of])
