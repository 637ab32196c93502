from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from indexing.errors import FormatError, InputError, NotFoundError
from indexing.model.protocol import Progress, Vectors
from kb.checking import Checker, Item, Phrase, Report, read_phrases, report_json
from kb.checking.rules import default_rules
from kb.checking.score import score_of
from kb.checking.sentences import negator_before, negators, read_text
from kb.checking.values import arabic, plain
from kb.wording import Wording, read_wording

FOLDER = Path(__file__).parent.parent.parent / "kb" / "wording"
REPLIES = Path(__file__).parent / "data" / "replies.jsonl"
TODAY = date(2026, 11, 23)
RELATIVE = {"今天": 0, "明天": 1}
FULL = (
    "非常抱歉给您带来不便。您反映翡翠城从11月22日20:00起上不了网，是施工挖断光缆造成的，不是您家设备的问题。"
    "师傅已在现场抢修，预计11月23日18:00前恢复，恢复后30分钟内给您发短信；到时没好，请拨打10086，"
    "我们优先上门。感谢您的理解。"
)
PHRASES = [
    Phrase("尽快", "说明具体时间", fatal=False),
    Phrase("不可能", "我马上核实", fatal=True),
    Phrase("保证", "说明预计时间", fatal=True, unless=(default_rules().withdrawal,)),
]


class Bigrams:
    """An encoder without a model: hashed bigrams."""

    identity = "bigrams"
    dim = 512

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for i in range(len(text)):
                row[zlib.crc32(text[i : i + 2].encode()) % self.dim] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        return self.encode_queries(texts)


def wording(name: str = "W-BB-001") -> Wording:
    return read_wording((FOLDER / f"{name}.yaml").read_text("utf-8"), name)[0]


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(Bigrams(), phrases=PHRASES)


def status(report: Report) -> dict[str, str]:
    return {point.id: point.status for point in report.points}


def named(report: Report) -> list[str]:
    return [item.phrase for item in report.forbidden]


def test_the_wording_itself_passes_with_every_slot_filled(checker: Checker) -> None:
    report = checker.check(wording(), FULL, TODAY)
    assert (report.version, report.passed, report.score) == ("2", True, 100)
    assert {slot.name: slot.value for slot in report.slots} == {
        "area": "翡翠城",
        "start": "11月22日20:00",
        "cause": "施工挖断光缆",
        "restore": "11月23日18:00",
    }


def test_evidence_is_the_stretch_that_says_it(checker: Checker) -> None:
    point = checker.check(wording(), FULL, TODAY).points[0]
    assert point.evidence is not None
    assert FULL[slice(*point.evidence)] == "非常抱歉给您带来不便"
    assert (point.similarity, point.rule) == (1.0, "原话")


def test_the_version_is_the_one_valid_on_the_day(checker: Checker) -> None:
    assert checker.check(wording(), FULL, date(2026, 3, 1)).version == "1"


def test_a_day_without_a_version_is_one_sentence(checker: Checker) -> None:
    with pytest.raises(NotFoundError, match="2020-01-01 没有有效的版本。"):
        checker.check(wording(), FULL, date(2020, 1, 1))


def test_an_empty_reply_is_one_sentence(checker: Checker) -> None:
    with pytest.raises(InputError, match="回复内容是空的"):
        checker.check(wording(), " \n", TODAY)


