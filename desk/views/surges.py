"""趋势与预警: warnings first, then volumes that lead to the orders, ratios, hot issues, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape

import altair as alt
import pandas as pd
import streamlit as st

from cases.categories import load_categories
from cases.deadlines import ZONE
from cases.surges.export import Table, workbook
from cases.surges.tickets import By, Only, Window
from cases.surges.topics import Gap
from cases.surges.volumes import Volumes
from cases.surges.warnings import Surge
from desk.views.parts import assistant, category_label
from desk.watching import HotTopic, Overview, last_days
from indexing.records import Record

COLOURS = {"黄": "#d4a300", "橙": "#e07b00", "红": "#c92a2a", "黑": "#222222"}
LABELS = {By.CATEGORY: "分类", By.AREA: "地市", By.CHANNEL: "渠道"}
_WINDOWS = {"近 7 天": 7, "近 30 天": 30, "近 90 天": 90}
_BARS = 15


def show() -> None:
    """Draw the page."""
    st.title("趋势与预警")
    watching = assistant().watching
    with st.spinner("正在统计工单…"):
        span = watching.span()
    if span is None:
        st.info("还没有工单。请在“资料入库”导入工单导出表，或在“工单”页开工单。")
        _gaps()
        return
    now = datetime.now(ZONE)
    window, only, users = _chosen(span, now.date())
    found = watching.overview(window, only, users, now.replace(tzinfo=None))
    st.caption(f"{window}，共 {found.count} 件")
    _warnings(found)
    _ratios(found)
    _volumes(found, only)
    _download(found)
    _topics(window, only)
    _gaps()


def _chosen(span: Window, today: date) -> tuple[Window, Only, int | None]:
    first, second, third, fourth = st.columns([2, 2, 2, 1], vertical_alignment="bottom")
    name = first.selectbox("时间", [*_WINDOWS, "自选"], index=1)
    if name == "自选":
        last = min(span.last, today)  # an export may hold a date that is yet to come
        begun = min(span.first, last)
        picked = first.date_input("起止日期", (begun, last), begun, today)
        days = picked if isinstance(picked, tuple) else (picked,)
        window = Window(days[0], days[-1]) if days else span
    else:
        window = last_days(_WINDOWS[name], min(today, span.last + timedelta(days=1)))
    tickets = assistant().watching.tickets()
    known = {by: sorted(filter(None, tickets.words(by).names)) for by in By}
    categories = second.multiselect(
        "分类", known[By.CATEGORY], format_func=category_label, placeholder="全部"
    )
    areas = third.multiselect("地市", known[By.AREA], placeholder="全部")
    users = fourth.number_input(
        "用户数（万）", 0.0, value=None, help="所选地市的用户数，用来算万投比"
    )
    only = Only(category=tuple(categories), area=tuple(areas))
    return window, only, round(users * 10_000) if users else None


def _warnings(found: Overview) -> None:
    st.subheader("预警")
    raised = [(by, one) for by, watched in found.watched.items() for one in watched.warnings]
    if not raised:
        st.caption("没有生效的预警。")
    for by, surge in raised:
        _warning(by, surge)
    log = [change for watched in found.watched.values() for change in watched.log]
    if log:
        with st.expander(f"升降记录（{len(log)}）"):
            for change in sorted(log, key=lambda change: change.day, reverse=True)[:50]:
                st.write(change.reason)


def _warning(by: By, surge: Surge) -> None:
    name = category_label(surge.key) if by is By.CATEGORY else surge.key
    with st.container(border=True):
        st.html(
            f"<b style='color:{COLOURS.get(surge.level, '#444')}'>● {surge.level}色预警</b>　"
            f"<b>{LABELS[by]}：{escape(name)}</b>　{surge.since:%m月%d日}起　"
            f"最近一天 {surge.count} 件，平常 {surge.expected:.1f} 件"
        )
        st.write(surge.act)
        st.caption(surge.reason)


def _ratios(found: Overview) -> None:
    st.subheader("指标")
    for column, ratio in zip(st.columns(len(found.ratios)), found.ratios, strict=True):
        shown = "—"
        if ratio.value is not None:
            shown = f"{ratio.value:.1%}" if ratio.scale == 1 else f"{ratio.value:.2f}"
        column.metric(ratio.name, shown, help=f"{ratio.meaning}；{ratio.window}")
        column.caption(f"{ratio.numerator} / {ratio.denominator or '缺少用户数'}")


def _volumes(found: Overview, only: Only) -> None:
    st.subheader("数量")
    by = st.segmented_control("按", list(By), default=By.CATEGORY, format_func=LABELS.__getitem__)
    counted = found.volumes[by or By.CATEGORY]
    days, words = st.columns([3, 2])
    with days:
        day = _clicked(_daily(counted), "day", "天")
    with words:
        word = _clicked(_totals(counted), "word", "名称")
    if day is None and word is None:
        st.caption("点一天或一项，下面列出工单。")
        return
    window = found.window
    if day is not None:
        chosen = date.fromisoformat(day)
        window = Window(chosen, chosen)
    narrowed = _narrowed(only, counted, word)
    _orders(assistant().watching.orders(window, narrowed))


def _clicked(chart: alt.Chart, key: str, field: str) -> str | None:
    picked = alt.selection_point(fields=[field], name=key)
    marked = chart.add_params(picked).encode(
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35))
    )
    event = st.altair_chart(marked, on_select="rerun", key=f"chart-{key}")
    rows = event.selection.get(key) if event else None
    return rows[0].get(field) if rows else None


def _daily(counted: Volumes) -> alt.Chart:
    data = pd.DataFrame({"天": counted.days.astype(str), "件数": counted.daily})
    axis = alt.Axis(labelExpr="slice(datum.label, 5)", labelOverlap=True)
    chart: alt.Chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("天:O", title=None, axis=axis),
            y=alt.Y("件数:Q", title=None),
            tooltip=["天", "件数"],
        )
        .properties(height=280)
    )
    return chart


def _totals(counted: Volumes) -> alt.Chart:
    rows = [(_label(counted.by, key), n) for key, n in list(counted.totals.items())[:_BARS]]
    data = pd.DataFrame(rows, columns=["名称", "件数"])
    chart: alt.Chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("件数:Q", title=None),
            y=alt.Y(
                "名称:N", sort=None, title=None, axis=alt.Axis(labelLimit=180, labelOverlap=False)
            ),
            tooltip=["名称", "件数"],
        )
        .properties(height=280)
    )
    return chart


def _label(by: By, key: str) -> str:
    if not key:
        return "（未填）"
    return category_label(key) if by is By.CATEGORY and key in load_categories() else key


def _narrowed(only: Only, counted: Volumes, word: str | None) -> Only:
    """Return the filter with the clicked word in place of the column's own choice."""
    key = next((key for key in counted.keys if word == _label(counted.by, key)), None)
    if key is None:
        return only
    parts = {by: getattr(only, by) for by in By} | {counted.by: (key,)}
    return Only(**{by.value: chosen for by, chosen in parts.items()})


