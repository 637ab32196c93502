"""设置: what is set, where it came from, and what the library holds."""

from __future__ import annotations

import streamlit as st

from desk.settings import explain
from desk.views.parts import assistant

_NAMES = {
    "case": "案例",
    "policy": "制度",
    "wording": "口径",
    "ticket": "工单",
    "passages": "文本块",
}


def show() -> None:
    """Draw the page."""
    desk = assistant()
    st.title("设置")
    counts = desk.counts()
    for column, (name, count) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(_NAMES[name], count)
    rows = explain(desk.settings)
    st.dataframe(
        [{"设置": n, "值": v, "来源": o, "说明": h} for n, v, o, h in rows], hide_index=True
    )
