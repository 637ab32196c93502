"""案例库: shelves with facets, the map, thin places and near-duplicates.

What is chosen stands in the page's address, so that a shelf can be sent as a link and the
browser's back button works.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cases.categories import load_categories
from desk.assistant import Assistant
from desk.printing import body_of, facts_of
from desk.views import thinness
from desk.views.case import STATUS_LABELS, link_to, show_record, style
from desk.views.library_map import show_map
from desk.views.parts import URGENCY_COLOURS, assistant
from indexing.records import Filter, Kind, Record, Status
from indexing.store.facets import Order, Selection, Shelf

_KINDS = {Kind.CASE: "案例", Kind.POLICY: "制度", Kind.WORDING: "口径", Kind.TICKET: "工单"}
_FACETS = {
    "kind": "种类",
    "category": "分类",
    "urgency": "紧急程度",
    "cause": "原因（按用词归类）",
    "channel": "渠道",
    "tag": "标签",
    "year": "年份",
    "status": "状态",
}
_ORDERS = {
    "最新生效": Order.NEWEST,
    "紧急在前": Order.URGENCY,
    "按编号": Order.ID,
    "按标题": Order.TITLE,
}
_WORDS = "shelf-words"  # the search box
_SHOWN = 8  # values of a facet before “更多”
_NEAR = 5  # records of similar meaning shown under a page
_CSS = """
<style>
[class*=st-key-facet-] button {min-height: 0; padding: 1px 8px}
[class*=st-key-facet-] button p {font-size: .82rem}
[class*=st-key-facet-] {gap: .35rem}
.st-key-shelf button[kind=tertiary] p {font-weight: 600}
</style>
"""


def show() -> None:
    """Draw the page, or one record if the address names it."""
    desk = assistant()
    style()
    wanted = st.query_params.get("id")
    if wanted:
        show_record(wanted)
        return
    st.html(_CSS)
    st.title("案例库")
    views: dict[str, Callable[[Assistant], None]] = {
        "浏览": _browse,
        "地图": show_map,
        "薄弱处": thinness.show_thin,
        "近似重复": thinness.show_twins,
    }
    chosen = st.segmented_control(
        "看法", list(views), default="浏览", label_visibility="collapsed", key="view", required=True
    )
    views[chosen or "浏览"](desk)


def _browse(desk: Assistant) -> None:
    if _WORDS not in st.session_state:
        st.session_state[_WORDS] = st.query_params.get("q", "")
    facets, main = st.columns([1, 3], gap="medium")
    with main:
        words, order = st.columns([4, 1])
        said = words.text_input(
            "查找",
            key=_WORDS,
            placeholder="标题、编号或标签，边输边查；也按意思找相近的",
            label_visibility="collapsed",
            icon=":material/search:",
            live=True,
        )
        sorting = order.selectbox(
            "排序", list(_ORDERS), label_visibility="collapsed", key="order", persist_state="page"
        )
        _remember("q", [said.strip()] if said and said.strip() else [])
        page = int(st.session_state.get(_page_key(), 1))
        selection = Selection(said or "", _chosen(), order=_ORDERS[sorting], page=page)
        shelf = desk.browse(selection)
        _shelf(desk, selection, shelf)
    with facets:
        for facet in _FACETS:
            _facet(facet, shelf.counts[facet], selection.of(facet))


def _chosen() -> dict[str, tuple[str, ...]]:
    """Return what the address chooses; without any word of it, published cases."""
    found = {facet: tuple(st.query_params.get_all(facet)) for facet in _FACETS}
    if not any(found.values()) and "all" not in st.query_params:
        found |= {"kind": (Kind.CASE.value,), "status": (Status.PUBLISHED.value,)}
    return found


def _toggle(facet: str, value: str) -> None:
    chosen = _chosen()
    values = [one for one in chosen[facet] if one != value]
    if len(values) == len(chosen[facet]):
        values.append(value)
    chosen[facet] = tuple(values)
    for name, some in chosen.items():
        _remember(name, list(some))
    _remember("all", [] if any(chosen.values()) else ["1"])


def _remember(name: str, values: list[str]) -> None:
    if values:
        st.query_params[name] = values
    elif name in st.query_params:
        del st.query_params[name]


def _page_key() -> str:
    """Return the pager's key: another selection begins at its first page."""
    return f"page-{sorted(_chosen().items())}-{st.query_params.get('q', '')}"


def _facet(facet: str, counts: dict[str, int], chosen: tuple[str, ...]) -> None:
    values = [*chosen, *(value for value in counts if value and value not in chosen)]
    if not values:
        return
    st.caption(_FACETS[facet])
    with st.container(key=f"facet-{facet}", horizontal=True):
        for value in values[:_SHOWN]:
            _chip(facet, value, counts.get(value, 0), value in chosen)
    if values[_SHOWN:]:
        with (
            st.expander(f"更多（{len(values) - _SHOWN}）"),
            st.container(key=f"facet-{facet}-more", horizontal=True),
        ):
            for value in values[_SHOWN:]:
                _chip(facet, value, counts[value], chosen=False)


def _chip(facet: str, value: str, many: int, chosen: bool) -> None:
    st.button(
        f"{_label(facet, value)} {many}",
        key=f"{facet}={value}",
        type="primary" if chosen else "secondary",
        on_click=_toggle,
        args=(facet, value),
    )


def _label(facet: str, value: str) -> str:
    match facet:
        case "kind":
            return _KINDS[Kind(value)]
        case "status":
            return STATUS_LABELS[Status(value)]
        case "category":
            return value.partition("/")[2] or load_categories().label(value)
        case _:
            return value


def _shelf(desk: Assistant, selection: Selection, shelf: Shelf) -> None:
    st.caption(f"共 {shelf.total} 条")
    if not shelf.records:
        st.info("没有符合条件的记录。去掉左边的一个条件，或换个词再查。")
    with st.container(key="shelf"):
        for record in shelf.records:
            _row(record)
    pages = -(-shelf.total // selection.page_size)
    if pages > 1:
        st.pagination(pages, key=_page_key())
    if selection.words.strip() and selection.page == 1:
        _near(desk, selection, {record.id for record in shelf.records})


def _row(record: Record) -> None:
    with st.container(border=True, gap="xxsmall"):
        link_to(record, "shelf")
        colour = URGENCY_COLOURS.get(record.urgency or "", "gray")
        urgency = f":{colour}-badge[{record.urgency}] " if record.urgency else ""
        facts = [fact for fact in facts_of(record)[1:] if fact != record.urgency]
        st.caption(urgency + " · ".join(facts))
        if record.kind is Kind.CASE:
            said = next(iter(body_of(record).values()), "")
            st.caption(said[:90] + ("…" if len(said) > 90 else ""))


def _near(desk: Assistant, selection: Selection, shown: set[str]) -> None:
    where = Filter(
        kinds=tuple(Kind(kind) for kind in selection.of("kind")),
        statuses=tuple(Status(status) for status in selection.of("status")),
        categories=selection.of("category"),
        urgencies=selection.of("urgency"),
    )
    longest = desk.settings.max_query_chars
    hits = desk.search(selection.words[:longest], where, limit=_NEAR + len(shown)).fitting
    others = [hit for hit in hits if hit.id not in shown][:_NEAR]
    if others:
        st.subheader("意思相近")
    for hit in others:
        link_to(hit, "near")
        st.caption(hit.passage[:90])
