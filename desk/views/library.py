"""案例库: browse cases, policies and wording by kind, category and words."""

from __future__ import annotations

import streamlit as st

from cases.categories import load_categories
from desk.views.parts import assistant, category_label
from indexing.errors import TousuError
from indexing.records import Filter, Kind, Record, Status

_KINDS = {"案例": Kind.CASE, "制度": Kind.POLICY, "口径": Kind.WORDING}
_STATUSES = {"已发布": Status.PUBLISHED, "草稿": Status.DRAFT, "已停用": Status.RETIRED}
_PAGE = 20


def show() -> None:
    """Draw the page, or one record if the address names it."""
    desk = assistant()
    wanted = st.query_params.get("id")
    if wanted:
        _record_page(wanted)
        return
    st.title("案例库")
    kind, status, category = st.columns([1, 1, 2])
    chosen_kind = _KINDS[kind.segmented_control("种类", list(_KINDS), default="案例") or "案例"]
    chosen_status = _STATUSES[status.selectbox("状态", list(_STATUSES))]
    classes = load_categories().classes
    chosen = category.multiselect(
        "分类", list(classes), format_func=lambda c: classes[c], placeholder="全部"
    )
    words = st.text_input("标题或编号含", placeholder="如 呼叫转移")
    where = Filter((chosen_kind,), (chosen_status,), tuple(chosen))
    found = [r for r in desk.records(where) if words in r.title or words.upper() in r.id]
    st.caption(f"共 {len(found)} 条")
    if not found:
        st.info("没有符合条件的记录。")
    pages = max((len(found) + _PAGE - 1) // _PAGE, 1)
    page = st.number_input("页", 1, pages) if pages > 1 else 1
    for record in found[(int(page) - 1) * _PAGE : int(page) * _PAGE]:
        _row(record)


def _row(record: Record) -> None:
    name, category, link = st.columns([5, 3, 1])
    name.markdown(f"**{record.title}** `{record.id}`")
    category.caption(" · ".join(x for x in (category_label(record.category), record.urgency) if x))
    if link.button("打开", key=f"open-{record.id}"):
        st.query_params["id"] = record.id
        st.rerun()


def _record_page(record_id: str) -> None:
    if st.button("← 返回案例库"):
        del st.query_params["id"]
        st.rerun()
    try:
        record = assistant().record(record_id)
    except TousuError as error:
        st.error(str(error))
        return
    st.title(record.title)
    days = f"{record.valid_from or '…'} 至 {record.valid_until or '今'}"
    parts = [
        record.id,
        category_label(record.category),
        record.urgency,
        record.status.value,
        days,
        record.source,
    ]
    st.caption(" · ".join(part for part in parts if part))
    if record.kind is Kind.WORDING:
        for version in record.meta["versions"]:
            st.markdown(f"##### 版本 {version['version']}（{version['valid_from']} 起）")
            st.code(version["text"], language=None, wrap_lines=True)
        return
    for piece in record.passages:
        if piece.heading:
            st.caption(" › ".join(piece.heading))
        st.write(piece.text)