@pytest.mark.parametrize(
    ("old", "new", "point", "verdict"),
    [
        ("非常抱歉给您带来不便", "我们没有道歉的必要", "apology", "contradicted"),
        ("师傅已在现场抢修", "师傅今天不会去抢修", "measure", "contradicted"),
        ("师傅已在现场抢修", "如果领导同意，师傅就抢修", "measure", "missing"),
        ("师傅已在现场抢修", "您说“师傅在抢修”", "measure", "missing"),
        ("感谢您的理解", "", "thanks", "missing"),
        ("非常抱歉给您带来不便", "不好意思", "apology", "said"),
        ("师傅已在现场抢修", "主要是线路老了，师傅已在现场抢修", "measure", "said"),
        ("师傅已在现场抢修", "只有一家运营商，师傅已在现场抢修", "measure", "said"),
        ("师傅已在现场抢修", "只有领导同意师傅才去抢修", "measure", "missing"),
        ("师傅已在现场抢修", "没有修好的部分师傅已在现场抢修", "measure", "said"),
        ("师傅已在现场抢修", "师傅已在现场抢修没问题的要是您还有疑问再打给我", "measure", "said"),
        ("感谢您的理解", "修完问您好没好感谢您的理解", "thanks", "said"),
    ],
)
def test_denials_conditions_and_quotations_turn_a_point(
    checker: Checker, old: str, new: str, point: str, verdict: str
) -> None:
    report = checker.check(wording(), FULL.replace(old, new), TODAY)
    assert status(report)[point] == verdict


def test_a_must_that_is_denied_fails_and_costs_half_its_weight(checker: Checker) -> None:
    report = checker.check(wording(), FULL.replace("已在现场抢修", "不会去抢修"), TODAY)
    assert not report.passed
    assert report.score == round(100 * (3 + 3 - 1.5 + 1 + 1) / 11)


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        ("我们没办法。", ["没办法"]),
        ("我们没什么办法。", ["没办法"]),
        ("我们没办发。", ["没办法"]),
        ("是您自己家路由器的问题。", ["你自己路由器的问题"]),
        ("您说“你们没办法”，我理解。", []),
        ("“我们没办法”这种话不该对您讲。", []),
        ("前头有人讲没办法，这话不对。", []),
        ("没人说没办法。", []),
        ("哪能没办法呢。", []),
        ("前头有人讲过了，我们没办法。", ["没办法"]),
        ("不可能让您白跑一趟。", []),
        ("这不可能。", ["不可能"]),
        ("保证金会退。", []),
        ("我保证好。", ["保证"]),
        ("我们尽快处理。", ["尽快"]),
        ("我们尽快处理，今天18点前给您答复。", []),
    ],
)
def test_forbidden_phrases_and_their_look_alikes(
    checker: Checker, sentence: str, phrases: list[str]
) -> None:
    assert named(checker.check(wording(), FULL + sentence, TODAY)) == phrases


def test_a_fatal_phrase_fails_and_says_what_to_say_instead(checker: Checker) -> None:
    report = checker.check(wording(), FULL + "我们没办法。", TODAY)
    assert (report.passed, report.score) == (False, 75)
    assert report.forbidden[0].suggest == "我为您安排师傅检测"
    assert report.forbidden[0].span == (len(FULL) + 2, len(FULL) + 5)


@pytest.mark.parametrize(
    ("old", "new", "name", "verdict"),
    [
        ("11月23日18:00", "2月30日18:00", "restore", "invalid"),
        ("11月23日18:00", "XXX", "restore", "invalid"),
        ("11月23日18:00", "待定", "restore", "invalid"),
        ("11月23日18:00", "{restore}", "restore", "empty"),
        ("11月23日18:00", "今天18点", "restore", "filled"),
        ("施工挖断光缆", "____", "cause", "empty"),
        ("翡翠城", "某某", "area", "invalid"),
        ("翡翠城", "XX小区", "area", "invalid"),
    ],
)
def test_slots_are_read_and_judged(
    checker: Checker, old: str, new: str, name: str, verdict: str
) -> None:
    report = checker.check(wording(), FULL.replace(old, new), TODAY)
    assert {slot.name: slot.status for slot in report.slots}[name] == verdict


def test_many_replies_give_what_each_gives_alone(checker: Checker) -> None:
    items = [Item(wording(), FULL, TODAY), Item(wording(), "我们没办法。", TODAY)]
    assert checker.check_many(items) == [checker.check(i.wording, i.reply, TODAY) for i in items]


def test_json_has_the_contracts_shape(checker: Checker) -> None:
    found = report_json(checker.check(wording(), "我们没办法。", TODAY))
    assert json.loads(json.dumps(found)) == found
    assert list(found)[:4] == ["wording", "version", "passed", "score"]
    assert found["points"][0]["evidence"] is None
    assert found["forbidden"][0]["span"] == [2, 5]


