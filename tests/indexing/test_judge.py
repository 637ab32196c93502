"""Reading a text for questions, with the real layers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from indexing.model import load_encoder
from indexing.model.fast_backend import session_of
from indexing.model.judge import (
    LONGEST,
    PROMPT,
    Answer,
    Judge,
    Question,
    _better,
    _cut,
    _span,
    judge_for,
)
from indexing.model.judge_files import graph_files, read_trained

pytestmark = pytest.mark.model

REPLY = "王阿姨，真对不住，翠湖苑三期是修路把光缆刨断了，师傅正在接，下午四点半前能通。"
QUESTIONS = [
    Question("point", "要点 致歉：非常抱歉给您带来不便；对不起给您添麻烦了"),
    Question("point", "要点 致谢：感谢您的理解；谢谢您的理解与支持"),
    Question("slot", "空位 故障原因（文字）：是…造成的"),
    Question("phrase", "禁语 你自己路由器的问题：毛病出在你家路由器上"),
]


@pytest.fixture(scope="module")
def judge(model_folder: Path) -> Judge:
    return Judge(model_folder)


@pytest.fixture(scope="module")
def answers(judge: Judge) -> list[Answer]:
    return judge.judge([(REPLY, QUESTIONS)])[0]


def test_a_point_is_said_or_missing(answers: list[Answer]) -> None:
    apology, thanks, _, _ = answers
    assert apology.shares[0] > 0.8
    assert thanks.shares[1] > 0.8


def test_the_span_of_an_apology_and_of_a_cause_is_where_they_stand(answers: list[Answer]) -> None:
    start, end = answers[0].span
    assert "对不住" in REPLY[start:end]
    start, end = answers[2].span
    assert "光缆" in REPLY[start:end]


def test_shares_sum_to_one(answers: list[Answer]) -> None:
    for answer in answers:
        assert sum(answer.shares) == pytest.approx(1.0)


def test_a_question_does_not_see_the_others(judge: Judge, answers: list[Answer]) -> None:
    for question, together in zip(QUESTIONS, answers, strict=True):
        [[alone]] = judge.judge([(REPLY, [question])])
        # longer sums are added up in another order, which may tip a number in 8 bits
        assert alone.shares == pytest.approx(together.shares, abs=1e-3)
        assert alone.span == together.span


def test_a_text_reads_the_same_beside_others(judge: Judge, answers: list[Answer]) -> None:
    found = judge.judge([("网络不好。", QUESTIONS[:1]), (REPLY, QUESTIONS)])[1]
    for one, other in zip(found, answers, strict=True):
        assert one.shares == pytest.approx(other.shares, abs=1e-4)


def test_a_text_without_questions_has_no_answers(judge: Judge) -> None:
    assert judge.judge([(REPLY, [])]) == [[]]
    assert judge.judge([]) == []


def test_what_stands_late_in_a_long_text_is_found_with_its_place(judge: Judge) -> None:
    text = "这条线路我们已经查了一遍又一遍，" * 40 + "实在对不住您。"
    [[answer]] = judge.judge([(text, QUESTIONS[:1])])
    assert answer.shares[0] > 0.5
    assert answer.span[0] >= 40 * 16


def test_unadapted_layers_without_questions_are_the_encoder(
    model_folder: Path, judge: Judge
) -> None:
    trained = dict(read_trained())
    zero = {n: np.zeros_like(v) if n.startswith("layer") else v for n, v in trained.items()}
    lower, upper = map(session_of, graph_files(model_folder, zero | {"digest": np.array("zero")}))
    ids = judge._tokenizer.encode("query: " + REPLY).ids
    below = lower.run(None, {"input_ids": np.array([ids])})[0]
    mask = np.zeros((1, 1, len(ids), len(ids)), np.float32)
    states = upper.run(None, {"below": below, "mask": mask})[0][0]
    mean = states.mean(axis=0)
    expected = load_encoder(model_folder, "fast").encode_queries([REPLY])[0]
    assert mean @ expected / np.linalg.norm(mean) > 0.999  # both round to 8 bits, not alike


def test_a_changed_graph_is_made_anew(model_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(model_folder, tmp_path / "model")
    lower, upper = graph_files(tmp_path / "model", read_trained())
    whole = upper.read_bytes()
    upper.write_bytes(whole[:-1] + b"\x00")
    lower.unlink()
    assert graph_files(tmp_path / "model", read_trained()) == (lower, upper)
    assert upper.read_bytes() == whole
    assert lower.is_file()


def test_another_encoder_has_no_judge(model_folder: Path, tmp_path: Path) -> None:
    fast = load_encoder(model_folder, "fast")
    assert isinstance(judge_for(model_folder, fast), Judge)
    assert judge_for(model_folder, load_encoder(model_folder, "torch")) is None
    assert judge_for("BAAI/bge-small-zh-v1.5", fast) is None


# -- parts, without the model ----------------------------------------------------------------------


def test_a_span_begins_before_it_ends_and_leaves_the_marks_out() -> None:
    begin = np.array([9.0, 0.0, 1.0, 5.0, 0.0, 9.0])
    end = np.array([9.0, 4.0, 1.0, 0.0, 3.0, 9.0])
    assert _span(begin, end) == (3, 4)  # 5 + 3; 5 + 4 would run backwards, 9 are the marks


def test_a_span_never_lies_in_the_prompt() -> None:
    begin = np.array([0.0, 9.0, 9.0, 1.0, 0.0, 9.0])
    end = np.array([0.0, 9.0, 9.0, 0.0, 1.0, 9.0])
    assert _span(begin, end, 3) == (3, 4)


def test_of_two_pieces_the_one_that_says_more_answers() -> None:
    nothing, something = Answer((0.1, 0.9), (0, 1)), Answer((0.7, 0.3), (5, 9))
    assert _better([nothing], [something]) == [something]
    assert _better([something], [nothing]) == [something]


def test_long_texts_are_cut_with_an_overlap() -> None:
    text = "字" * (LONGEST + 10)
    pieces = list(_cut(text))
    assert [at for at, _ in pieces] == [0, LONGEST - 40]
    assert all(text[at : at + len(part)] == part for at, part in pieces)
    assert list(_cut("短")) == [(0, "短")]


def test_a_text_that_is_read_again_says_the_same(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [(REPLY, QUESTIONS)]
    first, second = judge.judge(asked, again=True), judge.judge(asked, again=True)
    assert first == second == judge.judge(asked)
    assert PROMPT + REPLY in judge._kept
    monkeypatch.setattr("indexing.model.judge.KEPT", 0)
    assert judge.judge(asked, again=True) == first
    assert not judge._kept
