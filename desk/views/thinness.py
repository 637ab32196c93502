"""Thin places of the library, and near-duplicates side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cases.categories import load_categories
from cases.thin import Twin
from desk.assistant import Assistant
from desk.printing import body_of, facts_of
from desk.views.case import link_to
from indexing.errors import TousuError
from indexing.records import Record

_PAIRS = 10  # shown at a time


def show_thin(desk: Assistant) -> None:
    """Draw categories with few cases, and wordings and policies that no case names."""
    thin = desk.thin_places()
    categories, wordings, policies = st.columns(3, gap="large")
    with categories:
        st.subheader("案例少的分类")
        label = load_categories().label
        for name, many in thin.categories:
            st.markdown(f"{label(name)} :gray-badge[{many} 个案例]")
        if not thin.categories:
            st.success("每个分类都有足够的案例。")
    with wordings:
        st.subheader("没有案例用到的口径")
        _records(desk, thin.wordings, "每条口径都有案例用到。")
    with policies:
        st.subheader("没有案例引用的制度")
        _records(desk, thin.policies, "每项制度都有案例引用。")


def _records(desk: Assistant, ids: Sequence[str], none: str) -> None:
    if not ids:
        st.success(none)
    for one in ids:
        link_to(desk.record(one), "thin")


def show_twins(desk: Assistant) -> None:
    """Draw near-duplicate cases side by side, to keep one or both."""
    with st.spinner("正在两两比较…"):
        found = desk.twins()
    if not found:
        st.success("没有近似重复的案例。互为对照的案例不算重复。")
        return
    st.caption(f"{len(found)} 对投诉描述近似。合并会保留一个、停用另一个，并记入日志。")
    for twin in found[:_PAIRS]:
        _pair(desk, twin)


def _pair(desk: Assistant, twin: Twin) -> None:
    a, b = desk.record(twin.a), desk.record(twin.b)
    with st.container(border=True):
        st.caption(f"意思相近 {twin.cosine:.0%} · 用字相同 {twin.words:.0%}")
        for column, record, other in zip(st.columns(2, gap="large"), (a, b), (b, a), strict=True):
            with column:
                _side(record)
                key = f"keep-{record.id}-{other.id}"
                if st.button(f"保留 {record.id}，停用 {other.id}", key=key):
                    _merge(desk, record.id, other.id)
        if st.button("不是重复，都保留", key=f"both-{a.id}-{b.id}"):
            desk.keep_both(a.id, b.id)
            st.rerun()


def _side(record: Record) -> None:
    link_to(record, "twin")
    st.caption(" · ".join(facts_of(record)))
    for heading, text in body_of(record).items():
        st.markdown(f"**{heading}**")
        st.text(text)


def _merge(desk: Assistant, keep: str, retire: str) -> None:
    try:
        desk.merge(keep, retire)
    except TousuError as error:
        st.error(str(error))
        return
    st.rerun()
