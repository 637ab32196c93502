"""The step on the query's vector."""

from __future__ import annotations

import numpy as np
import pytest

from indexing.adapter import Adapter

TURN = Adapter(("mine",), np.array([[0.0, 1.0], [0.0, 0.0]], dtype=np.float32))


def test_a_query_moves_and_stays_a_unit_vector():
    moved = TURN.adapted(np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32), "mine")
    assert moved.tolist() == [pytest.approx([0.7071068, 0.7071068]), [0.0, 1.0]]


def test_another_encoders_vectors_stay_as_they_are():
    vectors = np.array([[1.0, 0.0]], dtype=np.float32)
    assert TURN.adapted(vectors, "other") is vectors


def test_the_adapter_survives_saving(tmp_path):
    TURN.save(tmp_path / "adapter.npz")
    with np.load(tmp_path / "adapter.npz") as stored:
        assert stored["encoders"].tolist() == ["mine"]
        assert stored["matrix"].tolist() == TURN.matrix.tolist()


def test_the_shipped_adapter_fits_the_shipped_encoder():
    shipped = Adapter.shipped()
    assert shipped.matrix.shape == (384, 384)
    assert all(name.startswith("multilingual-e5-small-zh@") for name in shipped.encoders)
