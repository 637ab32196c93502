from __future__ import annotations

from fractions import Fraction

import pytest

from indexing.fusion import reciprocal_rank_fusion


def test_a_case_ranked_by_both_legs_beats_the_leader_of_either():
    scores = reciprocal_rank_fusion([["断线", "弱覆盖"], ["扣费", "断线"]])
    assert scores["断线"] == pytest.approx(float(Fraction(1, 61) + Fraction(1, 62)))
    assert scores["扣费"] == pytest.approx(float(Fraction(1, 61)))
    assert list(scores) == ["断线", "扣费", "弱覆盖"]


def test_a_leg_weighs_as_told():
    scores = reciprocal_rank_fusion([["断线"], ["扣费"]], weights=[2.0, 0.5])
    assert scores == {"断线": pytest.approx(2 / 61), "扣费": pytest.approx(0.5 / 61)}
