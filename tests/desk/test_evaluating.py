"""Where each leg puts the right answer, over the shipped content."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from desk.evaluating import Evaluating, Leg, LegRanks, published_results, summary
from desk.ranks_report import report
from indexing.errors import InputError

FITTING = "少拨一位号码被误认为串线"


@pytest.fixture(scope="module")
def evaluating(shipped) -> Evaluating:
    return shipped.evaluating


def ranked(query: str, wanted: tuple[str, ...], places: tuple, accepted: bool) -> LegRanks:
    return LegRanks(
        query, wanted, dict(zip(Leg, places, strict=True)), "C-1", "断网", 0.5, accepted
    )


def sheet(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def rows_of(data: bytes, name: str) -> list[tuple]:
    return list(load_workbook(BytesIO(data))[name].iter_rows(values_only=True))


RANKS = [
    ranked("断网", ("C-1",), (1, 2, 1, 1), True),
    ranked("=1+1", ("C-2", "C-3"), (None, 11, 4, 2), False),
    ranked("红烧肉", (), (None, None, None, None), True),
    ranked("天气", (), (None, None, None, None), False),
]


def test_figures_count_fitting_queries_for_legs_and_foreign_ones_for_false_accepts():
    found = summary(RANKS)
    assert found["词面"] == {"hit@1": 0.5, "hit@10": 0.5, "mrr@10": 0.5}
    assert found["语义"] == {"hit@1": 0.0, "hit@10": 0.5, "mrr@10": 0.25}
    assert found["融合"] == {"hit@1": 0.5, "hit@10": 1.0, "mrr@10": 0.625}
    assert found["本系统"] == {"hit@1": 0.5, "hit@10": 1.0, "mrr@10": 0.75}
    assert found["accepted"] == {"false_accepts": 0.5, "recall_of_fitting": 0.5}


def test_without_queries_of_a_sort_its_figures_are_none():
    assert summary(RANKS[:1])["accepted"] == {"false_accepts": None, "recall_of_fitting": 1.0}
    assert summary(RANKS[2:])["本系统"] == {"hit@1": None, "hit@10": None, "mrr@10": None}


def test_the_report_has_every_query_and_runs_no_formula():
    data = report(RANKS)
    rows = rows_of(data, "逐条结果")
    assert rows[1] == ("断网", "C-1", 1, 2, 1, 1, "C-1", "断网", 0.5, "是")
    assert rows[2] == ("'=1+1", "C-2、C-3", None, 11, 4, 2, "C-1", "断网", 0.5, "否")
    assert rows_of(data, "各路指标")[4] == ("本系统", 0.5, 1, 0.75)
    assert rows_of(data, "判断")[1] == (0.5, 0.5)


def test_results_that_are_not_shipped_are_none_and_broken_ones_are_named(tmp_path: Path):
    assert published_results(tmp_path) == {"eval": None, "calibration": None}
    (tmp_path / "calibration.json").write_text('{"cut_off": 0.3}')
    assert published_results(tmp_path)["calibration"] == {"cut_off": 0.3}
    (tmp_path / "eval.json").write_text('{"sets"')
    with pytest.raises(InputError, match=r"评测结果 eval\.json 已损坏"):
        published_results(tmp_path)


@pytest.mark.model
def test_a_sheet_names_answers_by_id_with_any_separator_or_none(evaluating):
    data = sheet(
        ("八月的查询",),
        ("序号", "查询", "正确答案"),
        (1, "断网", "C-BB-0001、C-BB-0002，C-NET-0001; C-NET-0002"),
        (),
        (2, 10086, None),
    )
    assert evaluating.read_queries("查询.xlsx", data) == [
        ("断网", ("C-BB-0001", "C-BB-0002", "C-NET-0001", "C-NET-0002")),
        ("10086", ()),
    ]


@pytest.mark.model
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], r"q\.xlsx：表格是空的，第一行请写“查询”和“正确答案”。"),
        ([("问题", "正确答案"), ("断网", "")], r"q\.xlsx：缺少“查询”列。"),
        ([("查询",), ("断网",)], r"q\.xlsx：缺少“正确答案”列。"),
        ([("查询", "正确答案")], r"q\.xlsx：“查询”列里没有内容。"),
        ([("查询", "正确答案"), ("断网",), ("掉线", "C-X")], "第 3 行的正确答案 C-X 不在库中。"),
        ([("查询", "正确答案"), ("", "C-BB-0001")], "第 2 行有正确答案，但没有查询。"),
        ([("查询", "正确答案"), ("断" * 5001,)], "第 2 行的查询有 5001 字，超过上限 5000 字。"),
    ],
)
def test_a_sheet_that_cannot_be_used_says_where(evaluating, rows, message):
    with pytest.raises(InputError, match=message):
        evaluating.read_queries("q.xlsx", sheet(*rows))


@pytest.mark.model
def test_the_template_is_a_sheet_that_can_be_read(evaluating):
    asked = evaluating.read_queries("模板.xlsx", evaluating.template())
    assert [wanted for _, wanted in asked] == [("C-BB-0001",), ("C-BB-0002",), ()]


@pytest.mark.model
def test_a_case_asked_for_by_its_title_stands_first_in_every_leg(evaluating):
    said = []
    [found] = evaluating.ranks([(FITTING, ("C-NET-0001",))], lambda *step: said.append(step))
    assert found.places == dict.fromkeys(Leg, 1)
    assert (found.best_id, found.best_title, found.accepted) == ("C-NET-0001", FITTING, True)
    assert said == [("评测第 1/1 条", 1.0)]


@pytest.mark.model
def test_what_is_wanted_of_another_kind_is_looked_for_among_its_kind(evaluating, shipped):
    title = shipped.record("P-NET-001").title
    [found] = evaluating.ranks([(title, ("P-NET-001",))])
    assert found.places[Leg.OURS] == 1
    assert found.best_id == "P-NET-001"


@pytest.mark.model
def test_the_best_of_several_right_answers_counts_and_a_far_one_has_no_place(evaluating):
    both, far = evaluating.ranks(
        [(FITTING, ("C-BB-0001", "C-NET-0001")), (FITTING, ("C-BB-0001",))]
    )
    assert both.places[Leg.OURS] == 1
    assert far.places[Leg.LEXICAL] is None


@pytest.mark.model
def test_a_foreign_query_is_not_accepted_and_personal_data_is_masked(evaluating):
    [found] = evaluating.ranks([("红烧肉怎么做才好吃，请打13812345678", ())])
    assert found.query == "红烧肉怎么做才好吃，请打1**********"
    assert found.places == dict.fromkeys(Leg)
    assert found.accepted is False