def test_clauses_keep_clock_times_whole_and_speech_is_cut_before_cues() -> None:
    text = read_text("预计18:00前好：请等", default_rules())
    assert [text.of(c) for c in text.clauses] == ["预计18:00前好", "请等"]
    speech = read_text("实在对不起让您久等了师傅已经在现场修好了感谢您的理解", default_rules())
    assert [speech.of(c) for c in speech.clauses][-1] == "感谢你的理解"


def test_chinese_numerals_and_relative_days_are_read() -> None:
    assert arabic("二十四块五十") == "24块50"
    assert plain("datetime", "明天上午十点", TODAY, RELATIVE) == "2026-11-24 上午10点"
    assert plain("date", "十二月三号", TODAY, RELATIVE) == "12月3日"


def test_a_wording_without_points_scores_full() -> None:
    assert score_of([], [], [], default_rules().score) == 100


def test_the_labelled_set_covers_every_kind_on_both_halves() -> None:
    rows = [json.loads(line) for line in REPLIES.read_text("utf-8").splitlines()]
    kinds = {"verbatim", "free", "contradicted", "forbidden", "benign", "nonsense slots", "asr"}
    for split in ("tune", "test"):
        held = [row for row in rows if row["split"] == split]
        assert kinds <= {row["kind"] for row in held}
        assert len({row["wording"] for row in held}) == 10
    assert len(rows) == len({row["id"] for row in rows}) == 244


def test_the_shipped_phrases_are_read() -> None:
    phrases = {phrase.phrase: phrase for phrase in read_phrases()}
    assert phrases["不归我管"].fatal


def test_a_broken_phrase_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "forbidden.yaml"
    path.write_text("- suggest: 无\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"forbidden\.yaml 的禁用语格式不对"):
        read_phrases(path)


def test_paraphrases_count_with_the_real_model(model_folder: Path) -> None:
    from indexing.model import load_encoder

    reply = "真对不住。这次是因为修路挖断了光缆，维修师傅正在现场处理，修好以后会发短信通知您。"
    report = Checker(load_encoder(model_folder)).check(wording(), reply, TODAY)
    assert status(report) == {
        "apology": "said",
        "cause": "said",
        "measure": "said",
        "inform": "said",
        "thanks": "missing",
    }


@pytest.mark.parametrize(
    ("clause", "said", "turned"),
    [
        ("所以现在装不了哎对不住你了", "对不住", False),
        ("退副卡对不嗯抱歉搞得你不爽快", "抱歉", False),
        ("这事我们没有向你道歉", "道歉", True),
    ],
)
def test_a_negation_that_ends_its_clause_turns_nothing_behind_it(
    clause: str, said: str, turned: bool
) -> None:
    assert negator_before(clause, clause.index(said), default_rules()) is turned


@pytest.mark.parametrize(
    ("clause", "count"), [("两部手机试打没毛病", 0), ("证件别忘了带", 0), ("这笔钱我们不退", 1)]
)
def test_a_negation_of_what_would_be_bad_denies_nothing(clause: str, count: int) -> None:
    assert len(negators(clause, default_rules())) == count


def test_a_verdict_overruled_too_often_costs_nothing() -> None:
    reply = FULL.replace("非常抱歉给您带来不便。", "").replace("从11月22日20:00起", "")
    soft = frozenset({"要点：W-BB-001/apology", "空位：W-BB-001/start"})
    strict = Checker(Bigrams(), phrases=PHRASES).check(wording(), reply, TODAY)
    mild = Checker(Bigrams(), phrases=PHRASES, demoted=soft).check(wording(), reply, TODAY)
    assert (strict.passed, strict.advice) == (False, ())
    assert strict.score < 100
    assert (mild.passed, mild.score) == (True, 100)
    assert mild.points == strict.points
    assert [item.kind for item in mild.advice] == ["rule", "rule"]
