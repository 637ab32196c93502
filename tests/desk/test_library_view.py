from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cases.thin import Twin
from desk.assistant import Assistant
from desk.printing import printed
from indexing.errors import InputError
from indexing.records import Kind, Status
from indexing.store.facets import Selection
from tests.conftest import open_assistant

pytestmark = pytest.mark.model


def library_page() -> None:
    from desk.views import library

    library.show()


@pytest.fixture
def page(monkeypatch, shipped_home, model_folder):
    monkeypatch.setenv("TOUSU_HOME", str(shipped_home))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    yield AppTest.from_function(library_page, default_timeout=120)
    st.cache_resource.clear()


@pytest.fixture
def own(tmp_path: Path, shipped_home: Path, model_folder: Path) -> Assistant:
    """An assistant over a copy of the shipped content, to write through."""
    home = shutil.copytree(shipped_home, tmp_path / "home")
    return open_assistant(home=home, model=str(model_folder))


def button(page: AppTest, key: str):
    return next(one for one in page.button if one.key == key)


def titles(page: AppTest) -> list[str]:
    return [one.key for one in page.button if str(one.key).startswith("shelf-")]


def test_the_shelf_opens_with_published_cases_and_counts(page, shipped):
    page.run()
    assert not page.exception
    counts = shipped.browse(Selection(chosen={"status": ("published",)})).counts["kind"]
    assert button(page, "kind=case").label == f"案例 {counts['case']}"
    assert button(page, "kind=wording").label == f"口径 {counts['wording']}"
    assert len(titles(page)) == 20


def test_a_facet_narrows_the_shelf_and_stands_in_the_address(page):
    page.run()
    button(page, "urgency=特急").click().run()
    assert (page.query_params["urgency"], page.query_params["kind"]) == ("特急", "case")
    many = int(button(page, "urgency=特急").label.split()[-1])
    assert f"共 {many} 条" in [caption.value for caption in page.caption]
    button(page, "urgency=特急").click().run()
    assert "urgency" not in page.query_params


def test_typing_finds_titles_ids_and_meanings(page):
    page.run()
    page.text_input[0].set_value("少拨一位").run()
    assert titles(page) == ["shelf-C-NET-0001"]
    assert "共 1 条" in [caption.value for caption in page.caption]
    page.text_input[0].set_value("红烧肉").run()
    assert titles(page) == []
    assert "没有符合条件的记录" in page.info[0].value


def test_a_link_opens_the_same_shelf(page):
    page.query_params["q"] = "C-BB-0001"
    page.query_params["kind"] = "case"
    page.run()
    assert titles(page) == ["shelf-C-BB-0001"]


def test_a_case_shows_its_sections_and_what_it_names(page, shipped):
    page.query_params["id"] = "C-NET-0001"
    page.run()
    assert not page.exception
    assert page.title[0].value == "少拨一位号码被误认为串线"
    said = [heading.value for heading in page.subheader]
    assert said[:6] == ["投诉描述", "核查过程", "原因", "处理", "回复", "启示"]
    assert {"对照案例", "适用条款", "标准口径", "相似案例"} <= set(said)
    record = shipped.record("C-NET-0001")
    assert any(record.meta["contrasts"][0]["detail"] in text.value for text in page.markdown)
    assert any(code.value.endswith("?id=C-NET-0001") for code in page.code)


def test_the_back_button_returns_to_the_shelf(page):
    page.query_params["id"] = "C-NET-0001"
    page.run()
    button(page, "back").click().run()
    assert page.title[0].value == "案例库"
    assert "id" not in page.query_params


def test_an_unknown_id_is_one_sentence(page):
    page.query_params["id"] = "C-NONE"
    page.run()
    assert page.error[0].value == "没有编号为 C-NONE 的记录。"


@pytest.mark.parametrize("record", ["P-NET-001", "W-NET-003"])
def test_policies_and_wordings_have_a_page_too(page, record):
    page.query_params["id"] = record
    page.run()
    assert not page.exception
    assert page.subheader


@pytest.mark.parametrize("view", ["地图", "薄弱处", "近似重复"])
def test_every_view_draws(page, view):
    page.run()
    page.segmented_control[0].set_value(view).run()
    assert not page.exception
    assert not page.error


def test_the_map_has_every_case_once_and_never_moves(shipped):
    places = shipped.library_map()
    assert len({place.id for place in places}) == len(places)
    assert len(places) == shipped.counts()["case"]
    assert shipped.library_map() is places


def test_the_shipped_library_has_no_twins(shipped):
    assert shipped.twins() == []


def test_merging_retires_one_case_and_says_where_it_went(own):
    own.merge("C-NET-0001", "C-NET-0002")
    assert own.record("C-NET-0002").status is Status.RETIRED
    assert own.merged_into("C-NET-0002") == "C-NET-0001"
    assert own.merged_into("C-NET-0001") is None
    with pytest.raises(InputError, match="不能与自己合并"):
        own.merge("C-NET-0001", "C-NET-0001")


def test_a_copy_is_a_twin_until_somebody_settles_it(own, tmp_path):
    text = own.record("C-BB-0002").text
    copy = tmp_path / "C-COPY-1.md"
    copy.write_text(text.replace("id: C-BB-0002", "id: C-COPY-1"), encoding="utf-8")
    own.import_files([copy], Kind.CASE)
    assert own.twins()[0] == Twin("C-BB-0002", "C-COPY-1", 1.0, 1.0)
    own.keep_both("C-COPY-1", "C-BB-0002")
    assert [twin for twin in own.twins() if twin.b == "C-COPY-1"] == []


def test_the_printed_case_is_a_page_of_its_own(shipped):
    record = shipped.record("C-NET-0001")
    text = printed(record, shipped.linked(record))
    assert text.startswith("<!doctype html>")
    assert "<h1>少拨一位号码被误认为串线</h1>" in text
    assert text.index("<h2>投诉描述</h2>") < text.index("<h2>启示</h2>") < text.index("对照案例")
    assert "---" not in text
