"""Similar cases leaning towards the complaint's category."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cases.triage import Neighbour, Triage
from desk.leaning import lean, neighbours
from indexing.calibration import log_odds, probability
from indexing.records import Hit, Kind, Result, Status

COVERAGE, ROAMING = "N/网络覆盖", "N/漫游"


def _hit(name: str, score: float, category: str | None, kind: Kind = Kind.CASE) -> Hit:
    return Hit(
        0, kind, name, "网慢", "晚上网慢。", (0, 5), (0, 5), (), score, 0.0, 0.0, (),
        category, None, Status.PUBLISHED, None, date(2030, 1, 1), "", {},
    )  # fmt: skip


def _triage(category: str | None, confidence: float, **others: float) -> Triage:
    shares = {category: confidence} if category else {}
    return Triage(category, confidence, None, True, "一般", (), 72, (), shares | others)


NEAR = _hit("C-1", 0.5, ROAMING)
RIGHT = _hit("C-2", 0.4, COVERAGE)
FOUND = Result(3, 0.3, (NEAR, RIGHT))


def test_log_odds_and_probability_are_each_others_inverse() -> None:
    assert log_odds(0.5) == 0.0
    assert log_odds(0.8) == pytest.approx(1.3863, abs=1e-4)  # ln 4
    assert probability(log_odds(0.8)) == pytest.approx(0.8)
    assert probability(log_odds(0.0)) == pytest.approx(1e-4)


def test_a_case_of_a_category_that_nothing_speaks_for_falls_behind_by_weight_times_share() -> None:
    leaned = lean(FOUND, _triage(COVERAGE, 0.5), 2.0)
    assert [(hit.rank, hit.id) for hit in leaned.hits] == [(1, "C-2"), (2, "C-1")]
    assert leaned.hits[0].score == 0.4
    assert leaned.hits[1].score == pytest.approx(0.2689, abs=1e-4)  # 1 / (1 + e)
    assert [hit.id for hit in leaned.fitting] == ["C-2"]


def test_an_unsure_category_turns_less() -> None:
    leaned = lean(FOUND, _triage(COVERAGE, 0.1), 2.0)
    assert [hit.id for hit in leaned.hits] == ["C-1", "C-2"]
    assert leaned.hits[0].score == pytest.approx(0.4502, abs=1e-4)  # odds e ** -.2


def test_between_two_categories_as_likely_nothing_moves() -> None:
    leaned = lean(FOUND, _triage(COVERAGE, 0.4, **{ROAMING: 0.4}), 2.0)
    assert [(hit.id, hit.score) for hit in leaned.hits] == [("C-1", 0.5), ("C-2", 0.4)]
    leaned = lean(FOUND, _triage(COVERAGE, 0.5, **{ROAMING: 0.3}), 2.0)
    assert [hit.id for hit in leaned.hits] == ["C-1", "C-2"]
    assert leaned.hits[0].score == pytest.approx(0.4013, abs=1e-4)  # odds e ** -.4


def test_no_score_is_raised() -> None:
    for category in (COVERAGE, ROAMING, "S/热线服务"):
        before = {hit.id: hit.score for hit in FOUND.hits}
        leaned = lean(FOUND, _triage(category, 0.9), 2.0)
        assert all(hit.score <= before[hit.id] for hit in leaned.hits)


def test_without_a_category_nothing_moves() -> None:
    assert lean(FOUND, _triage(None, 0.0), 2.0) == FOUND


def test_what_a_code_found_stays() -> None:
    found = replace(FOUND, by_code=True)
    assert lean(found, _triage(COVERAGE, 0.9), 2.0) == found


def test_other_kinds_and_cases_without_a_category_keep_their_score() -> None:
    hits = (_hit("P-1", 0.5, ROAMING, Kind.POLICY), _hit("C-3", 0.4, None))
    leaned = lean(Result(3, 0.3, hits), _triage(COVERAGE, 0.9), 2.0)
    assert [(hit.id, hit.score) for hit in leaned.hits] == [("P-1", 0.5), ("C-3", 0.4)]


def test_only_cases_with_a_category_vote() -> None:
    hits = (NEAR, _hit("P-1", 0.9, COVERAGE, Kind.POLICY), _hit("C-3", 0.4, None))
    assert neighbours(Result(3, 0.3, hits)) == [Neighbour(ROAMING, 0.5)]
