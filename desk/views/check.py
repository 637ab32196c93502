"""回复质检: one reply beside its wording, point by point, with the evidence."""

from __future__ import annotations

from datetime import date

import streamlit as st

from desk.checking import Reply
from desk.views.parts import assistant, wording_titles
from desk.views.verdict import forget_focus, show_report
from indexing.errors import TousuError

_AUTO = "自动选最合适的"
_KEY = "reply"
_URGENCIES = ("不核对", "一般", "紧急", "特急")


def show() -> None:
    """Draw the page."""
    desk = assistant()
    st.title("回复质检")
    titles = wording_titles()
    with st.form("check", border=False):
        which, day, urgency = st.columns([4, 2, 2])
        wording = which.selectbox(
            "对照的口径",
            [_AUTO, *titles],
            format_func=lambda key: f"{key} {titles[key]}" if key in titles else key,
        )
        as_of = day.date_input("回复日期", desk.today())
        grade = urgency.selectbox("紧急程度（核对承诺时限）", _URGENCIES)
        text = st.text_area("回复内容", height=140, placeholder="把要检查的回复粘贴到这里")
        asked = st.form_submit_button("检查", type="primary", icon=":material/fact_check:")
    if asked:
        chosen = None if wording == _AUTO else wording
        limit = None if grade == _URGENCIES[0] else grade
        st.session_state["reply"] = Reply(text.strip(), _day(as_of, desk.today()), chosen, limit)
        forget_focus(_KEY)
    reply: Reply | None = st.session_state.get("reply")
    if reply is None:
        st.info("选好口径，粘贴回复，点“检查”。每个要点都会指出回复里的依据。")
        _overruled()
        return
    try:
        report = desk.check(reply)
    except TousuError as error:
        st.error(str(error))
        return
    show_report(report, reply.text, reply.as_of, titles, _KEY)
    _fits(reply, titles)
    _overruled()


def _day(value: object, otherwise: date) -> date:
    return value if isinstance(value, date) else otherwise


def _fits(reply: Reply, titles: dict[str, str]) -> None:
    with st.expander("哪条口径最合适"):
        for wording, fit in assistant().rank_wordings(reply.text, reply.as_of)[:5]:
            st.markdown(f"`{wording}` {titles.get(wording, '')}　契合度 {max(fit, 0):.0%}")


def _overruled() -> None:
    found = assistant().overruled()
    if not found:
        return
    with st.expander(f"被推翻过的判定（{len(found)}）"):
        st.dataframe(
            [
                {
                    "判定": item.rule,
                    "推翻次数": item.count,
                    "现在": "只作提示" if item.advises else "照常计入",
                    "最近的理由": item.reason,
                }
                for item in found
            ],
            hide_index=True,
        )
