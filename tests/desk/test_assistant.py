from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from indexing.errors import InputError
from indexing.records import Filter, Kind, Status

pytestmark = pytest.mark.model

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SECRETS = (
    "xx_zhangsf", "Qw654321", "50017733", "Rt445566", "xx_lisiyy", "yY778899",
    "10.0.8.15", "192.0.2.117", "192.0.2.101", "15800002719", "05515800002719",
)  # fmt: skip


@pytest.mark.parametrize(
    ("complaint", "case_id"),
    [
        ("打自己手机号结果是个座机的人接的，是不是串线了", "C-NET-0001"),
        ("12593打长途提示停机", None),
        ("没办过这个业务，每个月都扣我保底消费", None),
    ],
)
def test_a_complaint_in_the_customers_words_finds_its_case(shipped, complaint, case_id):
    answer = shipped.answer(complaint)
    assert not answer.no_match
    if case_id is not None:
        assert answer.cases[0].id == case_id
    assert answer.cases[0].score >= answer.cases[-1].score
    assert len({hit.id for hit in answer.cases}) == len(answer.cases)


def test_an_answer_has_clauses_wording_and_triage_of_one_generation(shipped):
    answer = shipped.answer("家里信号很差打不了电话，再不解决我就去工信部投诉")
    assert answer.generation == shipped.generation()
    assert answer.triage.urgency == "紧急"
    assert answer.triage.due_hours == 24
    assert answer.policies
    assert all(hit.kind is Kind.POLICY for hit in answer.policies)
    assert any(item.hit.id == "W-NET-003" for item in answer.wording)
    first = answer.wording[0]
    assert set(first.slots) == {name for name in first.slots if "{" + name + "}" in first.text}


@pytest.mark.parametrize(
    "text", ["今天天气不错适合去爬山", "红烧肉怎么做才好吃", "帮我写一首关于春天的诗"]
)
def test_what_no_case_fits_gets_no_case(shipped, text):
    answer = shipped.answer(text)
    assert answer.no_match
    assert answer.cases == ()


def test_the_wording_version_follows_the_day(shipped):
    def version(day: date) -> str:
        answer = shipped.answer("家里信号弱", as_of=day)
        return next(i.version.version for i in answer.wording if i.hit.id == "W-NET-003")

    assert version(date(2026, 6, 30)) == "1"
    assert version(date(2026, 7, 1)) == "2"


def test_every_span_slices_back_to_its_passage(shipped):
    for record in shipped.records(Filter(statuses=())):
        for passage in shipped.record(record.id).passages:
            assert record.text[passage.start : passage.end] == passage.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  \n", "没有输入内容"),
        ("\u200b\ufeff", "没有输入内容"),
        ("投" * 100_000, "超过上限 5000 字"),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(shipped, text, message):
    with pytest.raises(InputError, match=message):
        shipped.answer(text)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the source documents are not beside the checkout")
def test_the_dirty_documents_import_and_leak_nothing(empty):
    reports = empty.import_files([CORPUS], Kind.POLICY, publish=True)
    assert [report.status for report in reports] == ["ok"] * 5
    home = empty.settings.home
    stored = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    for secret in SECRETS:
        assert secret.encode() not in stored
        assert secret.encode("utf-16-le") not in stored
    for number in ("10086", "12593", "13800551118"):
        assert number.encode() in stored
    hits = empty.search("呼叫转移无法使用怎么预处理").hits
    assert "网络投诉处理及典型案例分析" in hits[0].title
    assert empty.search("情绪安抚话术").hits[0].title == "電信投訴處理培訓"


def test_a_plain_document_is_a_draft_until_published(empty, tmp_path):
    file = tmp_path / "通知.txt"
    file.write_text("国庆期间营业厅照常营业，宽带故障四小时内上门。", encoding="utf-8")
    [report] = empty.import_files([file], Kind.POLICY)
    assert empty.search("宽带故障上门").hits == ()
    empty.set_status(report.record_ids[0], Status.PUBLISHED)
    [hit] = empty.search("宽带故障上门").hits
    assert hit.passage == "国庆期间营业厅照常营业，宽带故障四小时内上门。"
    assert hit.source_span == hit.span == (0, 23)


def test_importing_twice_changes_nothing(empty, tmp_path):
    file = tmp_path / "通知.txt"
    file.write_text("宽带故障四小时内上门。", encoding="utf-8")
    empty.import_files([file], Kind.POLICY)
    generation = empty.generation()
    [again] = empty.import_files([file], Kind.POLICY)
    assert (again.stored, again.merged, empty.generation()) == (0, 1, generation)
