"""What the judge learns from, and that it runs as it was trained."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.judging.composing import Bank, run_on
from benchmarks.judging.examples import (
    NEAR_PHRASES,
    OUTCOMES,
    STOPS,
    Asked,
    Example,
    phrases_of,
    replies,
    reply_example,
    thinned,
    with_condition,
    wordings,
)
from benchmarks.judging.trainer import Trainer
from benchmarks.judging.weighing import trusted
from indexing.model.judge import Judge, Question
from indexing.model.judge_files import read_trained
from kb.checking import read_phrases
from kb.checking.judged import Findings, Reading
from kb.checking.report import PointFinding
from kb.checking.rules import Phrase

DAY = date(2026, 11, 23)
NO_STOPS = dict.fromkeys(map(ord, STOPS))
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


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank.read(read_phrases())


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


def test_a_clause_put_in_is_asked_for_its_phrase(example: Example, bank: Bank) -> None:
    version, seen = wordings()["W-BB-001"].on(DAY), set()
    clauses = {phrase.phrase: of for phrase, of in bank.phrases["W-BB-001"] + bank.phrases[""]}
    for seed in range(40):
        varied = bank.inserted(example, version, random.Random(seed))
        assert varied is not None
        new, *rest = varied.asked
        seen.add(new.outcome)
        words = next(
            clause for clause in clauses[new.key][OUTCOMES["phrase"][new.outcome]]
            if clause in varied.text
        )  # fmt: skip
        at = varied.text.index(words)
        assert new.span == ((at, at + len(words)) if new.outcome == 0 else None)
        assert varied.text[:at] + varied.text[at + len(words) + 1 :] == example.text
        assert [one.key for one in rest] == [BLAME.phrase] * (new.key != BLAME.phrase)
    assert seen == {0, 1}


def test_a_phrase_that_a_reply_says_is_not_put_in(example: Example, bank: Bank) -> None:
    only = Bank(phrases={"": [(BLAME, {"said": ["您屋里那台机器闹的"], "missing": ["好"]})]})
    said = replace(example, asked=tuple(replace(one, outcome=0) for one in example.asked))
    assert only.inserted(said, wordings()["W-BB-001"].on(DAY), random.Random(0)) is None


def test_a_reply_of_clauses_is_asked_for_what_they_say(bank: Bank) -> None:
    version = wordings()["W-BB-001"].on(DAY)
    own = {phrase.phrase: of for phrase, of in bank.phrases["W-BB-001"] + bank.phrases[""]}
    shown = 0
    for seed in range(60):
        made = bank.composed("W-BB-001", version, random.Random(seed))
        assert made is not None
        points = [one for one in made.asked if one.kind == "point"]
        assert {one.key for one in points} == {point.id for point in version.points}
        for one in made.asked:
            of = bank.points["W-BB-001"][one.key] if one.kind == "point" else own[one.key]
            outcome = OUTCOMES[one.kind][one.outcome]
            if one.span is None:
                assert outcome == "missing"
                continue
            said = made.text[slice(*one.span)]
            assert said in {clause.translate(NO_STOPS) for clause in of[outcome]} | {*of[outcome]}
            shown += 1
    assert shown > 150


def test_without_stops_the_evidence_is_the_same(example: Example) -> None:
    spoken = run_on(example)
    assert spoken.text == "对不住光缆断了师傅在修今天18点前好"
    assert [
        spoken.text[slice(*one.span)] if one.span else None for one in spoken.asked
    ] == [
        example.text[slice(*one.span)] if one.span else None for one in example.asked
    ]  # fmt: skip


def test_every_clause_belongs_to_a_point_or_phrase_that_there_is(bank: Bank) -> None:
    known = wordings()
    for name, points in bank.points.items():
        assert points.keys() <= {point.id for point in known[name].on(DAY).points}
        assert all(of[outcome] for of in points.values() for outcome in OUTCOMES["point"])
    for name, phrases in bank.phrases.items():
        own = {item.phrase for item in known[name].on(DAY).forbidden} if name else None
        for phrase, of in phrases:
            assert own is None or phrase.phrase in own
            assert of["said"]
            assert of["missing"]
            assert not any(phrase.phrase in clause for clause in of["said"])


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
    general = [Phrase(f"短语{n}", "", fatal=False) for n in range(20)]
    version = wordings()["W-BB-001"].on(DAY)
    near = {f"短语{n}": n / 20 for n in range(20)}
    names = [phrase.phrase for phrase in phrases_of(version, general, ["短语0"], near)]
    own = [item.phrase for item in version.forbidden]
    assert names == [*own, "短语0", *(f"短语{n}" for n in range(19, 19 - NEAR_PHRASES, -1))]


def test_every_reply_written_for_it_has_its_evidence() -> None:
    known = wordings()
    rows = [row for row in replies() if "split" not in row]
    assert len(rows) == 2365
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
