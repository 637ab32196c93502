from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexing import segment as segments
from indexing.segment import Segment


def unit_vectors(count: int, dim: int = 16, seed: int = 7) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def vectors() -> np.ndarray:
    return unit_vectors(300)


@pytest.fixture
def segment(vectors: np.ndarray) -> Segment:
    return Segment.build(range(1, 301), vectors, [["词"]] * 300)


def test_the_nearest_neighbour_of_each_item_is_itself(segment, vectors):
    everything = np.ones(300, dtype=np.bool_)
    for row in range(300):
        rows, scores = segment.nearest(vectors[row], 1, everything)
        assert rows.tolist() == [row]
        assert scores[0] == pytest.approx(1.0, abs=1e-5)


@pytest.fixture
def coded(monkeypatch) -> tuple[Segment, np.ndarray]:
    """Return a segment that is scanned by codes, and its vectors."""
    monkeypatch.setattr(segments, "COARSE_FROM", 1000)
    monkeypatch.setattr(segments, "CANDIDATES", 400)
    vectors = unit_vectors(2000, dim=64)
    return Segment.build(range(2000), vectors, [["词"]] * 2000), vectors


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2])
def test_a_scan_by_codes_gives_the_exact_order(coded, share):
    segment, vectors = coded
    allowed = np.random.default_rng(3).random(2000) < share
    assert segment.coarse is not None
    for query in unit_vectors(20, dim=64, seed=9):
        rows, scores = segment.nearest(query, 10, allowed)
        cosines = np.where(allowed, vectors @ query, -1.0)
        assert rows.tolist() == np.argsort(-cosines, kind="stable")[:10].tolist()
        assert scores == pytest.approx(np.sort(cosines)[::-1][:10], abs=1e-5)


def test_few_allowed_rows_are_compared_without_codes(coded):
    segment, vectors = coded
    allowed = np.zeros(2000, dtype=np.bool_)
    allowed[[5, 900]] = True
    rows, _ = segment.nearest(vectors[900], 10, allowed)
    assert rows.tolist() == [900, 5]


def test_codes_survive_saving(coded, tmp_path):
    segment, vectors = coded
    segment.save(tmp_path)
    loaded = Segment.load(tmp_path)
    everything = np.ones(2000, dtype=np.bool_)
    assert loaded.coarse.ntotal == 2000
    want = segment.nearest(vectors[7], 10, everything)[0].tolist()
    assert loaded.nearest(vectors[7], 10, everything)[0].tolist() == want


def test_faiss_ranks_like_brute_force(segment, vectors):
    for query in unit_vectors(20, seed=8):
        rows, scores = segment.nearest(query, 10, np.ones(300, dtype=np.bool_))
        cosines = vectors @ query
        assert rows.tolist() == np.argsort(-cosines)[:10].tolist()
        assert scores == pytest.approx(np.sort(cosines)[::-1][:10], abs=1e-5)


def test_only_allowed_rows_are_found(segment, vectors):
    allowed = np.zeros(300, dtype=np.bool_)
    allowed[[3, 77, 299]] = True
    rows, _ = segment.nearest(vectors[0], 10, allowed)
    assert sorted(rows.tolist()) == [3, 77, 299]


def test_a_saved_segment_reads_back_the_same(segment, vectors, tmp_path: Path):
    segment.save(tmp_path)
    again = Segment.load(tmp_path)
    assert again.ids.tolist() == segment.ids.tolist()
    assert again.postings.terms == {"词": 0}
    assert again.vectors(np.arange(300)) == pytest.approx(vectors)
