"""One generation of the index: segments, which of their rows live, and their columns.

A snapshot never changes; catching up makes a new one that shares the old segments. Both legs of
an answer are read from one snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.characters import Codes, Pairs
from indexing.columns import Columns
from indexing.lexical import K1, B, Postings, Statistics, bm25, inverse_frequency
from indexing.records import Filter
from indexing.segment import Segment
from indexing.store.feed import Added, Changes

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

GROUP = 32  # rows whose best is looked at first
OF_RECORD = 3  # passages that a record is found by when its id is asked for
MASKS_KEPT = 16  # of the filters last used


@dataclass(frozen=True)
class Part:
    """A segment in a snapshot: its rows' columns and which rows live."""

    segment: Segment
    columns: Columns
    live: Mask


@dataclass(frozen=True)
class Candidates:
    """One leg's best passages, best first: store ids and scores."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]


@dataclass(frozen=True)
class Snapshot:
    """The searchable state after one generation."""

    generation: int
    parts: tuple[Part, ...] = ()
    _masks: dict[Filter, list[Mask]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        """Return the number of live passages."""
        return sum(int(part.live.sum()) for part in self.parts)

    def after(self, changes: Changes) -> Snapshot:
        """Return the snapshot of ``changes.generation``."""
        parts = [_bury(part, changes) for part in self.parts]
        parts = [part for part in parts if part.live.any()]
        if changes.added:
            parts.append(part_of(changes.added))
        return Snapshot(changes.generation, tuple(parts))

    def allowed(self, where: Filter) -> list[Mask]:
        """Return, per part, the rows that live and that ``where`` lets through."""
        found = self._masks.get(where)
        if found is None:
            found = [part.live & part.columns.mask(where) for part in self.parts]
            if len(self._masks) >= MASKS_KEPT:
                self._masks.clear()
            self._masks[where] = found
        return found

    def dense(self, query: NDArray[np.float32], k: int, allowed: Sequence[Mask]) -> Candidates:
        """Return the ``k`` passages nearest to the unit vector ``query``, by cosine."""
        found = [
            (part.segment.ids[rows], scores)
            for part, mask in zip(self.parts, allowed, strict=True)
            for rows, scores in [part.segment.nearest(query, k, mask)]
        ]
        return _top(found, k)

    def lexical(
        self, tokens: Sequence[str], weights: dict[str, float], k: int, allowed: Sequence[Mask]
    ) -> tuple[Candidates, float]:
        """Return the ``k`` passages with the highest BM25 score above 0, and the ideal score."""
        scored, ideal = bm25(self._legs, tokens, weights, self._statistics)
        found = []
        for part, mask, scores in zip(self.parts, allowed, scored, strict=True):
            rows = _best(scores if mask.all() else np.where(mask, scores, 0.0), k)
            found.append((part.segment.ids[rows], scores[rows]))
        return _top(found, k), ideal

    @property
    def _legs(self) -> list[tuple[Postings, Mask]]:
        return [(part.segment.postings, part.live) for part in self.parts]

    @cached_property
    def _statistics(self) -> Statistics:
        return Statistics(self._legs)

    @cached_property
    def _character_holders(self) -> NDArray[np.int64]:
        return sum(
            (part.segment.characters.holders(part.live) for part in self.parts),
            start=np.zeros(1 << 16, dtype=np.int64),
        )

    @cached_property
    def _mean_characters(self) -> float:
        sizes = [part.segment.characters.sizes[part.live].sum() for part in self.parts]
        return float(sum(sizes)) / max(len(self), 1)

    def holding(self, token: str) -> NDArray[np.int64]:
        """Return the ids of the live passages that hold ``token``."""
        found = []
        for part in self.parts:
            rows, _ = part.segment.postings.postings(token)
            found.append(part.segment.ids[rows[part.live[rows]]])
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def of_record(self, code: str, allowed: Sequence[Mask]) -> NDArray[np.int64]:
        """Return the ids of the first allowed passages of the record that is called ``code``."""
        found = []
        for part, mask in zip(self.parts, allowed, strict=True):
            known = part.columns.words["record_id"]
            number = known.get(code, known.get(code.upper()))
            if number is not None:
                rows = np.flatnonzero((part.columns.owners == number) & mask)
                found.append(part.segment.ids[rows[:OF_RECORD]])
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def cosines(self, query: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosine of ``query`` to each of the passages ``ids`` (0 where not here)."""
        out = np.zeros(len(ids), dtype=np.float32)
        for part, mine, rows in self._places(ids):
            out[mine] = part.segment.vectors(rows) @ query
        return out

    def owners(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return a number for each of the passages ``ids``, equal for those of one record."""
        out = np.full(len(ids), -1, dtype=np.int64)
        before = 0
        for part, mine, rows in self._places(ids):
            out[mine] = before + part.columns.owners[rows]
            before += len(part.columns.words["record_id"])
        return out

    def words(self, ids: NDArray[np.int64], words: Sequence[str]) -> tuple[Floats, Floats]:
        """Return 1 where a passage holds a word, ``(len(ids), len(words))``, and the words' idf."""
        words = list(dict.fromkeys(words))
        held = np.zeros((len(ids), len(words)))
        for part, mine, rows in self._places(ids):
            held[mine] = part.segment.postings.held(rows, words)
        return held, np.array([self._statistics.idf(word) for word in words])

    def characters(self, ids: NDArray[np.int64], wanted: Codes) -> tuple[Floats, Floats]:
        """Return what each passage holds of the characters ``wanted``, and their idf.

        A held one counts as much as BM25 gives a term that stands there once: more in a short
        passage than in a long one. The shape is ``(len(ids), len(wanted))``.
        """
        held = np.zeros((len(ids), len(wanted)))
        for part, mine, rows in self._places(ids):
            characters = part.segment.characters
            held[mine] = characters.held(rows, wanted) * self._once(characters.sizes[rows])
        holders = self._character_holders[wanted].tolist()
        return held, np.array([inverse_frequency(len(self), number) for number in holders])

    def pairs(self, ids: NDArray[np.int64], wanted: Pairs) -> tuple[Floats, Floats]:
        """Return what each passage holds of the pairs ``wanted``, and how long it is.

        Held ones count as in ``characters``; the length is in characters, ``(len(ids),)``.
        """
        held, sizes = np.zeros((len(ids), len(wanted))), np.zeros(len(ids))
        for part, mine, rows in self._places(ids):
            characters = part.segment.characters
            sizes[mine] = characters.sizes[rows]
            held[mine] = characters.pairs_held(rows, wanted) * self._once(characters.sizes[rows])
        return held, sizes

    def _once(self, sizes: NDArray[np.int64]) -> Floats:
        norms = K1 * (1.0 - B + B * sizes / max(self._mean_characters, 1.0))
        return np.asarray((K1 + 1.0) / (1.0 + norms))[:, None]

    def _places(
        self, ids: NDArray[np.int64]
    ) -> Iterator[tuple[Part, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each part with the positions in ``ids`` that it holds, and their rows."""
        for part in self.parts:
            known = part.segment.ids
            places = np.minimum(np.searchsorted(known, ids), max(len(known) - 1, 0))
            mine = np.flatnonzero(known[places] == ids)
            yield part, mine, places[mine].astype(np.int64)


class _Tokens(Sequence[Sequence[str]]):
    """The rows' tokens, cut when they are asked for: all at once they take many times the room."""

    def __init__(self, rows: Sequence[Added]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: Any) -> Any:
        return self._rows[at].tokens.split(" ")


def part_of(rows: Sequence[Added]) -> Part:
    """Index the passages of ``Changes.added``."""
    vectors = np.stack([np.frombuffer(row.vector, dtype="<f4") for row in rows])
    segment = Segment.build([row.id for row in rows], vectors, _Tokens(rows))
    return Part(segment, Columns.build(rows), np.ones(len(rows), dtype=np.bool_))


def _bury(part: Part, changes: Changes) -> Part:
    live = part.live & ~np.isin(part.segment.ids, changes.dead)
    return Part(part.segment, part.columns.touched(changes.touched), live)


def _best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the rows with a score above 0 that can be among the ``k`` best, ties included.

    Each group's best row is looked at first: the ``k``-th of those bounds the ``k``-th best row.
    """
    size = len(scores) // GROUP
    groups = scores[: size * GROUP].reshape(GROUP, size)  # of distant rows: contiguous operations
    bests = groups.max(axis=0)
    if size <= k:
        return np.flatnonzero(scores)
    least = np.partition(bests, size - k)[size - k]
    if least <= 0:
        return np.flatnonzero(scores)
    able = np.flatnonzero(bests >= least)
    rows = (able + size * np.arange(GROUP)[:, None]).ravel()
    rows = np.concatenate([rows, np.arange(size * GROUP, len(scores))])
    return np.asarray(rows[scores[rows] >= least])


def _top(found: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], k: int) -> Candidates:
    if not found:
        return Candidates(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    ids = np.concatenate([ids for ids, _ in found])
    scores = np.concatenate([scores for _, scores in found])
    best = np.lexsort((ids, -scores))[:k]  # equal scores: the older passage first
    return Candidates(ids[best], scores[best].astype(np.float32))
