"""What changed between versions, what leans on a record, publishing and rolling back."""

from __future__ import annotations

import difflib
import html
from datetime import datetime

import streamlit as st

from desk.drafting import Change
from desk.librarian import Leaning, Revision
from desk.views.parts import assistant, category_label
from indexing.errors import TousuError
from indexing.records import Record, Status
from indexing.store.history import Version

ACTIONS = {"store": "写入", "delete": "删除", "published": "发布", "draft": "退回草稿"}
ACTIONS |= {"retired": "停用"}
_SHOWN = 30  # changed clauses


def show_revision(revision: Revision) -> None:
    """Draw the changed clauses, old words struck out and new ones marked, and what leans on it."""
    rows = "".join(_row(change) for change in revision.changes[:_SHOWN])
    st.html(f"<table class='align'><tr><th>条款</th><th>改动</th></tr>{rows}</table>")
    if len(revision.changes) > _SHOWN:
        st.caption(f"另有 {len(revision.changes) - _SHOWN} 处没有列出。")
    show_leaning(revision.leaning)


def show_leaning(leaning: Leaning) -> None:
    """Draw what leans on a record."""
    parts = [
        ("引用它的案例", [f"{name} {title}" for name, title in leaning.cases]),
        ("这些案例用的口径", [f"{name} {title}" for name, title in leaning.wordings]),
    ]
    for label, names in parts:
        if names:
            st.markdown(f"**{label}（{len(names)}）**　" + "、".join(names[:12]))
            if len(names) > 12:
                st.caption(f"另有 {len(names) - 12} 条。")
    if leaning.drills:
        st.markdown(f"**用它出过题的练习**　{leaning.drills} 次")
    if not leaning.cases and not leaning.wordings and not leaning.drills:
        st.caption("没有案例、口径或练习引用它。")


def diff_html(before: str, after: str) -> str:
    """Return ``after`` as HTML with what was struck out and put in.

    >>> diff_html("15日内", "10日内")
    '1<del>5</del><ins>0</ins>日内'
    """
    pieces = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        old, new = html.escape(before[a:b]), html.escape(after[c:d])
        if old == new:
            pieces.append(new)
            continue
        pieces += [f"<del>{old}</del>"] if old else []
        pieces += [f"<ins>{new}</ins>"] if new else []
    return "".join(pieces).replace("\n", "<br>")


def _row(change: Change) -> str:
    heading = html.escape(" › ".join(change.heading) or "正文")
    return f"<tr><td>{heading}</td><td>{diff_html(change.before, change.after)}</td></tr>"


def show_drafts() -> None:
    """Draw the records that wait, each with its buttons."""
    desk = assistant()
    drafts = desk.librarian.drafts()
    if not drafts:
        st.info("没有等待发布的草稿。")
        return
    for record in drafts:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{record.title}**　`{record.id}`　{category_label(record.category)}")
            for status, label in ((Status.PUBLISHED, "发布"), (Status.RETIRED, "停用")):
                key = f"{status}-{record.id}"
                st.button(label, key=key, on_click=_set, args=(record.id, status))


def _set(record_id: str, status: Status) -> None:
    assistant().set_status(record_id, status)


def show_history() -> None:
    """Draw one record's life: who did what, its versions, what leans on it."""
    desk = assistant()
    record_id = st.text_input("编号", placeholder="如 P-GEN-003", key="history-id").strip()
    if not record_id:
        st.caption("输入案例、制度或口径的编号，查看谁在何时改过，并可退回旧版。")
        return
    try:
        record = desk.record(record_id)
    except TousuError as error:
        st.error(str(error))
        return
    said = st.session_state.pop("history-said", None)
    if said:
        st.success(said)
    st.subheader(record.title)
    _statuses(record)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("**经过**")
        rows = [
            {"时间": _local(e.at), "谁": e.actor, "做了什么": ACTIONS.get(e.action, e.action)}
            for e in desk.librarian.events(record_id)
        ]
        st.dataframe(rows, hide_index=True)
        show_leaning(desk.librarian.leaning(record_id))
    with right:
        _versions(record)


def _statuses(record: Record) -> None:
    with st.container(horizontal=True):
        for status, label in ((Status.PUBLISHED, "发布"), (Status.RETIRED, "停用")):
            st.button(
                label,
                key=f"set-{status}",
                disabled=record.status is status,
                on_click=_set,
                args=(record.id, status),
            )
        with st.popover("删除"):
            st.write("记录连同文本块、向量和旧版本一起删除，不能恢复。")
            st.button("确定删除", on_click=_delete, args=(record.id,))


def _delete(record_id: str) -> None:
    assistant().delete([record_id])


def _versions(record: Record) -> None:
    librarian = assistant().librarian
    versions = librarian.versions(record.id)
    if not versions:
        st.caption("没有旧版本。")
        return
    chosen = st.selectbox(
        "与哪个旧版比较", versions, format_func=lambda v: f"{_local(v.at)}（第 {v.generation} 代）"
    )
    revision = librarian.revision(chosen.record, record)
    rows = "".join(_row(change) for change in revision.changes[:_SHOWN])
    st.html(f"<table class='align'><tr><th>条款</th><th>旧版到现在</th></tr>{rows}</table>")
    st.button("退回这个旧版", on_click=_roll_back, args=(record.id, chosen))


def _roll_back(record_id: str, version: Version) -> None:
    assistant().librarian.roll_back(record_id, version.generation)
    said = f"{record_id} 已退回 {_local(version.at)} 的内容；刚才的内容留作旧版。"
    st.session_state["history-said"] = said


def _local(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
