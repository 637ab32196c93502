"""A document before it is stored: outline, passages beside the original, masks, corrections."""

from __future__ import annotations

import html
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from cases.categories import load_categories
from desk.drafting import Draft
from desk.views.parts import assistant, category_label, marked_kinds
from desk.views.revisions import show_revision
from indexing.errors import TousuError
from indexing.masking import KIND_NAMES
from indexing.records import ASKED, Kind

PAGE = 15  # passages a page
_STYLE = """
<style>
.source {line-height: 1.8; border: 1px solid #ddd; border-radius: 6px; padding: .5rem .8rem}
.source div {padding: 2px 6px; margin: 2px 0; border-left: 3px solid #b9cbe8}
.source div:nth-child(even) {border-left-color: #e8cfa6}
.source b {color: #667; font-weight: 500; font-size: .8rem; margin-right: .4rem}
.source mark {background: #ffd9d4}
.source i {color: #889; font-style: normal}
</style>
"""


def show_draft(name: str, content: bytes, kind: Kind) -> None:
    """Draw a file as it would be stored, with what can be corrected, and store it when told."""
    kept = tuple(st.session_state.get(f"kept-{name}", ()))
    try:
        draft = _read(name, content, kind, kept)
    except TousuError as error:
        st.error(str(error))
        return
    st.html(_STYLE)
    draft = _head(draft)
    _against_stored(draft)
    _masks(draft, name)
    _passages(draft, name)
    _actions(draft, name)


def _read(name: str, content: bytes, kind: Kind, kept: tuple[str, ...]) -> Draft:
    """Read the file once; corrections of its passages stay until it is read anew."""
    key = (name, hash(content), kind, kept)
    if st.session_state.get("draft-key") != key:
        with tempfile.TemporaryDirectory() as folder, st.spinner("正在读取…"):
            path = Path(folder) / Path(name).name
            path.write_bytes(content)
            st.session_state["draft"] = assistant().librarian.draft(path, path.name, kind, kept)
        st.session_state["draft-key"] = key
    found: Draft = st.session_state["draft"]
    return found


def _change(change: Callable[..., Draft], *arguments: Any) -> None:
    st.session_state["draft"] = change(*arguments)


def _head(draft: Draft) -> Draft:
    record = draft.record
    for note in draft.notes:
        st.caption(note)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input("标题", record.title, disabled=not draft.is_correctable)
        names: list[str | None] = [None, *load_categories().all]
        category = st.selectbox(
            "分类",
            names,
            index=names.index(record.category),
            format_func=category_label,
            disabled=not draft.is_correctable,
        )
        st.text_input("编号", record.id, disabled=True)
    if not draft.is_correctable:
        st.caption("标题和分类写在文件里，要改请改文件。")
    try:
        draft = draft.corrected(title, category, load_categories())
    except TousuError as error:
        st.error(str(error))
        return draft
    st.session_state["draft"] = draft
    return draft


def _against_stored(draft: Draft) -> None:
    librarian = assistant().librarian
    before = librarian.current(draft.record.id)
    if before is None:
        return
    revision = librarian.revision(before, draft.record)
    if not revision.changes:
        st.info("库里已有同一份资料，正文没有变化。")
        return
    with st.expander(f"库里已有旧版，{len(revision.changes)} 处条款不同", expanded=True):
        show_revision(revision)


def _masks(draft: Draft, name: str) -> None:
    found = Counter(
        (draft.original[span.start : span.end], KIND_NAMES.get(span.kind, span.kind))
        for span in draft.masks
    )
    kept = st.session_state.get(f"kept-{name}", [])
    if not found and not kept:
        st.caption("没有发现要遮盖的个人信息。")
        return
    texts = {text: f"{text}（{kind}，{count} 处）" for (text, kind), count in found.items()}
    with st.expander(f"遮盖 {len(found)} 项个人信息", expanded=bool(kept)):
        st.multiselect(
            "误判的请选出来，保持原样",
            [*kept, *(text for text in texts if text not in kept)],
            default=kept,
            format_func=lambda text: texts.get(text, f"{text}（不遮盖）"),
            key=f"choose-{name}",
            on_change=lambda: st.session_state.update(
                {f"kept-{name}": st.session_state[f"choose-{name}"]}
            ),
            placeholder="全部遮盖",
        )
        st.dataframe(
            [{"内容": text, "种类": kind, "处数": count} for (text, kind), count in found.items()],
            hide_index=True,
        )


def _passages(draft: Draft, name: str) -> None:
    passages = draft.record.passages
    st.subheader(f"{len(passages)} 个文本块")
    if draft.outline:
        with st.expander(f"提纲（{len(draft.outline)}）"):
            st.text("\n".join("　" * (len(h) - 1) + h[-1] for h in draft.outline))
    pages = -(-len(passages) // PAGE)
    page = 0
    if pages > 1:
        page = st.number_input("页", 1, pages, key="draft-shown") - 1
    shown = range(page * PAGE, min((page + 1) * PAGE, len(passages)))
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption("原文（红色的字会被遮盖，竖线标出文本块）")
        st.html(f"<div class='source'>{''.join(_source(draft, n) for n in shown)}</div>")
    with right:
        st.caption("入库的文本块")
        for number in shown:
            _passage(draft, number, name)


def _source(draft: Draft, number: int) -> str:
    passage = draft.record.passages[number]
    if not draft.original:
        return f"<div><b>{number + 1}</b>{html.escape(passage.text)}</div>"
    spans = [
        (max(s.start, passage.start) - passage.start, s.end - passage.start, s.kind)
        for s in draft.masks
        if s.start < passage.end and s.end > passage.start
    ]
    said = marked_kinds(draft.original[passage.start : passage.end], spans)
    span = f"<i>{passage.source_start}–{passage.source_end}</i>"
    return f"<div><b>{number + 1}</b>{said} {span}</div>"


def _passage(draft: Draft, number: int, name: str) -> None:
    passage = draft.record.passages[number]
    key = f"{name}-{number}"
    with st.container(border=True):
        heading = " › ".join(passage.heading)
        st.caption(f"{number + 1}　{heading}　{len(passage.text)} 字")
        st.html(html.escape(passage.text).replace("\n", "<br>"))
        if draft.record.kind is Kind.WORDING or passage.part == ASKED:
            return
        with st.container(horizontal=True):
            if number + 1 < len(draft.record.passages):
                st.button(
                    "与下一块合并",
                    key=f"join-{key}",
                    on_click=_change,
                    args=(draft.joined, number),
                )
            cuts = draft.cuts(number)
            if cuts:
                _parting(draft, number, cuts, key)


def _parting(draft: Draft, number: int, cuts: list[int], key: str) -> None:
    with st.popover("拆开"):
        at = st.radio(
            "从哪一句开始另成一块",
            cuts,
            format_func=lambda cut: f"{draft.record.text[cut : cut + 24].splitlines()[0]}…",
            key=f"cut-{key}",
        )
        st.button("拆开", key=f"part-{key}", on_click=_change, args=(draft.parted, number, at))


def _actions(draft: Draft, name: str) -> None:
    with st.container(horizontal=True):
        publish = st.button("发布", type="primary", key=f"publish-{name}")
        keep = st.button("存为草稿", key=f"draft-{name}")
    if not publish and not keep:
        return
    try:
        stored = assistant().librarian.store(draft, publish=publish)
    except TousuError as error:
        st.error(str(error))
        return
    said = "已发布，马上可以查到。" if publish else "已存为草稿，发布后才参加查找。"
    st.success(f"{draft.record.id}：{said if stored else '库里已有完全相同的内容。'}")
