"""The best case scored by search and judge together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from desk.second_look import SecondLook, Weights, default_weights, readable
from indexing.model.judge import Answer
from indexing.records import Hit, Kind, Record, Result, Status

EVEN = Weights(1.0, 1.0, 0.0)
TEXT = "---\nid: C-1\n---\n## 投诉描述\n晚上网慢。\n## 处理\n扩容。\n"


def _hit(record_id: str, score: float, kind: Kind = Kind.CASE) -> Hit:
    return Hit(
        1, kind, record_id, "晚高峰网慢", "晚上网慢。", (0, 5), (0, 5), (), score, 0.0, 0.0, (),
        None, None, Status.PUBLISHED, None, date(2030, 1, 1), "", {},
    )  # fmt: skip


class _Store:
    def __init__(self, text: str = TEXT) -> None:
        self._text = text

    def records_of(self, ids: list[str]) -> list[Record]:
        return [Record(i, Kind.CASE, "晚高峰网慢", self._text, Status.PUBLISHED, ()) for i in ids]


class _Judge:
    """Gives one share after the other; the last one again and again."""

    def __init__(self, *shares: float) -> None:
        self._shares, self.asked = list(shares), []

    def judge(self, asked: Any, *, again: bool = False) -> list[list[Answer]]:
        assert again  # cases come again
        share = self._shares[min(len(self.asked), len(self._shares) - 1)]
        self.asked += asked
        return [[Answer((share, 1 - share), (0, 1)) for _ in some] for _, some in asked]


def _look(share: float, *hits: Hit, text: str = TEXT) -> Result:
    looker = SecondLook(_Judge(share), _Store(text), EVEN)  # type: ignore[arg-type]
    return looker.look("晚上卡", Result(7, 0.3, hits))


def test_log_odds_of_both_add_up() -> None:
    assert EVEN.together(0.5, 0.8) == pytest.approx(0.8)
    assert EVEN.together(0.8, 0.2) == pytest.approx(0.5)


def test_what_the_judge_does_not_believe_fits_no_longer() -> None:
    result = _look(0.05, _hit("C-1", 0.6), _hit("C-2", 0.5))
    assert result.no_match
    assert result.hits[0].score == pytest.approx(0.0732, abs=1e-4)  # odds 1.5 × 1/19
    assert [hit.id for hit in result.hits] == ["C-1", "C-2"]
    assert result.hits[1].score <= result.hits[0].score


def test_a_case_about_as_near_is_read_when_the_best_does_not_fit() -> None:
    judge = _Judge(0.05, 0.9)
    looker = SecondLook(judge, _Store(), EVEN)  # type: ignore[arg-type]
    found = looker.look(
        "晚上卡", Result(7, 0.3, (_hit("C-1", 0.6), _hit("C-2", 0.5), _hit("C-3", 0.5)))
    )
    assert [(hit.rank, hit.id) for hit in found.hits] == [(1, "C-2"), (2, "C-3"), (3, "C-1")]
    assert found.hits[0].score == pytest.approx(0.9)  # odds 1 × 9
    assert found.hits[1].score == 0.5  # not read, and below what was
    assert found.hits[2].score == pytest.approx(0.0732, abs=1e-4)  # odds 1.5 × 1/19
    assert len(judge.asked) == 2


def test_what_is_far_behind_is_not_read() -> None:
    judge = _Judge(0.05, 0.9)
    looker = SecondLook(judge, _Store(), EVEN)  # type: ignore[arg-type]
    found = looker.look("晚上卡", Result(7, 0.3, (_hit("C-1", 0.6), _hit("C-2", 0.4))))
    assert len(judge.asked) == 1  # log odds .405 and -.405: .81 behind, more than .5
    assert found.no_match


def test_at_most_three_are_read() -> None:
    judge = _Judge(0.05)
    hits = tuple(_hit(f"C-{n}", 0.6) for n in range(5))
    found = SecondLook(judge, _Store(), EVEN).look("晚上卡", Result(7, 0.3, hits))  # type: ignore[arg-type]
    assert len(judge.asked) == 3
    assert [hit.score for hit in found.hits] == [pytest.approx(0.0732, abs=1e-4)] * 5


def test_what_the_judge_believes_fits() -> None:
    result = _look(0.9, _hit("C-1", 0.2))
    assert not result.no_match
    assert result.hits[0].score == pytest.approx(0.6923, abs=1e-4)  # odds 1/4 × 9


def test_a_score_that_no_answer_could_turn_stays_as_it_is() -> None:
    assert not EVEN.is_open(0.97, 0.3)  # log odds 3.48 + .85 > 3.89, those of .98
    assert EVEN.is_open(0.94, 0.3)
    judge = _Judge(0.01)
    looker = SecondLook(judge, _Store(), EVEN)  # type: ignore[arg-type]
    assert looker.look("晚上卡", Result(7, 0.3, (_hit("C-1", 0.97),))).hits[0].score == 0.97
    assert judge.asked == []


def test_other_kinds_keep_their_score_and_may_come_first() -> None:
    result = _look(0.05, _hit("C-1", 0.6), _hit("P-1", 0.4, Kind.POLICY))
    assert [(hit.id, hit.rank) for hit in result.hits] == [("P-1", 1), ("C-1", 2)]
    assert result.hits[0].score == 0.4


@pytest.mark.parametrize("hits", [(), (_hit("P-1", 0.4, Kind.POLICY),)])
def test_without_a_case_nothing_is_looked_at(hits: tuple[Hit, ...]) -> None:
    assert _look(0.05, *hits).hits == hits


def test_a_case_without_a_description_keeps_its_score() -> None:
    hit = _hit("C-1", 0.6)
    assert _look(0.05, hit, text="只有一段话。").hits == (hit,)
    assert readable([]) is None


def test_the_case_is_read_by_title_and_description() -> None:
    judge = _Judge(0.5)
    SecondLook(judge, _Store(), EVEN).look("晚上卡", Result(7, 0.3, (_hit("C-1", 0.6),)))  # type: ignore[arg-type]
    [(text, [question])] = judge.asked
    assert text == "晚高峰网慢\n晚上网慢。"
    assert (question.kind, question.text) == ("fit", "来话 晚上卡")


def test_shipped_weights_count_both() -> None:
    weights = default_weights()
    assert weights.score > 0
    assert weights.judge > 0
