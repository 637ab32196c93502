"""Which wording a reply is made from: how much of each wording the reply says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexing.errors import NotFoundError
from kb.checking.rules import fold
from kb.wording import SLOT, Wording

Vectors = NDArray[np.float32]
_SHORTEST = 5  # characters of a clause that tells wordings apart


class WordingFit:
    """Ranks wordings by how well their clauses are covered by a reply's.

    Clauses that many wordings share (an apology, thanks) weigh less, as rare words do in BM25.
    """

    def __init__(
        self,
        wordings: Sequence[Wording],
        day: date,
        encode: Callable[[Sequence[str]], Vectors],
    ) -> None:
        """Embed the clauses of the versions valid on ``day``."""
        owners: list[int] = []
        clauses: list[str] = []
        self.ids: list[str] = []
        for wording in wordings:
            try:
                text = wording.on(day).text
            except NotFoundError:
                continue
            for clause in _clauses(text):
                owners.append(len(self.ids))
                clauses.append(clause)
            self.ids.append(wording.id)
        self._owners = np.array(owners, dtype=np.int64)
        self._vectors = encode(clauses)
        shared = np.clip(self._vectors @ self._vectors.T, 0.0, 1.0) ** 4
        self._weights = (1.0 / shared.sum(axis=1)).astype(np.float32)

    def rank(self, clauses: Vectors) -> list[tuple[str, float]]:
        """Return wording ids with their fit in [-1, 1], best first.

        ``clauses`` are the reply's clause vectors of shape ``(n, dim)``, unit rows.
        """
        if not len(clauses) or not self.ids:
            return []
        covered = (self._vectors @ clauses.T).max(axis=1) * self._weights
        whole = np.bincount(self._owners, self._weights, len(self.ids))
        fit = np.bincount(self._owners, covered, len(self.ids)) / np.maximum(whole, 1e-9)
        order = np.argsort(-fit, kind="stable")
        return [(self.ids[i], float(fit[i])) for i in order]


def _clauses(text: str) -> list[str]:
    pieces = re.split(r"[，,。；;！？：]", SLOT.sub("", fold(text)))
    return [piece.strip() for piece in pieces if len(piece.strip()) >= _SHORTEST]
