"""What several pages share: the assistant itself, and how a passage looks."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

import streamlit as st

from cases.categories import load_categories
from desk.assistant import Assistant
from desk.settings import load_settings
from indexing.errors import StaleIndexError, TousuError
from indexing.records import Filter, Hit, Kind

URGENCY_COLOURS = {"特急": "red", "紧急": "orange", "一般": "green"}


_CSS = """
<style>
.block-container {padding-top: 2.5rem; padding-bottom: 2rem}
h1 {font-size: 1.6rem !important; padding: 0.2rem 0 !important}
h3 {font-size: 1.1rem !important; padding: 0.4rem 0 0.2rem !important}
mark {background: #ffe58f; padding: 0 1px}
.reply {line-height: 1.9; padding: .6rem .8rem; border: 1px solid #ddd; border-radius: 6px}
.reply mark.said {background: #d3f0d0}
.reply mark.missing, .reply mark.invalid {background: #ffd9a8}
.reply mark.contradicted, .reply mark.forbidden {background: #ffc7c2}
.reply mark.focus {background: #8fd48a; outline: 2px solid #2a7d2a}
table.align {width: 100%; border-collapse: collapse}
table.align td, table.align th {border: 1px solid #ddd; padding: 4px 8px; text-align: left}
table.align td {vertical-align: top; width: 33%}
table.align del {color: #b00020}
table.align ins {color: #12701a}
</style>
"""


def compact() -> None:
    """Draw the page with less air: an agent reads it while a customer waits."""
    st.html(_CSS)


@st.cache_resource(show_spinner=False)
def _cached_assistant() -> dict[str, Assistant]:
    return {}


def assistant() -> Assistant:
    """Return the assistant, opening it once with its progress shown; stops the page on error."""
    cache = _cached_assistant()
    if "assistant" not in cache:
        try:
            cache["assistant"] = _opened(reembed=False)
        except StaleIndexError as error:
            st.warning(str(error))
            if not st.button("现在重建", type="primary"):
                st.stop()
            cache["assistant"] = _opened(reembed=True)
            st.rerun()
        except TousuError as error:
            st.error(str(error))
            st.stop()
    return cache["assistant"]


def _opened(*, reembed: bool) -> Assistant:
    with progress_bar("正在准备…") as progress:
        opened = Assistant.open(load_settings(), progress, reembed=reembed)
        if reembed or opened.counts()["passages"] == 0:
            opened.build(progress)
        return opened


@contextmanager
def progress_bar(text: str) -> Iterator[Callable[[str, float], None]]:
    """Draw a progress bar while the block runs, and yield what moves it."""
    bar = st.progress(0.0, text)

    def move(said: str, share: float) -> None:
        bar.progress(min(max(share, 0.0), 1.0), said)

    try:
        yield move
    finally:
        bar.empty()


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return ``text`` as HTML with ``spans`` marked.

    >>> marked("a<b", [(0, 1)])
    '<mark>a</mark>&lt;b'
    """
    pieces = []
    position = 0
    for start, end in spans:
        pieces.append(html.escape(text[position:start]))
        pieces.append(f"<mark>{html.escape(text[start:end])}</mark>")
        position = end
    pieces.append(html.escape(text[position:]))
    return "".join(pieces).replace("\n", "<br>")


def marked_kinds(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """Return ``text`` as HTML, each span marked with its class; where spans overlap, the last wins.

    >>> marked_kinds("尽快修好", [(0, 2, "forbidden")])
    "<mark class='forbidden'>尽快</mark>修好"
    """
    kinds = [""] * len(text)
    for start, end, kind in spans:
        kinds[start:end] = [kind] * (end - start)
    pieces = []
    for kind, group in groupby(range(len(text)), key=kinds.__getitem__):
        said = html.escape("".join(text[i] for i in group)).replace("\n", "<br>")
        pieces.append(f"<mark class='{kind}'>{said}</mark>" if kind else said)
    return "".join(pieces)


def passage(hit: Hit) -> None:
    """Draw a hit's passage with its heading and marked words."""
    if hit.heading:
        st.caption(" › ".join(hit.heading))
    st.html(f"<div style='line-height:1.75'>{marked(hit.passage, hit.highlights)}</div>")


def category_label(category: str | None) -> str:
    """Return how a category is shown."""
    return "未分类" if category is None else load_categories().label(category)


def wording_titles() -> dict[str, str]:
    """Return the titles of all wordings by id."""
    wordings = assistant().records(Filter(kinds=(Kind.WORDING,)))
    return {record.id: record.title for record in wordings}


def urgency_badge(urgency: str | None) -> None:
    """Draw an urgency grade in its colour."""
    if urgency:
        st.badge(urgency, color=URGENCY_COLOURS.get(urgency, "gray"))  # type: ignore[arg-type]
