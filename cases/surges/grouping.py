"""Clusters of passages by meaning: many small ones first, then joined while they lie close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, MiniBatchKMeans
from sklearn.decomposition import PCA

from cases.surges.rules import TopicRules

Vectors = NDArray[np.float32]
_SEED = 20260101


@dataclass(frozen=True)
class Groups:
    """Middles as unit vectors ``(groups, dimensions)``, in the space that ``nearest`` works in."""

    middles: Vectors
    near: float

    def nearest(self, points: Vectors) -> tuple[NDArray[np.int64], Vectors]:
        """Return each point's group, -1 where none is near, and its cosine to that group."""
        if not len(self.middles) or not len(points):
            return np.full(len(points), -1), np.zeros(len(points), np.float32)
        cosines = points @ self.middles.T
        best = cosines.argmax(axis=1)
        score = cosines[np.arange(len(points)), best]
        return np.where(score >= self.near, best, -1), score


def space(vectors: Vectors, rules: TopicRules) -> Vectors:
    """Return unit vectors on the principal components, centred: what passages share drops out."""
    if len(vectors) < 3:
        return vectors
    size = min(rules.dimensions, len(vectors) - 1, vectors.shape[1])
    return _unit(PCA(size, svd_solver="covariance_eigh").fit_transform(vectors))


def grouped(points: Vectors, rules: TopicRules) -> Groups:
    """Cluster unit vectors of shape ``(points, dimensions)``; the same input gives the same."""
    if len(points) < 2:
        return Groups(points, rules.near)
    seeds, sizes = _seeds(points, rules.seeds)
    joining = AgglomerativeClustering(
        None, metric="cosine", linkage="average", distance_threshold=rules.apart
    )
    labels = joining.fit_predict(seeds)
    middles = np.zeros((labels.max() + 1, points.shape[1]), np.float32)
    np.add.at(middles, labels, seeds * sizes[:, None])
    return Groups(_unit(middles), rules.near)


def _seeds(points: Vectors, many: int) -> tuple[Vectors, Vectors]:
    if len(points) <= many:
        return points, np.ones(len(points), np.float32)
    means = MiniBatchKMeans(many, batch_size=4096, n_init=1, random_state=_SEED).fit(points)
    sizes = np.bincount(means.labels_, minlength=many).astype(np.float32)
    kept = sizes > 0
    return _unit(means.cluster_centers_[kept]), sizes[kept]


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Vectors = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return found
