from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from desk.evaluating import published_results
from desk.views import evaluation

pytestmark = pytest.mark.model

SHEET = "查询,正确答案\n少拨一位号码被误认为串线,C-NET-0001\n红烧肉怎么做才好吃,\n断网,C-NET-0001\n"
PLACES = ["词面", "语义", "融合", "本系统"]


def evaluation_page() -> None:
    from desk.views import evaluation

    evaluation.show()


@pytest.fixture
def page(monkeypatch, shipped_home, model_folder):
    monkeypatch.setenv("TOUSU_HOME", str(shipped_home))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    yield AppTest.from_function(evaluation_page, default_timeout=120)
    st.cache_resource.clear()


@pytest.fixture
def unpublished(monkeypatch, tmp_path):
    """A results folder of nothing, as in an installed package."""
    monkeypatch.setattr(evaluation, "published_results", lambda: published_results(tmp_path))
    return tmp_path


def upload(page: AppTest, name: str, text: str) -> AppTest:
    page.run()
    page.file_uploader[0].upload(name, text.encode()).run()
    return next(b for b in page.button if b.label == "开始评测").click().run()


def metrics(page: AppTest) -> list[tuple[str, str]]:
    return [(metric.label, metric.value) for metric in page.metric]


def test_the_page_shows_what_was_measured_against_peers(page):
    page.run()
    assert not page.exception
    assert [tab.label for tab in page.tabs] == ["同类对比", "置信度", "批量评测"]
    assert page.tabs[0].subheader[0].value == "自带案例库"
    table = page.tabs[0].dataframe[0].value
    assert list(table)[:5] == ["系统", "nDCG@10", "MRR@10", "召回@10", "每次查询（毫秒）"]
    assert "本项目" in list(table["系统"])
    assert page.tabs[0].caption[-1].value.startswith("机器：")
    assert [part.value for part in page.tabs[1].subheader] == ["测试查询", "留出的查询"]
    assert [metric.label for metric in page.tabs[1].metric] == ["误接受率", "适合查询的接受率"] * 2


def test_without_published_results_the_page_says_how_to_get_them(page, unpublished):
    page.run()
    assert not page.exception
    assert page.tabs[0].info[0].value == (
        "没有随安装包附带评测结果；在源码目录运行 make eval 后这里会显示。"
    )
    assert "make calibrate" in page.tabs[1].info[0].value
    assert page.tabs[2].info[0].value.startswith("还没有评测。")


def test_a_broken_result_is_one_sentence(page, unpublished):
    (unpublished / "eval.json").write_text("{")
    page.run()
    assert not page.exception
    assert (
        page.error[0].value == "评测结果 eval.json 已损坏，请重新运行 make eval 或 make calibrate。"
    )


def test_a_sheet_shows_where_each_leg_put_the_right_answer(page, unpublished):
    upload(page, "查询.csv", SHEET)
    assert not page.exception
    figures, rows = (frame.value for frame in page.dataframe)
    assert list(figures["排序"]) == PLACES
    assert list(figures["首位命中"]) == [0.5] * 4
    assert rows.loc[0, ["查询", *PLACES, "接受"]].tolist() == [
        "少拨一位号码被误认为串线", 1, 1, 1, 1, True,
    ]  # fmt: skip
    assert metrics(page)[0] == ("误接受率", "0.0%")
    downloads = [button.label for button in page.get("download_button")]
    assert downloads == ["下载模板", "下载评测报告（xlsx）"]
    page.segmented_control[0].set_value("只看没排第一的").run()
    assert list(page.dataframe[1].value["查询"]) == ["断网"]
    page.segmented_control[0].set_value("只看误接受的").run()
    assert len(page.dataframe[1].value) == 0


def test_a_sheet_that_cannot_be_used_is_one_sentence_and_clears_what_was_shown(page, unpublished):
    upload(page, "查询.csv", SHEET)
    upload(page, "查询.csv", "查询,正确答案\n断网,C-X\n")
    assert page.error[0].value == "第 2 行的正确答案 C-X 不在库中。"
    assert len(page.dataframe) == 0


def test_the_page_stands_in_the_app_before_the_settings(app, monkeypatch):
    pages, navigation = [], st.navigation
    monkeypatch.setattr(st, "navigation", lambda given: pages.extend(given) or navigation(given))
    app.run()
    assert not app.exception
    assert [(page.title, page.url_path) for page in pages[-2:]] == [
        ("检索评测", "evaluation"),
        ("设置", "settings"),
    ]
