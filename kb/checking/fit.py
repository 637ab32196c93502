"""Which wording a reply is made from: how far the two say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kb.checking.points import point_rules
from kb.checking.rules import Rules, fold
from kb.wording import SLOT, Version, Wording

Vectors = NDArray[np.float32]
_SHORTEST = 5  # characters of a clause that tells wordings apart


class WordingFit:
    """Ranks wordings by how well their clauses and a reply's cover each other.

    Of a wording, how much the reply says: clauses that many wordings share (an apology, thanks)
    weigh less, as rare words do in BM25. Of the reply, how much is the wording's, other ways of
    saying its points included: a clause weighs by how far one wording says it better than most.
    """

    def __init__(
        self,
        versions: Mapping[str, Version],
        rules: Rules,
        encode: Callable[[Sequence[str]], Vectors],
    ) -> None:
        """Embed the clauses and points of ``versions``, by their wordings' ids."""
        self.ids = list(versions)
        own = [_clauses(version.text) for version in versions.values()]
        points = [
            [words for point in point_rules(version, rules) for words in point.meanings]
            for version in versions.values()
        ]
        every = [dict.fromkeys(chain(*both)) for both in zip(own, points, strict=True)]
        row = {words: at for at, words in enumerate(dict.fromkeys(chain(*every)))}
        vectors = encode(list(row))
        self._owners = np.repeat(np.arange(len(own)), list(map(len, own)))
        self._vectors = vectors[[row[words] for clauses in own for words in clauses]]
        self._all = vectors[[row[words] for some in every for words in some]]
        self._starts = np.cumsum([0, *map(len, every)])[:-1]
        shared = np.clip(self._vectors @ self._vectors.T, 0.0, 1.0) ** 4
        self._weights = (1.0 / shared.sum(axis=1)).astype(np.float32)
        self._whole = np.bincount(self._owners, self._weights, len(own))

    def rank(self, clauses: Vectors) -> list[tuple[str, float]]:
        """Return wording ids with their fit in [-1, 1], best first.

        ``clauses`` are the reply's clause vectors of shape ``(n, dim)``, unit rows.
        """
        if not len(clauses) or not self.ids:
            return []
        fit = (self._said(clauses) + self._explained(clauses)) / 2
        order = np.argsort(-fit, kind="stable")
        return [(self.ids[i], float(fit[i])) for i in order]

    def _said(self, clauses: Vectors) -> NDArray[np.float64]:
        covered = (self._vectors @ clauses.T).max(axis=1) * self._weights
        return np.bincount(self._owners, covered, len(self.ids)) / self._whole

    def _explained(self, clauses: Vectors) -> NDArray[np.float64]:
        best = np.maximum.reduceat(self._all @ clauses.T, self._starts, axis=0)
        telling = best.max(axis=0) - best.mean(axis=0)
        return np.asarray(best @ (telling / max(float(telling.sum()), 1e-9)), dtype=np.float64)


def in_force(wordings: Iterable[Wording], day: date) -> dict[str, Version]:
    """Return the versions that are valid on ``day``, by their wordings' ids."""
    return {one.id: held for one in wordings for held in one.versions if held.holds_on(day)}


def _clauses(text: str) -> list[str]:
    pieces = re.split(r"[，,。；;！？：]", SLOT.sub("", fold(text)))
    return [piece.strip() for piece in pieces if len(piece.strip()) >= _SHORTEST] or [text]
