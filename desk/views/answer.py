"""接诉台: describe a complaint, get cases, clauses and the wording to answer with."""

from __future__ import annotations

import streamlit as st

from cases.categories import load_categories
from desk.answering import Answer, WordingHit
from desk.views.guide import filled_fields, show_deadlines, show_guide
from desk.views.parts import assistant, category_label, passage, urgency_badge
from desk.views.tickets import opening_form
from indexing.errors import TousuError
from indexing.records import Hit
from kb.slots import fill, preview, problem
from kb.wording import Slot

_TEXT = "complaint-text"
_LINK = "complaint-link"  # what the page's address said last
_EXAMPLES = (
    "家里打电话断断续续，换了手机和卡也一样",
    "没办过这个业务，却每月扣我保底消费",
    "自称客服让我报验证码，说积分要清零",
)


def show() -> None:
    """Draw the page."""
    desk = assistant()
    st.title("接诉台")
    _take_over_link()
    with st.form("complaint", border=False):
        text = st.text_area(
            "投诉描述",
            key=_TEXT,
            height=110,
            placeholder="客户怎么说就怎么写，例如：" + _EXAMPLES[0],
        )
        asked = st.form_submit_button(
            "查找相似案例和口径", type="primary", icon=":material/search:", help="Ctrl+Enter"
        )
    if asked:
        st.query_params["q"] = st.session_state[_LINK] = text.strip()
    if not asked and not text.strip():
        st.info("写下客户的投诉，按 Ctrl+Enter。试试：" + "；".join(_EXAMPLES))
        return
    try:
        answer = desk.answer(text)
    except TousuError as error:
        st.error(str(error))
        return
    if asked:
        best = max((hit.score for hit in answer.cases), default=0.0)
        desk.watching.note_question(text, best)
    _triage(answer, text.strip())
    if answer.triage.category is not None:
        show_guide(answer.triage.category, text.strip())
    with st.expander("开工单", icon=":material/assignment_add:"):
        opening_form("answer", _known(answer, text.strip()))
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _cases(answer)
    with right:
        _wordings(answer)
        _policies(answer)
    st.caption(f"索引第 {answer.generation} 代 · 本页网址可以收藏或发给同事，打开即重现这次查询")


def _take_over_link() -> None:
    """Put the link's complaint into the field when the link is new.

    Not as the field's default: a default that follows the link makes a new field of it, and what
    was typed meanwhile is lost.
    """
    wanted = st.query_params.get("q", "")
    if _TEXT not in st.session_state or st.session_state.get(_LINK) != wanted:
        st.session_state[_TEXT] = st.session_state[_LINK] = wanted


def _known(answer: Answer, text: str) -> dict[str, str]:
    """Return the fields of a work order that complaint, triage and checklist fill."""
    category = answer.triage.category
    filled = filled_fields(category) if category is not None else {}
    said = "\n".join([text, *([filled.pop("description")] if "description" in filled else [])])
    return filled | {
        "description": said,
        "category": category or "",
        "urgency": answer.triage.urgency,
    }


def _triage(answer: Answer, text: str) -> None:
    triage = answer.triage
    with st.container(border=True):
        kind, urgency, ask = st.columns([2, 3, 4])
        with kind:
            st.caption("分类")
            label = load_categories().label
            if triage.category is None:
                st.write("无法判断")
            elif triage.sure:
                st.write(f"**{label(triage.category)}**")
            else:
                both = [c for c in (triage.category, triage.runner_up) if c]
                st.write("不确定，可能是 " + " 或 ".join(label(c) for c in both))
            with st.popover("分类不对？"):
                _correct(text, triage.category)
        with urgency:
            st.caption("紧急程度与时限")
            urgency_badge(triage.urgency)
            due = f"{triage.due_hours} 小时内处理" if triage.due_hours else "立即处理并上报"
            st.write(f"**{due}**")
            for reason in triage.reasons:
                st.write(f"- {reason}")
            with st.popover("各项时限"):
                show_deadlines(triage.urgency, triage.category)
        with ask:
            st.caption("先问、先查")
            st.write(" · ".join(triage.ask))


def _correct(text: str, category: str | None) -> None:
    names = [name for name in load_categories().all if name != category]
    right = st.selectbox(
        "正确的分类", names, index=None, format_func=category_label, placeholder="请选择"
    )
    if st.button("改正", disabled=right is None) and right is not None:
        try:
            assistant().correct_category(text, right)
        except TousuError as error:
            st.error(str(error))
            return
        st.rerun()


def _cases(answer: Answer) -> None:
    st.subheader("相似案例")
    if answer.no_match:
        st.warning("没有合适的案例。请按左上的询问项补充现象、位置、时间后再查，或转专家处理。")
    if answer.nearest:
        with st.expander("看看最接近的案例（不一定合适）"):
            for hit in answer.nearest:
                _case(hit)
    for hit in answer.cases:
        _case(hit)


def _case(hit: Hit) -> None:
    with st.container(border=True):
        _title(hit)
        passage(hit)
        with st.expander("看全文"):
            record = assistant().record(hit.id)
            st.markdown(_body(record.text))


def _title(hit: Hit) -> None:
    name, badge = st.columns([5, 1])
    name.markdown(f"**{hit.title}** `{hit.id}`")
    with badge:
        urgency_badge(hit.urgency)
    parts = [category_label(hit.category), f"匹配度 {hit.score:.0%}"]
    st.caption(" · ".join(parts))


def _body(text: str) -> str:
    """Return the text behind the front matter, headings made small."""
    body = text.split("\n---", 1)[-1].lstrip("-\r\n") if text.startswith("---") else text
    return body.replace("\n## ", "\n##### ").replace("## ", "##### ", 1)


def _policies(answer: Answer) -> None:
    st.subheader("适用条款")
    if not answer.policies:
        st.caption("没有找到相关条款。")
    for hit in answer.policies[:3]:
        with st.container(border=True):
            st.markdown(f"**{hit.title}** `{hit.id}`")
            passage(hit)


def _wordings(answer: Answer) -> None:
    st.subheader("标准口径")
    if not answer.wording:
        st.caption("没有找到可用的口径。")
    for number, item in enumerate(answer.wording):
        with st.expander(f"{item.hit.title} · {item.hit.id}", expanded=number == 0):
            _wording_form(item)


def _wording_form(item: WordingHit) -> None:
    values = {name: _blank(item, name, slot) for name, slot in item.slots.items()}
    wrong = [p for name, slot in item.slots.items() if (p := _said(slot, values[name]))]
    for sentence in wrong:
        st.error(sentence)
    st.code(preview(item.text, item.slots, values), language=None, wrap_lines=True)
    missing = [
        slot.label
        for name, slot in item.slots.items()
        if slot.required and not values[name].strip()
    ]
    if missing:
        st.caption("还要填：" + "、".join(missing))
    if not missing and not wrong:
        st.download_button(
            "下载回复",
            fill(item.text, item.slots, values),
            file_name=f"{item.hit.id}.txt",
            key=f"download-{item.hit.id}",
            icon=":material/download:",
        )


def _blank(item: WordingHit, name: str, slot: Slot) -> str:
    label = slot.label + ("" if slot.required else "(可不填)")
    hint = {"date": "如 12月3日", "datetime": "如 12月3日18:00", "phone": "如 10086"}
    return st.text_input(label, key=f"{item.hit.id}.{name}", placeholder=hint.get(slot.kind, ""))


def _said(slot: Slot, value: str) -> str | None:
    return problem(slot, value) if value.strip() else None
