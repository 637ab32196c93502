from __future__ import annotations

import math

import numpy as np
import pytest

from indexing.characters import Characters
from indexing.lexical import Postings, bm25
from indexing.segment import Segment
from indexing.snapshot import Part, Snapshot

DOCS = [["宽带", "掉线", "掉线"], ["宽带", "网速", "慢"], ["漫游"]]


def everything(postings: Postings) -> np.ndarray:
    return np.ones(len(postings.lengths), dtype=np.bool_)


def test_score_equals_the_formula_worked_by_hand():
    postings = Postings.build(DOCS)
    [scores], ideal = bm25([(postings, everything(postings))], ["掉线"], {})
    # N = 3, n = 1, tf = 2, length 3, mean length 7/3, k1 = 1.5, b = 0.75
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * 2.5 / (2 + 1.5 * (0.25 + 0.75 * 3 / (7 / 3)))
    assert scores.tolist() == pytest.approx([expected, 0.0, 0.0])
    assert ideal == pytest.approx(idf * 2.5)


def test_two_segments_score_like_one():
    whole = Postings.build(DOCS)
    parts = [Postings.build(DOCS[:1]), Postings.build(DOCS[1:])]
    query = ["宽带", "慢", "没有的词"]
    [together], _ = bm25([(whole, everything(whole))], query, {})
    apart, _ = bm25([(part, everything(part)) for part in parts], query, {})
    assert np.concatenate(apart).tolist() == pytest.approx(together.tolist())


def test_a_dead_row_counts_in_no_statistic():
    postings = Postings.build([*DOCS, ["掉线", "掉线", "掉线", "掉线"]])
    mask = np.array([True, True, True, False])
    clean = Postings.build(DOCS)
    [with_dead], _ = bm25([(postings, mask)], ["掉线", "宽带"], {})
    [without], _ = bm25([(clean, everything(clean))], ["掉线", "宽带"], {})
    assert with_dead.tolist() == pytest.approx([*without.tolist(), 0.0])


def test_a_synonym_weighs_as_told():
    postings = Postings.build(DOCS)
    legs = [(postings, everything(postings))]
    [full], _ = bm25(legs, ["漫游"], {})
    [half], _ = bm25(legs, ["漫游"], {"漫游": 0.5})
    assert half[2] == pytest.approx(full[2] / 2)


def test_nothing_indexed_scores_nothing():
    assert bm25([], ["宽带"], {})[0] == []


@pytest.mark.parametrize("allowed_share", [1.0, 0.3])
def test_the_best_rows_of_many_are_those_of_a_full_sort(allowed_share):
    dice = np.random.default_rng(5)
    words = np.array([f"词{n}" for n in range(60)])
    postings = Postings.build([words[dice.integers(60, size=6)].tolist() for _ in range(20_000)])
    live = everything(postings)
    allowed = dice.random(20_000) < allowed_share
    segment = Segment(np.arange(20_000), None, postings, Characters.build([]))
    snapshot = Snapshot(0, (Part(segment, None, live),))
    for query in (["词1"], ["词2", "词3", "词4"], ["没有的词"]):
        found, _ = snapshot.lexical(query, {}, 20, [allowed])
        [scores], _ = bm25([(postings, live)], query, {})
        rows = np.flatnonzero((scores > 0) & allowed)
        want = rows[np.lexsort((rows, -scores[rows]))][:20]
        assert found.ids.tolist() == want.tolist()
