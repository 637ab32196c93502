"""How much of a query a record covers: by the words of a passage, and by all that was found of it.

A record is often longer than a passage, and what a query tells is spread over it. So beside each
passage's own BM25 counts what the found passages of its record hold together: which words of the
query, and which characters (an inflected or differently cut word shares them).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexing.characters import codes_of
from indexing.snapshot import Snapshot

Floats = NDArray[np.float64]

# Parts, chosen on the queries that the calibration is fitted on; near ones rank alike.
PASSAGE = 0.5  # BM25 of the passage, as a share of the best possible
CHARACTERS = 0.25
WORDS = 0.25


def coverage(
    own: Floats, words: Sequence[str], ids: NDArray[np.int64], snapshot: Snapshot
) -> Floats:
    """Return the share in [0, 1] of the query ``words`` that each of the passages ``ids`` covers.

    ``own`` is the passages' BM25 as a share of the best possible.
    """
    owners = snapshot.owners(ids)
    characters = snapshot.characters(ids, codes_of(words))
    together = CHARACTERS * _share(*characters, owners)
    together += WORDS * _share(*snapshot.words(ids, words), owners)
    return np.asarray(PASSAGE * own + together)


def _share(held: Floats, idf: Floats, owners: NDArray[np.int64]) -> Floats:
    """Return what the rows of one owner hold together: the largest of each column, by idf."""
    if not idf.sum():
        return np.zeros(len(held))
    numbers, of = np.unique(owners, return_inverse=True)
    best = np.zeros((len(numbers), held.shape[1]))
    np.maximum.at(best, of, held)
    return np.asarray((best @ idf / idf.sum())[of])
