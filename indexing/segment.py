"""A segment: an immutable batch of passages, searchable by meaning and by words."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexing.characters import Characters
from indexing.lexical import Postings

Vectors = NDArray[np.float32]

COARSE_FROM = 50_000  # rows from which a segment is scanned by codes first
COARSE_BITS = 2  # of a code, for each dimension
COARSE_TRAINED = 50_000  # rows that the codes' centre is taken from
COARSE_BLOCK = 32
CANDIDATES = 500  # allowed rows that the codes hand over to be compared exactly
COARSE_SHARE = 0.05  # of the rows that must be allowed for a scan of all codes to pay
_CHARACTERS = ("starts", "codes", "holding")  # of the characters, each in a file


@dataclass(frozen=True)
class Segment:
    """Rows of passages: ``ids[r]`` is the store's passage id of row ``r``, ascending."""

    ids: NDArray[np.int64]
    dense: Any  # a faiss index by inner product over unit vectors: cosine
    postings: Postings
    characters: Characters
    coarse: Any | None = None  # a faiss index of short codes of the same rows, if they are many

    @classmethod
    def build(
        cls, ids: Sequence[int], vectors: Vectors, token_lists: Sequence[Sequence[str]]
    ) -> Segment:
        """Index ``vectors``, shape ``(len(ids), dim)``, and ``token_lists`` in the same order."""
        dense = faiss.IndexFlatIP(vectors.shape[1])
        dense.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(
            np.asarray(ids, dtype=np.int64),
            dense,
            Postings.build(token_lists),
            Characters.build(token_lists),
            coarse_codes(vectors),
        )

    def __len__(self) -> int:
        """Return the number of rows, live and dead."""
        return len(self.ids)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the stored vectors of ``rows``, shape ``(len(rows), dim)``."""
        if len(rows) == 0:
            return np.empty((0, self.dense.d), dtype=np.float32)
        return np.asarray(self.dense.reconstruct_batch(rows), dtype=np.float32)

    def nearest(
        self, query: Vectors, k: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Return rows and cosines of the ``k`` nearest ``allowed`` rows, best first.

        ``query`` is one unit vector of shape ``(dim,)``, float32.
        """
        among = int(allowed.sum())
        k = min(k, among)
        if k == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        if self.coarse is not None and among >= COARSE_SHARE * len(self):
            near = self._near(query, math.ceil(CANDIDATES * len(self) / among))
            near = near[allowed[near]]
            if len(near) >= 2 * k:
                scores = self.vectors(near) @ query
                best = np.lexsort((near, -scores))[:k]
                return near[best], scores[best]
        parameters = None
        if among < len(self):
            bits = np.packbits(allowed, bitorder="little")
            chosen = faiss.IDSelectorBitmap(bits)
            parameters = faiss.SearchParameters(sel=chosen)
        scores, rows = self.dense.search(query.reshape(1, -1), k, params=parameters)
        return rows[0].astype(np.int64), scores[0]

    def _near(self, query: Vectors, many: int) -> NDArray[np.int64]:
        """Return about the ``many`` nearest rows by their codes."""
        coarse: Any = self.coarse
        _, rows = coarse.search(query.reshape(1, -1), min(many, len(self)))
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def save(self, folder: Path) -> None:
        """Write the segment's files into ``folder``, which must be there and empty."""
        faiss.write_index(self.dense, str(folder / "dense.faiss"))
        if self.coarse is not None:
            faiss.write_index(self.coarse, str(folder / "coarse.faiss"))
        np.save(folder / "ids.npy", self.ids)
        for name in ("starts", "rows", "counts", "lengths"):
            np.save(folder / f"{name}.npy", getattr(self.postings, name))
        for name in _CHARACTERS:
            np.save(folder / f"character_{name}.npy", getattr(self.characters, name))
        words = json.dumps(list(self.postings.terms), ensure_ascii=False)
        (folder / "terms.json").write_text(words, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Segment:
        """Read a segment that ``save`` wrote; its files' hashes must have been checked before."""
        arrays = {
            name: np.load(folder / f"{name}.npy", allow_pickle=False)
            for name in ("ids", "starts", "rows", "counts", "lengths")
        }
        words = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        ids = arrays.pop("ids")
        terms = {word: number for number, word in enumerate(words)}
        dense = faiss.read_index(str(folder / "dense.faiss"))
        codes = folder / "coarse.faiss"
        coarse = faiss.read_index(str(codes)) if codes.exists() else None
        characters = Characters(
            **{name: np.load(folder / f"character_{name}.npy") for name in _CHARACTERS}
        )
        return cls(ids, dense, Postings(terms, **arrays), characters, coarse)


def coarse_codes(vectors: Vectors) -> Any | None:
    """Return short codes of many ``vectors`` that are scanned faster than the vectors.

    RaBitQ with several bits a dimension (Gao et al. 2024, arXiv:2409.09913).
    """
    if len(vectors) < COARSE_FROM:
        return None
    metric = faiss.METRIC_INNER_PRODUCT
    coarse = faiss.IndexRaBitQFastScan(vectors.shape[1], metric, COARSE_BLOCK, COARSE_BITS)
    coarse.train(vectors[:COARSE_TRAINED])
    coarse.add(vectors)
    return coarse
