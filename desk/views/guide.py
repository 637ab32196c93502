"""预处理清单: what to ask and check, one question at a time, and by when it has to be done."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from cases.checklist import AnswerError, Value, Walk, for_category
from cases.checklist_tree import Checklist, Kind, Node
from cases.deadlines import ZONE, State, deadlines, time_left
from desk.views.parts import assistant

_COLOURS = {State.AMPLE: "green", State.NEAR: "orange", State.OVER: "red"}
_REGIONS = {"city": "城镇", "country": "农村"}


def show_deadlines(urgency: str, category: str | None) -> None:
    """Draw what is due by when, the clause in the tooltip; counted from now."""
    region = st.segmented_control(
        "地区", list(_REGIONS), format_func=_REGIONS.__getitem__, key="region"
    )
    now = datetime.now(ZONE)
    for item in deadlines(now, urgency=urgency, category=category, region=region):
        state = time_left(item, now).state
        mark = "" if item.rule.verified else "（未核实）"
        due = "立即" if item.due == now else f"{item.due:%m月%d日 %H:%M}前"
        st.markdown(
            f":{_COLOURS[state]}[●] **{due}** {item.rule.label}{mark}",
            help=f"{item.rule.clause}。依据：{item.rule.source}（{item.rule.policy}）",
        )


def show_guide(category: str, complaint: str) -> None:
    """Draw the checklists that serve ``category``; the answers can go into the search."""
    trees = for_category(category)
    if not trees:
        return
    with st.expander("预处理清单：一步步问、一步步查", expanded=False):
        tree = trees[0]
        if len(trees) > 1:
            tree = st.selectbox("清单", trees, format_func=lambda tree: tree.title)
        walk = _walk(tree)
        for given in walk.given:
            shown = "＊＊＊" if given.node.private else given.value
            st.caption(f"✔ {given.node.name}：{shown}")
        if walk.question is not None:
            _ask(walk, walk.question)
        else:
            _outcome(walk)
        if walk.given:
            _after(walk, complaint)


def filled_fields(category: str) -> dict[str, str]:
    """Return the work-order fields that the checklists of ``category`` have filled so far."""
    filled: dict[str, str] = {}
    for tree in for_category(category):
        filled |= _walk(tree).fields()
    return filled


def _walk(tree: Checklist) -> Walk:
    walk: Walk = st.session_state.get(f"walk-{tree.id}", Walk(tree))
    return walk


def _keep(walk: Walk) -> None:
    st.session_state[f"walk-{walk.checklist.id}"] = walk
    st.rerun()


def _ask(walk: Walk, node: Node) -> None:
    key = f"{walk.checklist.id}-{node.id}"
    with st.form(key, border=False):
        value = _field(node, f"{key}-value")
        if st.form_submit_button("下一步") and value is not None:
            try:
                step = walk.answer(value)
            except AnswerError as error:
                st.error(str(error))
                return
            _keep(step)


def _field(node: Node, key: str) -> Value | None:
    if node.kind is Kind.CHOICE:
        labels = [answer.label for answer in node.answers]
        return st.radio(node.ask, labels, key=key, help=node.hint or None, index=None)
    if node.kind is Kind.MULTI:
        return st.multiselect(node.ask, node.options, key=key, placeholder=node.hint or "可多选")
    if node.kind is Kind.NUMBER:
        label = f"{node.ask}（{node.unit}）" if node.unit else node.ask
        return st.number_input(label, key=key, help=node.hint or None, value=None)
    return st.text_input(node.ask, key=key, placeholder=node.hint)


def _outcome(walk: Walk) -> None:
    outcome = walk.outcome
    if outcome is None:
        return
    st.success(f"**{outcome.report}**　{outcome.advice}")
    parts = [
        ("工具", outcome.tool),
        ("口径", outcome.wording),
        ("制度", outcome.policy),
        ("转派", outcome.dispatch),
    ]
    st.caption("　".join(f"{name}：{value}" for name, value in parts if value))


def _after(walk: Walk, complaint: str) -> None:
    back, again = st.columns(2)
    if back.button("退回一步", key=f"back-{walk.checklist.id}"):
        _keep(walk.back())
    if again.button("带着这些情况再查", key=f"again-{walk.checklist.id}", type="primary"):
        said = assistant().mask(walk.summary()).text
        st.query_params["q"] = f"{complaint}\n{said}"
        st.rerun()
    lines = "\n".join(walk.fields().values())
    st.caption("工单内容（已脱敏）")
    st.code(assistant().mask(lines).text, language=None, wrap_lines=True)
