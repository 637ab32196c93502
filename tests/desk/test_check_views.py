from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import streamlit as st
from docx import Document
from streamlit.testing.v1 import AppTest

from desk.batches import Batches, summarise
from desk.batches.records import CHECKED, _masked
from desk.batches.report import report_docx, report_xlsx
from desk.batches.summary import sample
from indexing.errors import InputError
from indexing.records import Kind
from kb.checking import Report, SlotFinding, phrase_rule, point_rule

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
    batch = desk.batches.check(sheet, "回复.xlsx")
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
    assert desk.batches.get(desk.batches.names()[0]) == batch
    assert desk.batches.missed_points() == [("W-BB-001", "apology")]


def test_a_decision_on_appeal_changes_the_rate_and_stays_in_the_history(desk, sheet):
    batch = desk.batches.check(sheet, "回复.xlsx")
    with pytest.raises(InputError, match="没有第 99 行"):
        desk.batches.review(batch, 99, "appeal", "看错了")
    batch = desk.batches.review(batch, 4, "appeal", "电话里已道歉")
    batch = desk.batches.review(batch, 4, "change", "录音里有道歉")
    assert [(r.row, r.action, r.reason) for r in batch.reviews] == [
        (4, "appeal", "电话里已道歉"),
        (4, "change", "录音里有道歉"),
    ]
    assert summarise(batch).overall.passed == 2


def test_the_reports_hold_every_row_and_no_formula(desk, sheet):
    batch = desk.batches.check(sheet, "回复.xlsx")
    book = openpyxl.load_workbook(BytesIO(report_xlsx(batch)))
    cells = list(book["逐条结果"].iter_rows(values_only=True))
    assert len(cells) == 1 + len(batch.rows)
    assert cells[3][1] == "'=A2"
    text = "\n".join(p.text for p in Document(BytesIO(report_docx(batch))).paragraphs)
    assert "共检查 2 条，通过 1 条，通过率 50.0%。另有 3 条没有检查。" in text


def test_a_kept_row_shows_its_evidence_and_nobody_s_number(desk, tmp_path):
    reply = GOOD + "有事请打13800001111找王建国。"
    reply = reply.replace("11月23日18:00前恢复", "2月30日18:00前恢复")
    (tmp_path / "x.csv").write_text(
        f"口径编号,回复日期,回复内容\nW-BB-001,2026-11-23,{reply}\n", "utf-8"
    )
    batch = desk.batches.check(tmp_path / "x.csv", "x.csv")
    [row] = desk.batches.get(batch.id).rows
    assert row == batch.rows[0]
    [apology, *_] = row.report.points
    assert row.reply[slice(*apology.evidence)] == "非常抱歉给您带来不便"
    assert (apology.rule, apology.similarity, apology.paraphrase) == (
        "原话",
        1.0,
        "非常抱歉给您带来不便",
    )
    [restore] = [slot for slot in row.report.slots if slot.name == "restore"]
    assert (restore.status, restore.value) == ("invalid", "2月30日18:00")
    kept = repr(desk._library.store.journal.notes(CHECKED, batch.id))
    assert "13800001111" not in kept
    assert "王建国" not in kept


def test_what_a_slot_quotes_of_a_number_is_masked(desk):
    slot = SlotFinding(
        "phone", "联系电话", "invalid", "1380000111", (2, 12), "“1380000111”不是号码。"
    )
    report = Report("W-BB-001", "1", False, 50, (), (), (slot,))
    [masked] = _masked(report, "请打1380000111找我", "请打1*********找我").slots
    assert (masked.value, masked.problem) == ("1*********", "“1*********”不是号码。")


def test_a_row_kept_without_evidence_is_still_read(desk):
    old = {
        "row": 2, "agent": "A1", "team": "", "category": "", "day": "2026-11-23", "reply": "好",
        "wording": "W-BB-001", "version": "1", "passed": False, "score": 40,
        "missing": [["apology", "致歉"]], "contradicted": [["cause", "原因"]], "phrases": ["尽快"],
        "slots": ["“原因”没有填写。"], "advice": ["请注意。"], "better": None, "error": None,
    }  # fmt: skip
    failed = old | {"row": 3, "passed": None, "score": None, "error": "回复内容是空的。"}
    journal = desk._library.store.journal
    journal.note_many(CHECKED, "旧", [old, failed], actor="甲")
    first, second = desk.batches.get("旧").rows
    assert (first.passed, first.score, first.report.version) == (False, 40, "1")
    assert (first.missing, first.contradicted) == ([("apology", "致歉")], [("cause", "原因")])
    assert (first.phrases, first.slots, first.advice) == (
        ["尽快"],
        ["“原因”没有填写。"],
        ["请注意。"],
    )
    assert (second.passed, second.error) == (None, "回复内容是空的。")


