from __future__ import annotations

import numpy as np
import pytest

from indexing.coverage import CHARACTERS, LONG, PASSAGE, WORDS, contrast, coverage

IDS = np.array([10, 11, 20])


class Holding:
    """What a snapshot knows of three passages: 10 and 11 of one record, 20 of another."""

    def __init__(self, held: list[list[float]], idf: list[float]) -> None:
        self.held, self.idf = np.array(held), np.array(idf)

    def owners(self, ids: np.ndarray) -> np.ndarray:
        return ids // 10

    def words(self, *_: object) -> tuple[np.ndarray, np.ndarray]:
        return self.held, self.idf

    characters = words


def test_passages_of_a_record_cover_together():
    # the record of 10 and 11 holds both words, the other only the rarer one
    snapshot = Holding([[1, 0], [0, 1], [0, 1]], [1.0, 3.0])
    found = coverage(np.array([0.5, 0.0, 0.0]), ["掉线", "光猫"], IDS, snapshot)
    together = CHARACTERS + WORDS
    assert found.tolist() == pytest.approx([0.5 * PASSAGE + together, together, 0.75 * together])


def test_parts_sum_to_one():
    assert pytest.approx(1.0) == PASSAGE + CHARACTERS + WORDS
    snapshot = Holding([[1], [0], [0]], [2.0])
    assert coverage(np.array([1.0, 0, 0]), ["掉线"], IDS, snapshot)[0] == pytest.approx(1.0)


def test_a_query_without_words_is_covered_by_its_own_share_alone():
    snapshot = Holding([[], [], []], [])
    found = coverage(np.array([0.5, 0.0, 1.0]), [], IDS, snapshot)
    assert found.tolist() == pytest.approx([0.5 * PASSAGE, 0.0, PASSAGE])


class Pairs:
    """Three passages of ``size`` characters that hold pairs of “宽带断”: both, the first, none."""

    def __init__(self, size: float) -> None:
        self.size = size

    def pairs(self, ids: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        first = (ord("宽") << 16) + ord("带")
        held = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
        return held[:, :: 1 if wanted[0] == first else -1], np.full(len(ids), self.size)


def test_a_pair_that_few_found_passages_hold_counts_more():
    common, rare = np.log(1 + 1.5 / 2.5), np.log(1 + 2.5 / 1.5)
    found = contrast(["宽带", "断"], IDS, Pairs(LONG))
    assert found.tolist() == pytest.approx([0.0, -rare / (common + rare), -1.0])


def test_pairs_count_less_where_passages_are_short():
    assert contrast(["宽带", "断"], IDS, Pairs(LONG / 4))[2] == pytest.approx(-0.25)
    assert contrast(["宽带", "断"], IDS, Pairs(2 * LONG))[2] == pytest.approx(-1.0)


def test_a_query_of_one_character_has_no_pairs():
    class Without(Pairs):
        def pairs(self, ids: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return np.zeros((len(ids), len(wanted))), np.full(len(ids), self.size)

    assert contrast(["断"], IDS, Without(LONG)).tolist() == [0.0, 0.0, 0.0]
    assert contrast(["断"], IDS[:0], Without(LONG)).tolist() == []
