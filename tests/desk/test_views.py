from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.model


def ask(app: AppTest, text: str) -> AppTest:
    app.run()
    app.text_area[0].set_value(text)
    return app.button[0].click().run()


def test_the_first_page_says_what_to_do(app):
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == ["接诉台"]
    assert "写下客户的投诉" in app.info[0].value


def test_a_complaint_shows_cases_clauses_and_a_wording_form(app):
    ask(app, "家里信号不好，打电话断断续续")
    assert not app.exception
    assert [heading.value for heading in app.subheader] == ["相似案例", "标准口径", "适用条款"]
    assert app.text_input
    assert any("【" in code.value for code in app.code)
    assert app.query_params["q"] == "家里信号不好，打电话断断续续"


def test_a_link_reopens_its_query(app):
    app.query_params["q"] = "12593打长途提示停机"
    app.run()
    assert app.text_area[0].value == "12593打长途提示停机"
    assert app.subheader[0].value == "相似案例"


def test_the_next_complaint_is_not_lost(app):
    ask(app, "12593打长途提示停机")
    [before] = [m.value for m in app.caption if "匹配度" in m.value][:1]
    app.text_area[0].set_value("红烧肉怎么做才好吃")
    app.button[0].click().run()
    assert app.text_area[0].value == "红烧肉怎么做才好吃"
    assert app.query_params["q"] == "红烧肉怎么做才好吃"
    assert "没有合适的案例" in app.warning[0].value
    assert before not in [m.value for m in app.caption]


def test_a_nonsense_date_is_refused_and_a_good_one_filled_in(app):
    ask(app, "家里信号弱")
    [field] = [f for f in app.text_input if f.key == "W-NET-003.plan_date"]
    field.set_value("2月30日").run()
    assert any("2月30日”不是真实的日期" in error.value for error in app.error)
    [field] = [f for f in app.text_input if f.key == "W-NET-003.plan_date"]
    field.set_value("12月3日").run()
    assert not app.error
    assert any("12月3日" in code.value for code in app.code)


def test_an_empty_complaint_gets_a_sentence(app):
    ask(app, "  ")
    assert "没有输入内容" in app.error[0].value


def test_nothing_fits_is_said(app):
    ask(app, "红烧肉怎么做才好吃")
    assert "没有合适的案例" in app.warning[0].value
    [nearest] = [one for one in app.expander if "最接近的案例" in one.label]
    assert sum("`C-" in one.value for one in nearest.markdown) == 3
    assert not app.exception
