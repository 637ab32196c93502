"""What a checked batch looks like as a whole: pass rates, points missed, phrases, the trend."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from desk.batches.summary import Rate, Summary

_MOST = 8  # bars of a chart


def show_charts(found: Summary) -> None:
    """Draw the counts and charts of a batch's summary."""
    whole, passed, missing = st.columns(3)
    whole.metric("检查的回复", found.overall.whole)
    passed.metric("通过率", f"{found.overall.share:.1%}")
    missing.metric("没有检查（见原因）", found.errors)
    left, right = st.columns(2)
    with left:
        rates = {"班组": found.teams, "坐席": found.agents, "分类": found.categories}
        by = st.segmented_control("通过率", list(rates), default="班组", required=True)
        _bars(rates[by][:_MOST])
        if len(rates[by]) > _MOST:
            st.caption(f"最低的 {_MOST} 个，全部 {len(rates[by])} 个在明细里。")
        _missed(
            [(f"{w} {label}", count) for w, _, label, count in found.missed[:_MOST]],
            "最常漏说的要点",
        )
    with right:
        _trend(found.days)
        _missed(list(found.phrases[:_MOST]), "禁用语")


def _bars(rates: Sequence[Rate]) -> None:
    """Draw pass rates, the lowest first."""
    if not rates:
        st.caption("没有数据。")
        return
    data = pd.DataFrame([(r.name, r.share, f"{r.passed}/{r.whole}") for r in rates],
                        columns=["名称", "通过率", "通过/总数"])  # fmt: skip
    chart = alt.Chart(data).mark_bar().encode(
        x=alt.X("通过率", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        y=alt.Y("名称", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
        tooltip=["名称", "通过/总数"],
    )  # fmt: skip
    st.altair_chart(chart.properties(height=alt.Step(24)))


def _missed(counts: Sequence[tuple[str, int]], title: str) -> None:
    st.markdown(f"**{title}**")
    if not counts:
        st.caption("没有。")
        return
    data = pd.DataFrame(counts, columns=["名称", "条数"])
    chart = alt.Chart(data).mark_bar(color="#c0504d").encode(
        x=alt.X("条数", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("名称", sort=None, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False)),
        tooltip=["名称", "条数"],
    )  # fmt: skip
    st.altair_chart(chart.properties(height=alt.Step(24)))


def _trend(days: Sequence[Rate]) -> None:
    st.markdown("**通过率走势**")
    data = pd.DataFrame(
        [(r.name, r.share, r.whole) for r in days], columns=["日期", "通过率", "条数"]
    )
    chart = alt.Chart(data).mark_line(point=True).encode(
        x=alt.X("日期:O", title=None),
        y=alt.Y("通过率", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        tooltip=["日期", alt.Tooltip("通过率", format=".1%"), "条数"],
    )  # fmt: skip
    st.altair_chart(chart.properties(height=180))
