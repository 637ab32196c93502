"""A map of the cases: two dimensions in which near means alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

MOST_NEIGHBOURS = 3000  # cases up to which neighbourhoods are kept; more take principal axes alone
FEW = 8  # cases below which there are no neighbourhoods to speak of
PERPLEXITY = 20.0
SEED = 0


@dataclass(frozen=True)
class Place:
    """Where a case lies on the map."""

    id: str
    title: str
    category: str | None
    x: float
    y: float


def lay_out(vectors: Vectors) -> NDArray[np.float64]:
    """Return a point in [-1, 1]² for each unit vector of shape ``(n, dim)``; shape ``(n, 2)``.

    The same vectors give the same map: t-SNE starts from the principal axes.
    """
    flat = principal_axes(vectors)
    if FEW <= len(vectors) <= MOST_NEIGHBOURS:
        from sklearn.manifold import TSNE  # takes a second to load: only where a map is drawn

        start = flat * 1e-4 / max(float(flat[:, 0].std()), 1e-12)
        near = min(PERPLEXITY, (len(vectors) - 1) / 3)
        drawn = TSNE(perplexity=near, init=start, metric="cosine", random_state=SEED)
        flat = drawn.fit_transform(vectors).astype(np.float64)
    return flat / max(float(np.abs(flat).max(initial=0.0)), 1e-12)


def principal_axes(vectors: Vectors) -> NDArray[np.float64]:
    """Return the vectors along the two directions in which they differ most, shape ``(n, 2)``."""
    if len(vectors) == 0:
        return np.zeros((0, 2))
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    best = axes[:, :-3:-1]
    signs = np.sign(best[np.abs(best).argmax(axis=0), range(best.shape[1])])
    return np.asarray(centred @ (best * signs))
