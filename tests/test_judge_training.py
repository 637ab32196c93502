"""What the judge learns from, and that it runs as it was trained."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.judging.examples import (
    Asked,
    Example,
    phrases_of,
    replies,
    reply_example,
    thinned,
    with_condition,
    with_phrase,
    wordings,
)
from benchmarks.judging.weighing import trusted
from indexing.model.judge import Judge, Question
from indexing.model.judge_files import read_trained
from kb.checking.judged import Findings, Reading
from kb.checking.report import PointFinding
from kb.checking.rules import Phrase

DAY = date(2026, 11, 23)
BLAME = Phrase("你自己路由器的问题", "", fatal=True, variants=("你路由不行", "怪你那路由"))
ROW = {
    "id": "T-1",
    "wording": "W-BB-001",
    "as_of": "2026-11-23",
    "reply": "对不住，光缆断了，师傅在修，今天18点前好。",
    "points": {
        "apology": ["said", "对不住"],
        "cause": ["said", "光缆断了"],
        "measure": ["said", "师傅在修"],
        "inform": ["missing", ""],
        "thanks": ["missing", ""],
    },
    "slots": {
        "area": ["empty", ""],
        "start": ["empty", ""],
        "cause": ["filled", "光缆断了"],
        "restore": ["filled", "今天18点"],
    },
    "forbidden": [],
}


@pytest.fixture(scope="module")
def example() -> Example:
    return reply_example(ROW, wordings()["W-BB-001"].on(DAY), [BLAME])


def _by_key(example: Example, kind: str) -> dict[str, Asked]:
    return {one.key: one for one in example.asked if one.kind == kind}


def test_a_labelled_reply_is_asked_for_all_it_is_labelled_with(example: Example) -> None:
    points, slots = _by_key(example, "point"), _by_key(example, "slot")
    assert {key: one.outcome for key, one in points.items()} == {
        "apology": 0, "cause": 0, "measure": 0, "inform": 1, "thanks": 1,
    }  # fmt: skip
    assert [slots[key].outcome for key in ("area", "start", "cause", "restore")] == [1, 1, 0, 0]
    start, end = slots["restore"].span or (0, 0)
    assert example.text[start:end] == "今天18点"
    assert _by_key(example, "phrase")[BLAME.phrase].outcome == 1


def test_a_phrase_put_in_is_asked_for_in_another_form(example: Example) -> None:
    for seed in range(20):
        varied = with_phrase(example, [BLAME], random.Random(seed))
        assert varied is not None
        [said] = varied.asked
        start, end = said.span or (0, 0)
        form = varied.text[start:end]
        assert form in BLAME.variants
        assert said.outcome == 0
        assert all(form not in question.text for question in said.forms)
        assert varied.text.replace(varied.text[start : end + 1], "", 1) == example.text


def test_a_point_under_a_condition_is_not_made(example: Example) -> None:
    for seed in range(20):
        varied = with_condition(example, random.Random(seed))
        assert varied is not None
        turned, *before = varied.asked
        assert turned.key in {"cause", "measure"}
        assert (turned.outcome, turned.span) == (1, None)
        assert [one.key for one in before] == (
            ["apology"] if turned.key == "cause" else ["apology", "cause"]
        )
        for one in before:
            start, end = one.span or (0, 0)
            assert varied.text[start:end] == example.text[start:end]


def test_what_is_rare_is_always_learned(example: Example) -> None:
    none = dict.fromkeys(("point", "slot", "phrase", "fit"), 0.0)
    [kept] = thinned(example, none, random.Random(0))
    assert {one.key for one in kept.asked} == {"inform", "thanks", "area", "start"}


def test_the_words_on_a_case_are_parted_into_small_groups() -> None:
    asked = tuple(Asked((Question("fit", f"来话 {n}"),), 0, None, str(n)) for n in range(50))
    parts = thinned(Example("C-1", "案例", asked), {"fit": 1.0}, random.Random(0))
    assert [len(part.asked) for part in parts] == [10, 10, 5]


def test_a_reply_is_asked_for_the_nearest_phrases() -> None:
    general = [Phrase(f"短语{n}", "", fatal=False) for n in range(9)]
    version = wordings()["W-BB-001"].on(DAY)
    near = {f"短语{n}": n / 10 for n in range(9)}
    names = [phrase.phrase for phrase in phrases_of(version, general, ["短语0"], near)]
    own = [item.phrase for item in version.forbidden]
    assert names == [*own, "短语0", "短语8", "短语7", "短语6", "短语5"]


def test_every_reply_written_for_it_has_its_evidence() -> None:
    known = wordings()
    rows = [row for row in replies() if "split" not in row]
    assert len(rows) == 1629
    for row in rows:
        version = known[row["wording"]].on(date.fromisoformat(row["as_of"]))
        assert set(row["points"]) == {point.id for point in version.points}, row["id"]
        assert set(row["slots"]) == set(version.slots), row["id"]
        labels = [*row["points"].values(), *row["slots"].values(), *row["forbidden"]]
        assert all(words in row["reply"] for _, words in labels), row["id"]


def test_trust_is_how_often_a_rule_was_right() -> None:
    point = PointFinding("apology", "致歉", "must", "said", (0, 3), "对不起", 0.6, "意思相近")
    version = wordings()["W-BB-001"].on(DAY)
    reading = Reading(ROW["reply"], version, Findings((point,), (), ()), (), {})
    assert trusted([ROW] * 2, [reading] * 2) == {"said|意思相近": [0.6, 0.2, 0.2]}  # (2 + 1) / 5


@pytest.mark.model
def test_the_judge_runs_as_it_was_trained(model_folder: Path, example: Example) -> None:
    from benchmarks.judge import Trainer
    from benchmarks.judging.network import COLUMNS

    trainer = Trainer(model_folder, [example])
    trainer.network.load(read_trained())
    packed = trainer._packed([example], None)
    with torch.no_grad():
        outcomes, *_ = trainer.network(*(packed[k] for k in ("rows", "mask", "pool", "text")))
    questions = [one.forms[0] for one in example.asked]
    [answers] = Judge(model_folder).judge([(example.text, questions)])
    for row, one, answer in zip(outcomes[0], example.asked, answers, strict=True):
        at, size = COLUMNS[one.kind]
        shares = torch.softmax(row[at : at + size], 0).numpy()
        assert np.abs(shares - answer.shares).max() < 0.12  # 8 bits against 32
    trained = trainer.network.trained()
    assert {name: trained[name].dtype for name in trained} == {
        name: value.dtype for name, value in read_trained().items()
    }
