"""Training the query adapter, on vectors small enough to follow by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import adapt
from indexing.adapter import Adapter

SAID = np.array([[1, 0, 0.3, 0], [0, 1, 0.3, 0], [0.3, 0.3, 1, 0.5]], dtype=np.float32)
SAID /= np.linalg.norm(SAID, axis=1, keepdims=True)
PASSAGES = np.array([[0.6, 0, 0.8, 0], [0, 0.6, 0.8, 0]], dtype=np.float32)
NONE = 2  # the number after the last case's


def test_a_query_moves_to_its_case_and_what_fits_none_away_from_all() -> None:
    matrix = adapt.train(SAID, PASSAGES, [0, 1], [0, 1, NONE])
    moved = Adapter(("mine",), matrix).adapted(SAID, "mine") @ PASSAGES.T
    before = SAID @ PASSAGES.T
    assert moved[0, 0] > before[0, 0]
    assert moved[1, 1] > before[1, 1]
    assert (moved[2] < before[2]).all()


def test_training_gives_the_same_matrix_twice() -> None:
    first, second = (adapt.train(SAID, PASSAGES, [0, 1], [0, 1, NONE]) for _ in range(2))
    assert first.tolist() == second.tolist()


def test_a_mistaken_character_sounds_alike() -> None:
    pairs = [("宽带断线", "C-1"), ("款待短信" * 8, "")]
    [(short, case), (long, none)] = adapt.mistaken(pairs)
    assert (len(short), case, len(long), none) == (4, "C-1", 32, "")
    sounds = {"宽": "款", "款": "宽", "带": "待", "待": "带", "断": "短", "短": "断"}
    sounds |= {"线": "线", "信": "信"}
    changed = [(a, b) for a, b in zip("款待短信" * 8, long, strict=True) if a != b]
    assert changed
    assert all(sounds[a] == b for a, b in changed)


def test_nothing_to_train_on_is_an_error() -> None:
    with pytest.raises(ValueError, match="empty"):
        adapt.train(SAID, PASSAGES, [], [])