def _orders(records: Sequence[Record]) -> None:
    st.dataframe(
        [
            {
                "工单": record.id,
                "受理": str(record.meta.get("accepted_at", ""))[:16].replace("T", " "),
                "分类": category_label(record.category),
                "地市": record.meta.get("area", ""),
                "内容": record.title,
            }
            for record in records
        ],
        hide_index=True,
    )
    if len(records) == 100:
        st.caption("只列出最近的 100 张。")


def _download(found: Overview) -> None:
    tables = [
        Table(
            "指标",
            ("指标", "分子", "分母", "说明", "时间"),
            [(r.name, r.numerator, r.denominator, r.meaning, str(r.window)) for r in found.ratios],
        ),
        *(
            Table(f"按{LABELS[by]}", ("日期", LABELS[by], "件数"), list(counted.rows()))
            for by, counted in found.volumes.items()
        ),
        Table(
            "预警记录",
            ("日期", "对象", "原级", "现级", "原因"),
            [
                (change.day, change.key, change.before, change.after, change.reason)
                for watched in found.watched.values()
                for change in watched.log
            ],
        ),
    ]
    st.download_button(
        "下载这一页的数据（xlsx）",
        workbook(tables),
        f"趋势-{found.window.first}-{found.window.last}.xlsx",
        icon=":material/download:",
    )


def _topics(window: Window, only: Only) -> None:
    st.subheader("热点问题")
    key = f"topics-{window}-{only}"
    if st.button("从工单内容中找热点", help="把这段时间的工单按意思归类，与前一段同样长的时间相比"):
        with st.spinner("正在归类…"):
            st.session_state[key] = assistant().watching.topics(window, only)
    found: list[HotTopic] | None = st.session_state.get(key)
    if found is None:
        return
    if not found:
        st.caption("没有成规模的热点。")
    for one in found[:20]:
        topic = one.topic
        with st.container(border=True):
            st.markdown(f"**{topic.name}**　{topic.count} 件，前一段 {topic.before} 件")
            st.text(topic.text)
            if one.clause is not None:
                st.caption(f"相关条款：{one.clause.title}（{one.clause.id}）")
            st.caption("例如：" + "、".join(topic.samples))


def _gaps() -> None:
    st.subheader("知识缺口")
    if st.button("找问过而没有合适案例的问题"):
        with st.spinner("正在归类…"):
            st.session_state["gaps"] = assistant().watching.gaps()
    found: tuple[Gap, ...] | None = st.session_state.get("gaps")
    if found is None:
        return
    if not found:
        st.caption("还没有成规模的缺口。接诉台上查不到合适案例的问题会归到这里。")
    for gap in found:
        st.markdown(f"**{'、'.join(gap.words)}**　问过 {gap.count} 次")
        st.caption("例如：" + "；".join(gap.samples))
