from __future__ import annotations

import numpy as np
import pytest

from cases.map import lay_out, principal_axes


def clusters(each: int, seed: int = 1) -> np.ndarray:
    """Unit vectors around three directions, ``each`` of them after the other."""
    random = np.random.default_rng(seed)
    centres = np.eye(3, 16).repeat(each, axis=0)
    vectors = (centres + random.normal(0, 0.05, centres.shape)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_same_cases_give_the_same_map():
    assert np.array_equal(lay_out(clusters(10)), lay_out(clusters(10)))


def test_a_case_lies_nearest_to_cases_like_it():
    points = lay_out(clusters(10))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.array_equal(apart.argmin(axis=1) // 10, np.arange(30) // 10)


def test_the_map_fills_the_square():
    assert np.abs(lay_out(clusters(10))).max() == pytest.approx(1.0)


def test_two_directions_are_found_back():
    random = np.random.default_rng(2)
    flat = random.normal(size=(50, 2)) * (3, 1)
    turned = flat @ np.linalg.qr(random.normal(size=(8, 2)))[0].T
    axes = principal_axes(turned.astype(np.float32))
    assert np.var(axes, axis=0) == pytest.approx(np.linalg.eigvalsh(np.cov(flat.T, ddof=0))[::-1])


@pytest.mark.parametrize("many", [0, 1, 2, 7])
def test_few_cases_have_a_map_too(many: int):
    points = lay_out(clusters(3)[:many])
    assert points.shape == (many, 2)
    assert np.isfinite(points).all()
