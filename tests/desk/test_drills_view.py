from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import pytest
import streamlit as st
from docx import Document
from streamlit.testing.v1 import AppTest

from cases.drills import Scope
from desk.assistant import Assistant
from desk.drill_papers import key_docx, letter_of, paper_docx, paper_html
from indexing.errors import InputError
from tests.conftest import open_assistant

pytestmark = pytest.mark.model


def drills_page() -> None:
    from desk.views import drills

    drills.show()


@pytest.fixture
def home(tmp_path: Path, shipped_home: Path) -> Path:
    """A copy of the shipped content, to write through."""
    return shutil.copytree(shipped_home, tmp_path / "home")


@pytest.fixture
def own(home: Path, model_folder: Path) -> Assistant:
    return open_assistant(home=home, model=str(model_folder))


@pytest.fixture
def page(monkeypatch, home, model_folder):
    monkeypatch.setenv("TOUSU_HOME", str(home))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    yield AppTest.from_function(drills_page, default_timeout=120)
    st.cache_resource.clear()


def press(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label == label).click().run()


def perfect(paper):
    return {
        number: {b.name: b.value for b in q.blanks} if q.blanks else q.right
        for number, q in enumerate(paper.questions, 1)
    }


def text_of(document: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(document)).paragraphs)


def test_the_first_page_says_what_to_do(page):
    page.run()
    assert not page.exception
    assert [title.value for title in page.title] == ["练习"]
    assert "点“出卷”" in page.info[0].value


def test_a_paper_is_made_answered_marked_and_kept(page):
    page.run()
    page.text_input(key="trainee").set_value("学员七号")
    press(page, "出卷")
    assert not page.exception
    assert len(page.radio) == 8
    paper = page.session_state["paper"]
    for number, given in perfect(paper).items():
        if isinstance(given, str):
            page.radio(key=f"{paper.id}-{number}").set_value(given)
        else:
            for name, value in given.items():
                page.text_input(key=f"{paper.id}-{number}-{name}").set_value(value)
    press(page, "交卷")
    assert not page.exception
    assert [heading.value for heading in page.subheader] == ["得分 100%", "学员记录"]
    assert any("做过 1 份，平均 100%" in said.value for said in page.markdown)
    assert any("启示：" in said.value for said in page.text)


def test_a_paper_without_a_name_is_not_marked(page):
    page.run()
    press(page, "出卷")
    press(page, "交卷")
    assert "请填写学员姓名或工号" in page.error[0].value


def test_results_are_kept_per_trainee_and_only_the_first_time_counts(own):
    paper = own.drill(Scope(("N",)), 7, 5)
    assert own.drill(Scope(("N",)), 7, 5) == paper
    own.mark_drill(paper, {}, " 甲 ")
    own.mark_drill(paper, perfect(paper), "甲")
    own.mark_drill(paper, perfect(paper), "乙")
    record = own.drill_results("甲")
    assert [sitting.score for sitting in record.sittings] == [0.0, 1.0]
    assert {t.category for t in record.weak} == {q.category for q in paper.questions}
    assert own.drill_results("乙").weak == ()
    assert own.drill_results("丙").sittings == ()
    with pytest.raises(InputError, match="请填写学员姓名或工号"):
        own.drill_results("  ")


def test_the_paper_and_its_key_are_two_documents(shipped):
    paper = shipped.drill(Scope(), 7, 5)
    sheet, key = text_of(paper_docx(paper)), text_of(key_docx(paper))
    assert f"试卷编号：{paper.id}　种子：7　共 5 题" in sheet
    assert "答案：" not in sheet
    assert "启示：" not in sheet
    for question in paper.questions:
        assert question.stem in sheet
        assert question.lesson.split("\n")[0] in key
        assert question.lesson.split("\n")[0] not in sheet
        if question.options:
            assert f"答案：{letter_of(question)}. {question.right}" in key


def test_the_print_view_holds_the_questions_and_no_answers(shipped):
    printed = paper_html(shipped.drill(Scope(), 7, 5))
    assert printed.count("<section>") == 5
    assert "第 5 题　填空位" in printed
    assert "启示" not in printed
