from __future__ import annotations

import pytest
import streamlit as st
from openpyxl import Workbook
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.model


@pytest.fixture
def page(monkeypatch, tmp_path, model_folder):
    (tmp_path / "home").mkdir()
    note = tmp_path / "home" / "note.md"
    note.write_text("# 说明\n\n漫游资费按国家和地区分档。\n", encoding="utf-8")
    monkeypatch.setenv("TOUSU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    from tests.conftest import open_assistant

    desk = open_assistant(home=tmp_path / "home", model=str(model_folder))
    from indexing.records import Kind

    desk.import_files([note], Kind.POLICY)
    yield AppTest.from_string(
        "from desk.views import librarian\nlibrarian.show()\n", default_timeout=120
    )
    st.cache_resource.clear()


def sheet(path, rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


def test_an_export_shows_where_each_row_went(page, tmp_path):
    rows = [["工单流水号", "投诉内容"], ["GD1", "地下车库没有信号"], ["GD2", ""]]
    page.run()
    page.segmented_control[0].set_value("工单导出表").run()
    page.file_uploader[0].upload("工单.xlsx", sheet(tmp_path / "t.xlsx", rows)).run()
    next(b for b in page.button if b.label == "入库").click().run()
    assert not page.exception
    assert page.success[0].value.startswith("工单.xlsx：共 2 行，入库 1，拒收 1")
    assert page.dataframe[-1].value.to_dict("records") == [{"行号": 3, "原因": "缺少投诉内容。"}]


def test_a_document_is_shown_corrected_and_published(page):
    page.run()
    text = "# 补卡办法\n\n停机补卡由营业厅受理。咨询请拨打13812345678。\n"
    page.file_uploader[0].upload("补卡.md", text.encode()).run()
    assert not page.exception
    assert page.dataframe[0].value.to_dict("records") == [
        {"内容": "13812345678", "种类": "手机号码", "处数": 1}
    ]
    title = next(box for box in page.text_input if box.label == "标题")
    assert title.value == "补卡"
    title.set_value("停机补卡办法").run()
    next(b for b in page.button if b.label == "发布").click().run()
    assert not page.exception
    assert page.success[0].value.endswith("已发布，马上可以查到。")


def test_a_record_shows_its_life_and_what_leans_on_it(page):
    page.run()
    from desk.views.parts import assistant

    [draft] = assistant().librarian.drafts()
    page.text_input(key="history-id").set_value(draft.id).run()
    assert not page.exception
    [row] = page.dataframe[-1].value.to_dict("records")
    assert row["做了什么"] == "写入"
    assert "没有旧版本。" in [caption.value for caption in page.caption]
