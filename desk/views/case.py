"""One record of the library: its text, what it names, what is like it; address ``?id=…``."""

from __future__ import annotations

import html

import streamlit as st

from desk.assistant import Assistant
from desk.browsing import Linked
from desk.printing import body_of, facts_of, printed
from desk.views.parts import assistant, category_label, urgency_badge
from indexing.errors import TousuError
from indexing.records import Hit, Kind, Record, Status

STATUS_LABELS = {Status.PUBLISHED: "已发布", Status.DRAFT: "草稿", Status.RETIRED: "已停用"}

# Record titles are buttons that look like links; what only a screen needs is not printed.
_STYLE = """
<style>
.stButton button[kind=tertiary] {min-height: 0; padding: 0; justify-content: flex-start}
.stButton button[kind=tertiary] p {text-align: left}
.stButton button code {white-space: nowrap}
.st-key-said p {line-height: 1.8; margin-bottom: 0}
@media print {
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stToolbar],
  .st-key-back, .stDownloadButton, .st-key-similar, .st-key-address {display: none !important}
  .block-container {padding: 0 !important}
}
</style>
"""


def style() -> None:
    """Draw titles as links, and pages fit for printing."""
    st.html(_STYLE)


def open_record(record_id: str) -> None:
    """Show a record instead of the shelf; for a button's ``on_click``."""
    st.query_params["id"] = record_id


def close_record() -> None:
    """Go back to the shelf as it was left; for a button's ``on_click``."""
    del st.query_params["id"]


def show_record(record_id: str) -> None:
    """Draw the page of one record."""
    desk = assistant()
    st.button("返回案例库", key="back", icon=":material/arrow_back:", on_click=close_record)
    try:
        record = desk.record(record_id)
    except TousuError as error:
        st.error(str(error))
        return
    linked = desk.linked(record)
    _heading(desk, record)
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(key="said"):
        _said(record)
    with right:
        _named(linked)
        if record.kind is Kind.CASE:
            with st.container(key="similar"):
                _similar(desk.similar(record))
    _address(record, linked)


def link_to(record: Record | Hit, place: str) -> None:
    """Draw a record's title as a button that opens it; ``place`` tells equal buttons apart."""
    st.button(
        f"{record.title} `{record.id}`",
        key=f"{place}-{record.id}",
        type="tertiary",
        on_click=open_record,
        args=(record.id,),
    )


def _heading(desk: Assistant, record: Record) -> None:
    st.title(record.title)
    with st.container(horizontal=True, vertical_alignment="center"):
        urgency_badge(record.urgency)
        if record.status is not Status.PUBLISHED:
            st.badge(STATUS_LABELS[record.status], color="gray")
        for tag in record.meta.get("tags", []):
            st.badge(str(tag), color="blue")
    facts = [fact for fact in facts_of(record) if fact != record.urgency]
    st.caption(" · ".join(facts))
    if record.status is Status.RETIRED and (kept := desk.merged_into(record.id)):
        st.warning(f"本案例已停用，内容合并到 {kept}。")


def _said(record: Record) -> None:
    for heading, text in body_of(record).items():
        st.subheader(heading)
        if record.kind is Kind.WORDING:
            st.code(text, language=None, wrap_lines=True)
        else:
            paragraphs = html.escape(text).replace("\n", "<br>")
            st.html(f"<p>{paragraphs}</p>")


def _named(linked: Linked) -> None:
    if linked.contrasts:
        st.subheader("对照案例")
        for other, detail in linked.contrasts:
            with st.container(border=True):
                link_to(other, "contrast")
                st.markdown(f"**分辨**：{detail}")
    if linked.policies:
        st.subheader("适用条款")
        for policy in linked.policies:
            link_to(policy, "policy")
    if linked.wordings:
        st.subheader("标准口径")
        for wording in linked.wordings:
            with st.expander(f"{wording.title} · {wording.id}"):
                st.code(wording.meta["versions"][-1]["text"], language=None, wrap_lines=True)
                link_to(wording, "wording")


def _similar(hits: tuple[Hit, ...]) -> None:
    st.subheader("相似案例")
    if not hits:
        st.caption("没有相似的案例。")
    for hit in hits:
        link_to(hit, "similar")
        st.caption(f"{category_label(hit.category)} · 匹配度 {hit.score:.0%}")


def _address(record: Record, linked: Linked) -> None:
    with st.container(key="address"):
        st.divider()
        page = (st.context.url or "library").split("?")[0]
        st.caption("永久链接")
        st.code(f"{page}?id={record.id}", language=None)
        st.download_button(
            "下载打印版",
            printed(record, linked),
            file_name=f"{record.id}.html",
            mime="text/html",
            icon=":material/print:",
        )
