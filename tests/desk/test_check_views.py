from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import streamlit as st
from docx import Document
from streamlit.testing.v1 import AppTest

from desk.batches import summarise
from desk.batches.report import report_docx, report_xlsx
from desk.batches.summary import sample
from indexing.errors import InputError
from indexing.records import Kind
from kb.checking import phrase_rule

pytestmark = pytest.mark.model
ROOT = Path(__file__).parents[2]
GOOD = (
    "非常抱歉给您带来不便。您反映翡翠城从11月22日20:00起上不了网，是施工挖断光缆造成的，不是您家设备的问题。"
    "师傅已在现场抢修，预计11月23日18:00前恢复，恢复后30分钟内给您发短信；到时没好，请拨打10086，"
    "我们优先上门。感谢您的理解。"
)


@pytest.fixture
def desk(empty):
    empty.import_files([ROOT / "kb" / "wording" / "W-BB-001.yaml"], Kind.WORDING)
    return empty


@pytest.fixture
def sheet(tmp_path) -> Path:
    rows = [
        ["十一月回复抽查"],
        ["坐席", "班组", "口径编号", "回复日期", "回复内容"],
        ["A1", "一班", "W-BB-001", "2026-11-23", GOOD],
        ["A1", "一班", "W-BB-001", "2026-11-23", GOOD.replace("非常抱歉给您带来不便。", "")],
        ["=A2", "二班", "W-NO", "2026-11-23", GOOD],
        ["A2", "二班", "W-BB-001", "11月的某天", GOOD],
        ["A2", "二班", "W-BB-001", "2026-11-23", None],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active["A5"].data_type = "s"
    book.save(tmp_path / "回复.xlsx")
    return tmp_path / "回复.xlsx"


def test_a_batch_keeps_every_row_with_its_verdict_or_its_reason(desk, sheet):
    batch = desk.check_batch(sheet, "回复.xlsx")
    assert [(row.row, row.passed, row.error) for row in batch.rows] == [
        (3, True, None),
        (4, False, None),
        (5, None, "没有编号为 W-NO 的口径。"),
        (6, None, "日期“11月的某天”不是 YYYY-MM-DD 的有效日期。"),
        (7, None, "回复内容是空的，没有可以检查的文字。"),
    ]
    found = summarise(batch)
    assert (found.overall.passed, found.overall.whole, found.errors) == (1, 2, 3)
    assert found.missed == (("W-BB-001", "apology", "致歉", 1),)
    assert desk.batch(desk.batches()[0]) == batch
    assert desk.missed_points() == [("W-BB-001", "apology")]


def test_a_decision_on_appeal_changes_the_rate_and_stays_in_the_history(desk, sheet):
    batch = desk.check_batch(sheet, "回复.xlsx")
    with pytest.raises(InputError, match="没有第 99 行"):
        desk.review(batch, 99, "appeal", "看错了")
    batch = desk.review(batch, 4, "appeal", "电话里已道歉")
    batch = desk.review(batch, 4, "change", "录音里有道歉")
    assert [(r.row, r.action, r.reason) for r in batch.reviews] == [
        (4, "appeal", "电话里已道歉"),
        (4, "change", "录音里有道歉"),
    ]
    assert summarise(batch).overall.passed == 2


def test_the_reports_hold_every_row_and_no_formula(desk, sheet):
    batch = desk.check_batch(sheet, "回复.xlsx")
    book = openpyxl.load_workbook(BytesIO(report_xlsx(batch)))
    cells = list(book["逐条结果"].iter_rows(values_only=True))
    assert len(cells) == 1 + len(batch.rows)
    assert cells[3][1] == "'=A2"
    text = "\n".join(p.text for p in Document(BytesIO(report_docx(batch))).paragraphs)
    assert "共检查 2 条，通过 1 条，通过率 50.0%。另有 3 条没有检查。" in text


def test_a_sample_is_the_same_for_the_same_seed(desk, sheet):
    rows = desk.check_batch(sheet, "回复.xlsx").rows
    assert len(sample(rows, 40, 1)) == 2
    assert sample(rows, 40, 1) == sample(rows, 40, 1)


def test_a_sheet_without_replies_is_refused_in_one_sentence(desk, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["姓名", "备注"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match=r"^x\.xlsx：没有找到回复内容列"):
        desk.check_batch(tmp_path / "x.xlsx", "x.xlsx")


def test_a_rule_overruled_five_times_only_advises(desk):
    from desk.checking import Reply

    text = GOOD.replace("感谢您", "没办法。感谢您")
    reply = Reply(text, desk.today(), "W-BB-001")
    assert desk.check(reply).passed is False
    with pytest.raises(InputError, match="理由"):
        desk.overrule(phrase_rule("没办法"), " ", text=text)
    for _ in range(5):
        desk.overrule(phrase_rule("没办法"), "客户原话", text=text)
    report = desk.check(reply)
    assert (report.passed, [item.kind for item in report.advice]) == (True, ["rule"])


@pytest.fixture
def page(monkeypatch, shipped_home, model_folder):
    monkeypatch.setenv("TOUSU_HOME", str(shipped_home))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    script = "from desk.views import check\ncheck.show()\n"
    yield AppTest.from_string(script, default_timeout=120)
    st.cache_resource.clear()


def test_the_page_shows_the_verdict_and_each_point(page):
    page.run()
    assert "选好口径" in page.info[0].value
    page.text_area[0].set_value("非常抱歉给您带来不便，没办法。")
    page.selectbox[0].set_value("W-BB-001")
    page.button[0].click().run()
    assert not page.exception
    assert page.error[0].value.startswith("**不通过")
    assert [h.value for h in page.subheader][:2] == ["回复", "禁用语"]
    assert any("没有办法" in m.value or "没办法" in m.value for m in page.markdown)
