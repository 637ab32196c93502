"""工单: those still open with their time left; one opened, followed, left or closed; the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import streamlit as st

from cases.categories import load_categories
from cases.deadlines import ZONE, State, TimeLeft
from cases.record import SECTIONS
from cases.tickets.fields import load_fields
from cases.tickets.record import OPEN, sections_of
from cases.tickets.revising import values_of
from cases.tickets.values import Value
from desk.ticketing import CaseDraft, WorkOrder
from desk.views.parts import assistant, category_label, passage, urgency_badge
from indexing.errors import TousuError

COLOURS = {State.AMPLE: "green", State.NEAR: "orange", State.OVER: "red"}
CHANNELS = ("10086热线", "营业厅", "网上营业厅", "短信营业厅", "客户经理", "信函", "来访")
WAYS = ("电话", "短信", "上门", "营业厅面谈")
SATISFACTION = ("未评价", "非常满意", "满意", "一般", "不满意", "非常不满意")
_FACTS = ("accepted_at", "area", "channel", "count", "device", "team", "handler", "attitude")
_RESULT = ("cause", "measure", "reply")


def show() -> None:
    """Draw the page."""
    st.title("工单")
    ticket_id = st.query_params.get("id")
    if ticket_id:
        _one(ticket_id)
        return
    with st.expander("开一张工单", icon=":material/add:"):
        opening_form("new", {})
    now = datetime.now(ZONE)
    status = st.segmented_control("状态", OPEN, default=OPEN[1]) or OPEN[1]
    orders = assistant().ticketing.open_orders(status, now)
    if not orders:
        st.info(f"没有“{status}”的工单。接诉台查过以后可以直接开工单，导出表在“资料入库”导入。")
        return
    over = sum(order.left is not None and order.left.state is State.OVER for order in orders)
    late = f"，其中 :red[{over} 张已超时]" if over else ""
    st.caption(f"{len(orders)} 张，按时限先后排列{late}")
    for order in orders[:100]:
        _line(order)
    if orders[100:]:
        st.caption(f"另有 {len(orders) - 100} 张没有列出。")


def opening_form(key: str, given: dict[str, str]) -> None:
    """Draw the form that opens a work order; ``given`` are fields known already."""
    fields = load_fields().fields
    with st.form(f"open-{key}", border=False):
        said = st.text_area("投诉内容", given.get("description", ""), height=90)
        first, second, third = st.columns(3)
        values = {
            "description": said,
            "phone": first.text_input("客户号码（只存单向标识）", given.get("phone", "")),
            "area": second.text_input("地市或区县", given.get("area", "")),
            "channel": third.selectbox("受理渠道", CHANNELS),
            "category": _category(first, given.get("category")),
            "urgency": second.selectbox(
                "紧急程度",
                assistant().grades()[::-1],
                index=assistant().grades()[::-1].index(given.get("urgency", "一般")),
            ),
            "device": third.text_input(fields["device"].label, given.get("device", "")),
        }
        if not st.form_submit_button("开工单", type="primary"):
            return
    rest = {name: value for name, value in given.items() if name in fields and name not in values}
    try:
        record = assistant().ticketing.open(
            {k: v for k, v in (rest | values).items() if v}, datetime.now(ZONE)
        )
    except TousuError as error:
        st.error(str(error))
        return
    st.success(f"已开工单 {record.id}，姓名和号码没有存下。")


def _category(place: Any, known: str | None) -> str | None:
    """Draw the choice of a category in ``place``, which is ``st`` or a column of it."""
    names = load_categories().all
    chosen: str | None = place.selectbox(
        "分类",
        names,
        index=names.index(known) if known in names else None,
        format_func=category_label,
        placeholder="请选择",
    )
    return chosen


def _line(order: WorkOrder) -> None:
    record = order.record
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if order.left is not None:
            _left(order.left)
        urgency_badge(record.urgency)
        st.button(
            record.title, key=f"go-{record.id}", type="tertiary", on_click=_open, args=(record.id,)
        )
        st.caption(f"{category_label(record.category)}　{record.id}　{record.meta.get('area', '')}")


def _left(left: TimeLeft) -> None:
    st.badge(left.text, color=COLOURS[left.state])  # type: ignore[arg-type]


def _open(ticket_id: str | None) -> None:
    if ticket_id is None:
        del st.query_params["id"]
    else:
        st.query_params["id"] = ticket_id


def _one(ticket_id: str) -> None:
    st.button("返回工单列表", icon=":material/arrow_back:", on_click=_open, args=(None,))
    try:
        order = assistant().ticketing.order(ticket_id, datetime.now(ZONE))
    except TousuError as error:
        st.error(str(error))
        return
    said = st.session_state.pop("ticket-said", None)
    if said:
        st.success(said)
    record = order.record
    values = values_of(record)
    status = str(values.get("status", "已归档"))
    st.subheader(record.title)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(status)
        urgency_badge(record.urgency)
        if order.left is not None and status in OPEN:
            _left(order.left)
        st.caption(f"{category_label(record.category)}　{record.id}")
        if order.due is not None and status in OPEN:
            st.caption(f"时限 {order.due:%m月%d日 %H:%M}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.text(sections_of(record)["description"])
        _facts(values)
        if status in OPEN:
            _closing(order, values)
        else:
            _closed(order)
    with right:
        _contacts(ticket_id)
        if status in OPEN:
            _leaving(ticket_id, status)


def _facts(values: Mapping[str, Value]) -> None:
    fields = load_fields().fields
    shown = [(fields[k].label, values[k]) for k in _FACTS if values.get(k) not in (None, "")]
    st.caption("　".join(f"{label}：{_said(value)}" for label, value in shown))


def _said(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _contacts(ticket_id: str) -> None:
    st.markdown("**联系记录**")
    notes = assistant().ticketing.contacts(ticket_id)
    for note in notes:
        at = datetime.fromisoformat(note.at).astimezone(ZONE)
        st.caption(f"{at:%m-%d %H:%M}　{note.actor}　{note.data['how']}")
        st.text(note.data["said"])
    if not notes:
        st.caption("还没有联系过客户。")
    with st.form("contact", border=False, clear_on_submit=True):
        how = st.segmented_control("方式", WAYS, default=WAYS[0])
        words = st.text_area("内容", height=70, placeholder="说了什么、客户的态度")
        if st.form_submit_button("记下"):
            _done(
                lambda: assistant().ticketing.contact(ticket_id, how or WAYS[0], words),
                "联系记录已存。",
            )


def _leaving(ticket_id: str, status: str) -> None:
    label = "改计划解决时间" if status == "遗留" else "转遗留问题"
    with st.popover(label):
        day = st.date_input("计划解决日期", datetime.now(ZONE).date() + timedelta(days=7))
        if st.button("确定", key="leave"):
            planned = datetime.combine(day, time(18), ZONE)
            now = datetime.now(ZONE)
            _done(
                lambda: assistant().ticketing.leave(ticket_id, planned, now),
                f"已转遗留问题，计划 {day} 解决。",
            )


def _closing(order: WorkOrder, values: Mapping[str, Value]) -> None:
    fields = load_fields().fields
    with st.expander("归档", expanded=True), st.form("close", border=False):
        result = {
            key: st.text_area(fields[key].label, str(values.get(key, "")), height=70)
            for key in _RESULT
        }
        first, second, third = st.columns(3)
        attitude = first.text_input("客户态度", str(values.get("attitude", "")))
        satisfaction = second.selectbox("满意度", SATISFACTION)
        solved = third.checkbox("已解决", value=True)
        saved = st.form_submit_button("先存着")
        closed = st.form_submit_button("归档", type="primary")
    if not saved and not closed:
        return
    changes: dict[str, Value] = {**result, "attitude": attitude}
    ticket_id = order.record.id
    if saved:
        _done(lambda: assistant().ticketing.change(ticket_id, changes), "已存。")
        return
    ended: dict[str, Value] = {**changes, "satisfaction": satisfaction, "solved": solved}
    _done(
        lambda: assistant().ticketing.close(ticket_id, ended, datetime.now(ZONE)),
        "已归档。可以在下面把它写成案例。",
    )


def _done(action: Callable[[], Any], said: str) -> None:
    try:
        action()
    except TousuError as error:
        st.error(str(error))
        return
    st.session_state["ticket-said"] = said
    st.rerun()


def _closed(order: WorkOrder) -> None:
    record = order.record
    fields = load_fields().fields
    said = sections_of(record)
    for key in _RESULT:
        if key in said:
            st.markdown(f"**{fields[key].label}**")
            st.text(said[key])
    kept = assistant().ticketing.retained_as(record.id)
    if kept:
        st.success(f"已留存在案例 {kept}。")
        return
    _retaining(record.id)


def _retaining(ticket_id: str) -> None:
    desk = assistant().ticketing
    draft = desk.case_draft(ticket_id)
    st.markdown("**写成案例**")
    if draft.nearest:
        st.caption("最像的已有案例。说的是同一回事就并进去，不另写一个：")
    for hit in draft.nearest:
        with st.container(border=True):
            st.markdown(f"**{hit.title}** `{hit.id}`　匹配度 {hit.score:.0%}")
            passage(hit)
            if st.button("并入这个案例", key=f"under-{hit.id}"):
                _done(partial(desk.keep_under, ticket_id, hit.id), f"已并入 {hit.id}。")
    with st.form("retain"):
        title = st.text_input("标题", draft.title)
        category = _category(st, draft.category)
        sections = {
            name: st.text_area(name, draft.sections.get(name, ""), height=80) for name in SECTIONS
        }
        if st.form_submit_button("存为草稿案例", type="primary"):
            whole: CaseDraft = replace(draft, title=title, category=category, sections=sections)
            _done(lambda: desk.retain(ticket_id, whole), "已存为草稿案例，在“资料入库·草稿”发布。")
