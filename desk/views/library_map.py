"""The map of the library: near means alike, colours are classes, a click opens the case."""

from __future__ import annotations

from typing import Any

import altair as alt
import streamlit as st

from cases.categories import load_categories
from desk.assistant import Assistant
from desk.views.case import open_record

_COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#e45756", "#b279a2", "#9d755d", "#72b7b2", "#7f7f7f")


def show_map(desk: Assistant) -> None:
    """Draw the map."""
    with st.spinner("正在绘制地图…"):
        places = desk.library_map()
    if not places:
        st.info("还没有案例，先在“资料入库”导入。")
        return
    categories = load_categories()
    rows = [
        {
            "id": place.id,
            "案例": place.title,
            "分类": categories.label(place.category) if place.category else "未分类",
            "一级": categories.classes.get((place.category or "").split("/")[0], "未分类"),
            "x": place.x,
            "y": place.y,
        }
        for place in places
    ]
    st.caption(
        f"{len(places)} 个案例。离得近的说法相像，颜色是一级分类；"
        "点一个点打开案例，滚轮缩放，拖动平移。"
    )
    event = st.altair_chart(_chart(rows), key="map", on_select="rerun", selection_mode="picked")
    picked = event["selection"]["picked"]
    if picked:
        open_record(str(picked[0]["id"]))
        st.rerun()


def _chart(rows: list[dict[str, Any]]) -> Any:
    there = {row["一级"] for row in rows}
    classes = [name for name in load_categories().classes.values() if name in there]
    classes += sorted(there - set(classes))
    picked = alt.selection_point(name="picked", fields=["id"])
    axis = alt.Axis(labels=False, ticks=False, domain=False, title=None, grid=False)
    room = alt.Scale(zero=False, nice=False, padding=24)
    return (
        alt.Chart(alt.InlineData(values=rows), height=620)
        .mark_circle(size=110, opacity=0.8)
        .encode(
            x=alt.X("x:Q", axis=axis, scale=room),
            y=alt.Y("y:Q", axis=axis, scale=room),
            color=alt.Color(
                "一级:N",
                scale=alt.Scale(domain=classes, range=list(_COLOURS)),
                legend=alt.Legend(orient="top", title=None, labelLimit=200),
            ),
            tooltip=["案例:N", "分类:N", alt.Tooltip("id:N", title="编号")],
        )
        .add_params(picked)
        .interactive()
    )
