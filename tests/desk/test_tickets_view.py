from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.model


@pytest.fixture
def page(monkeypatch, tmp_path, model_folder):
    monkeypatch.setenv("TOUSU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    from tests.conftest import open_assistant

    note = tmp_path / "note.md"
    note.write_text("# 说明\n\n漫游资费按国家和地区分档。\n", encoding="utf-8")
    from indexing.records import Kind

    open_assistant(home=tmp_path / "home", model=str(model_folder)).import_files(
        [note], Kind.POLICY
    )
    yield AppTest.from_string(
        "from desk.views import tickets\ntickets.show()\n", default_timeout=90
    )
    st.cache_resource.clear()


def click(page, label):
    return next(b for b in page.button if b.label == label).click().run()


def area(page, label):
    return next(box for box in page.text_area if box.label == label)


def test_an_order_is_opened_followed_closed_and_written_up(page):
    page.run()
    assert page.info[0].value.startswith("没有“处理中”的工单。")
    area(page, "投诉内容").set_value("宽带每晚八点后掉线，电话13812345678")
    next(b for b in page.selectbox if b.label == "分类").set_value("B/频繁掉线与延时")
    click(page, "开工单")
    assert not page.exception
    assert page.success[0].value.startswith("已开工单 T-GD")
    page.run()
    click(page, "宽带每晚八点后掉线，电话1**********")
    assert not page.exception
    area(page, "内容").set_value("客户要求上门")
    click(page, "记下")
    assert "客户要求上门" in [text.value for text in page.text]
    click(page, "归档")
    assert "请写明处理过程再归档" in page.error[0].value
    area(page, "处理过程").set_value("重做接头后复测正常")
    click(page, "归档")
    assert page.success[0].value == "已归档。可以在下面把它写成案例。"
    assert area(page, "核查过程").value == "客户要求上门"
    click(page, "存为草稿案例")
    assert not page.exception
    assert page.success[0].value.startswith("已存为草稿案例")
