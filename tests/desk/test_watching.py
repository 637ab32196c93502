"""Trends over work orders in a store, with the real model."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from openpyxl import Workbook
from streamlit.testing.v1 import AppTest

from cases.surges.tickets import By, Only, Tickets, Window
from desk.watching import Watching, last_days
from indexing.records import Kind

pytestmark = pytest.mark.model

FIRST = datetime(2026, 9, 21)  # noqa: DTZ001 - as in exports; a Monday
NOW = datetime(2026, 11, 16, 9)  # noqa: DTZ001
DAYS = 56
HEAD = ["工单号", "受理时间", "客户号码", "地市", "渠道", "投诉分类", "投诉内容", "归档时间"]
HEAD += ["要求完成时间", "是否解决"]
SURGE = "小区宽带断网，光猫亮红灯"


@pytest.fixture(scope="module")
def export(tmp_path_factory) -> Path:
    """Two months of one or two orders a day, and ten a day of one kind on the last four days."""
    dice, book, number = random.Random(2), Workbook(), 0
    book.active.append(HEAD)
    for day in range(DAYS):
        said = ["漫游打不出电话"] * dice.randint(1, 2) + [SURGE] * (10 if day >= DAYS - 4 else 0)
        for words in said:
            number += 1
            at = FIRST + timedelta(days=day, hours=9)
            kind = "断网" if words == SURGE else "漫游"
            head = [f"GD{number}", at, f"1380000{number % 90:04d}", "江北", "10086热线", kind]
            closed = at + timedelta(hours=80 if number % 4 == 0 else 5)
            rest = [f"{words}{number}", closed, at + timedelta(hours=72), "否是"[number % 2]]
            book.active.append([*head, *rest])
    path = tmp_path_factory.mktemp("export") / "工单.xlsx"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory, model_folder, export):
    from tests.conftest import open_assistant

    found = open_assistant(home=tmp_path_factory.mktemp("desk"), model=str(model_folder))
    found.import_files([export], Kind.TICKET)
    return found


def test_an_overview_counts_divides_and_warns(desk):
    window = last_days(7, NOW.date())
    assert window == Window(NOW.date() - timedelta(7), NOW.date() - timedelta(1))
    found = desk.watching.overview(window, Only(), 200_000, NOW)
    totals = found.volumes[By.CATEGORY].totals
    assert totals["B/断网"] == 40
    assert found.count == sum(totals.values())
    per_users, first, late, _ = found.ratios
    assert (per_users.numerator, per_users.denominator) == (found.count, 200_000)
    assert first.denominator == found.count
    assert 0.2 < late.value < 0.3
    [warning] = found.watched[By.CATEGORY].warnings
    assert (warning.key, warning.count) == ("B/断网", 10)
    assert warning.level in ("橙", "红")


def test_orders_behind_a_count_are_the_latest_first(desk):
    day = NOW.date() - timedelta(1)
    found = desk.watching.orders(Window(day, day), Only(category=("B/断网",)))
    assert len(found) == 10
    assert {record.category for record in found} == {"B/断网"}


def test_what_rose_is_the_hot_topic(desk):
    [topic, *_] = desk.watching.topics(last_days(7, NOW.date()), Only())
    assert (topic.topic.count, topic.topic.before) == (40, 0)
    assert "断网" in topic.topic.text


def test_columns_keep_up_with_writes_and_deletes(desk):
    before = len(desk.watching.tickets())
    record = desk.ticketing.open({"description": "断网了", "category": "B/断网"}, NOW)
    assert len(desk.watching.tickets()) == before + 1
    desk.ticketing.change(record.id, {"accepted_at": None})
    assert len(desk.watching.tickets()) == before
    desk.ticketing.change(record.id, {"accepted_at": NOW})
    assert len(desk.watching.tickets()) == before + 1
    desk.delete([record.id])
    assert len(desk.watching.tickets()) == before


def test_questions_without_a_fitting_case_gather_into_a_gap(desk):
    for number in range(8):
        desk.watching.note_question(f"视频彩铃怎么换成自己的照片{number}，回电13812345678", 0.1)
    for text in (
        "宽带断网",
        "漫游打不出电话",
        "话费多扣了",
        "积分换券没到",
        "师傅没上门",
        "携号转网",
    ):
        desk.watching.note_question(text, 0.9)
        desk.watching.note_question(f"请问{text}怎么办", 0.9)
    [gap, *_] = desk.watching.gaps()
    assert gap.count >= 4
    assert gap.score == pytest.approx(0.1)
    assert all("视频彩铃" in text for text in gap.samples)
    assert all("13812345678" not in text for text in gap.samples)


@pytest.mark.parametrize("filled", [True, False])
def test_the_page_draws(monkeypatch, desk, tmp_path, model_folder, filled):
    home = desk.settings.home if filled else tmp_path
    if not filled:
        from tests.conftest import open_assistant

        note = tmp_path / "note.md"
        note.write_text("# 说明\n\n漫游资费按国家和地区分档。\n", encoding="utf-8")
        open_assistant(home=home, model=str(model_folder)).import_files([note], Kind.POLICY)
    monkeypatch.setenv("TOUSU_HOME", str(home))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    page = AppTest.from_string("from desk.views import surges\nsurges.show()\n", default_timeout=90)
    st.cache_resource.clear()
    page.run()
    assert not page.exception
    if filled:
        page.selectbox[0].set_value("自选").run()
        assert not page.exception
        assert [metric.label for metric in page.metric][:2] == ["万投比", "首次解决率"]
    else:
        assert page.info[0].value.startswith("还没有工单。")
    st.cache_resource.clear()


def test_columns_are_kept_for_the_next_start_and_thrown_away_when_damaged(desk, monkeypatch):
    monkeypatch.setattr("desk.watching._WORTH_KEEPING", 10)
    fresh = Watching(desk._library, desk._masker, desk.settings.home)
    whole = len(fresh.tickets())
    kept = Tickets.load(desk.settings.home / "trends.npz")
    assert kept is not None
    assert (len(kept[0]), kept[0].id[0], kept[0].category.names) == (
        whole,
        fresh.tickets().id[0],
        fresh.tickets().category.names,
    )
    path = desk.settings.home / "trends.npz"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert Tickets.load(path) is None
    again = Watching(desk._library, desk._masker, desk.settings.home)
    assert len(again.tickets()) == whole
