"""Which wording a reply is made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.checking.fit import WordingFit, in_force
from kb.checking.rules import default_rules
from kb.wording import Wording, read_wording

DAY = date(2026, 11, 23)
WORDING = """
id: {id}
title: {id}
category: B/断网
audience: customer
versions:
- version: '1'
  valid_from: 2026-01-01
  valid_until: 2026-11-30
  text: {text}
  slots: {{}}
  points:
  - {{id: p, label: 要点, level: must, say: [{say}]}}
  forbidden: []
- version: '2'
  valid_from: 2026-12-01
  valid_until: null
  text: 十二月的说法另有一套。
  slots: {{}}
  points: []
  forbidden: []
"""
SORRY, CUT, MOVE = "非常抱歉影响上网", "光缆被挖断了正在抢修", "师傅改到明天上门"


def _wording(name: str, text: str, say: str) -> Wording:
    return read_wording(WORDING.format(id=name, text=text, say=say), f"{name}.yaml")[0]


WORDINGS = [
    _wording("W-1", f"{SORRY}，{CUT}。", "施工碰断光缆"),
    _wording("W-2", f"{SORRY}，{MOVE}。", "师傅的时间要改"),
]


class _Words:
    """A row for each text: its own axis, so that only equal texts are alike."""

    def __init__(self) -> None:
        self.axes: dict[str, int] = {}
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[self.axes.setdefault(text, len(self.axes))] = 1.0
        return rows


@pytest.fixture
def words() -> _Words:
    return _Words()


@pytest.fixture
def fit(words: _Words) -> WordingFit:
    return WordingFit(in_force(WORDINGS, DAY), default_rules(), words)


def test_a_wording_said_in_full_fits_wholly(fit: WordingFit, words: _Words) -> None:
    ranked = fit.rank(words([SORRY, CUT]))
    assert ranked[0] == ("W-1", pytest.approx(1.0))
    # of W-2 the shared apology is said, which weighs ½ beside its own clause's 1, and nothing of
    # the telling clause is W-2's: (1/3 + 0) / 2
    assert ranked[1] == ("W-2", pytest.approx(1 / 6))


def test_another_way_of_saying_a_point_tells_wordings_apart(fit: WordingFit, words: _Words) -> None:
    assert "施工碰断光缆" in words.axes
    ranked = fit.rank(words(["施工碰断光缆"]))
    assert ranked[0] == ("W-1", pytest.approx(0.5))  # nothing of its text, all of the reply
    assert ranked[1] == ("W-2", pytest.approx(0.0))


def test_what_all_wordings_say_tells_nothing(fit: WordingFit, words: _Words) -> None:
    ranked = fit.rank(words([SORRY]))
    assert ranked[0][1] == pytest.approx(ranked[1][1])


def test_each_text_is_encoded_once(fit: WordingFit, words: _Words) -> None:
    assert fit.ids == ["W-1", "W-2"]
    assert words.asked == len(words.axes)


def test_the_versions_of_the_day_are_held_against(words: _Words) -> None:
    assert {v.version for v in in_force(WORDINGS, DAY).values()} == {"1"}
    assert {v.version for v in in_force(WORDINGS, date(2026, 12, 1)).values()} == {"2"}
    assert in_force(WORDINGS, date(2025, 1, 1)) == {}
    assert WordingFit({}, default_rules(), words).rank(words([CUT])) == []


def test_a_reply_without_a_clause_fits_nothing(fit: WordingFit) -> None:
    assert fit.rank(np.zeros((0, 64), dtype=np.float32)) == []
