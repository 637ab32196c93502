"""A linear step on the query's vector that brings what customers say closer to what cases say.

Passages keep the encoder's own vectors, so nothing is embedded again when it changes. It is
trained on pairs of a customer's words and the case they belong to (``make adapt``), and belongs to
the encoder it was trained with: for another one it does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Adapter:
    """``matrix``, float32 ``(dim, dim)``, and the ``encoders`` whose vectors it is for."""

    encoders: tuple[str, ...]
    matrix: Vectors

    def adapted(self, vectors: Vectors, encoder: str) -> Vectors:
        """Return unit rows ``q + q @ matrix`` for unit rows ``vectors`` of ``encoder``."""
        if encoder not in self.encoders:
            return vectors
        moved = vectors + vectors @ self.matrix
        adapted: Vectors = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        return adapted

    def save(self, path: Path) -> None:
        """Write the adapter, its matrix in half precision."""
        np.savez_compressed(path, encoders=self.encoders, matrix=self.matrix.astype(np.float16))

    @classmethod
    def shipped(cls) -> Adapter:
        """Read the adapter that comes with the package."""
        with (
            as_file(files("indexing").joinpath("data/adapter.npz")) as path,
            np.load(path, allow_pickle=False) as stored,
        ):
            encoders = tuple(str(name) for name in stored["encoders"])
            return cls(encoders, stored["matrix"].astype(np.float32))