def _ended(batches: Batches) -> None:
    for _ in range(600):
        if batches.running.ended:
            return
        time.sleep(0.1)
    raise AssertionError("the sheet is not done after a minute")


def test_a_sheet_is_checked_in_the_background(desk, sheet):
    running = desk.batches.start(sheet, "回复.xlsx")
    with pytest.raises(InputError, match=r"^正在检查“回复\.xlsx”"):
        desk.batches.start(sheet, "另一张.xlsx")
    _ended(desk.batches)
    assert (running.done, running.whole, running.error) == (5, 5, None)
    assert desk.batches.names() == [running.batch]
    assert len(desk.batches.get(running.batch).rows) == 5


def test_a_check_that_breaks_off_in_the_background_says_so(desk, sheet, monkeypatch):
    monkeypatch.setattr("desk.batches.batches.save", lambda *_, **__: 1 / 0)
    running = desk.batches.start(sheet, "回复.xlsx")
    _ended(desk.batches)
    assert running.error == "“回复.xlsx”没有检查完，什么也没有保存：division by zero。"
    assert desk.batches.names() == []


def test_a_sample_is_the_same_for_the_same_seed(desk, sheet):
    rows = desk.batches.check(sheet, "回复.xlsx").rows
    assert len(sample(rows, 40, 1)) == 2
    assert sample(rows, 40, 1) == sample(rows, 40, 1)


def test_a_sheet_without_replies_is_refused_in_one_sentence(desk, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["姓名", "备注"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match=r"^x\.xlsx：没有找到回复内容列"):
        desk.batches.check(tmp_path / "x.xlsx", "x.xlsx")


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
    desk.overrule(point_rule("W-BB-001", "thanks"), "电话里谢过", text=text)
    assert [(item.rule, item.count, item.reason, item.advises) for item in desk.overruled()] == [
        (phrase_rule("没办法"), 5, "客户原话", True),
        (point_rule("W-BB-001", "thanks"), 1, "电话里谢过", False),
    ]


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


@pytest.fixture
def batch_page(monkeypatch, desk, tmp_path, model_folder):
    monkeypatch.setenv("TOUSU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    yield AppTest.from_string("from desk.views import batch\nbatch.show()\n", default_timeout=120)
    st.cache_resource.clear()


def test_a_sheet_is_checked_shown_row_by_row_and_appealed_on_its_page(batch_page, sheet):
    page = batch_page.run()
    assert "上传一张回复表" in page.info[0].value
    page.file_uploader[0].upload("回复.xlsx", sheet.read_bytes())
    page.button[0].click().run()
    for _ in range(600):
        if page.metric:
            break
        time.sleep(0.1)
        page.run()
    assert not page.exception
    assert [m.value for m in page.metric] == ["2", "50.0%", "3"]
    assert list(page.dataframe[0].value["行"]) == [3, 4, 5, 6, 7]

    chosen = next(s for s in page.selectbox if s.label.startswith("看哪一行"))
    chosen.set_value(5).run()
    assert page.warning[0].value == "没有编号为 W-NO 的口径。"
    chosen.set_value(4).run()
    assert not page.exception
    assert page.error[0].value.startswith("**不通过")
    assert "要点" in [h.value for h in page.subheader]
    page.text_input[-1].set_value("录音里有道歉")
    page.button[-1].click().run()
    assert not page.exception
    assert any("第 4 行　申诉：录音里有道歉" in c.value for c in page.caption)
    assert [m.value for m in page.metric] == ["2", "50.0%", "3"]  # an appeal decides nothing yet

    page.toggle[0].set_value(True).run()
    assert len(page.dataframe[0].value) == 1


def test_a_page_of_a_sheet_without_replies_says_what_is_missing(batch_page):
    page = batch_page.run()
    page.button[0].click().run()
    assert page.warning[0].value.startswith("请先选好要检查的回复表")
    page.file_uploader[0].upload("x.csv", "姓名,备注\n王,好\n".encode())
    page.button[0].click().run()
    assert page.error[0].value.startswith("x.csv：没有找到回复内容列")
