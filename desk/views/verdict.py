"""How the report on a reply is shown: the verdict, each point with its evidence, what to mend."""

from __future__ import annotations

import html
from datetime import date

import streamlit as st

from desk.views.parts import assistant, marked_kinds
from indexing.errors import TousuError
from kb.checking import Report, phrase_rule, point_rule, slot_rule
from kb.checking.alignment import Pair, align
from kb.checking.report import PointFinding
from kb.checking.weighing import READ
from kb.slots import preview

_SIGNS = {
    "said": ":green[:material/check_circle:] 已说",
    "missing": ":orange[:material/radio_button_unchecked:] 缺少",
    "contradicted": ":red[:material/cancel:] 说反了",
}
_ADVICE = {"deadline": "时限", "jargon": "用语", "privacy": "隐私", "rule": "提示"}


def show_report(report: Report, text: str, as_of: date, titles: dict[str, str], key: str) -> None:
    """Draw the report on the reply ``text``.

    ``titles`` are those of the wordings by id; ``key`` tells the report from others of the session.
    """
    _verdict(report, titles)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        _reply(text, report, key)
        _findings(text, report, key)
    with right:
        _points(text, report, key)
    _beside(text, report, as_of)


def _verdict(report: Report, titles: dict[str, str]) -> None:
    name = f"{report.wording} {titles.get(report.wording, '')} 第 {report.version} 版"
    if report.passed:
        st.success(f"**通过 · {report.score} 分**　对照 {name}")
    else:
        st.error(f"**不通过 · {report.score} 分**　对照 {name}")
    if report.better:
        st.warning(f"这条回复更像 {report.better} {titles.get(report.better, '')}，请确认口径。")


def forget_focus(key: str) -> None:
    """Look at no point's evidence any more: the reply is another one."""
    st.session_state.pop(_focus(key), None)


def _focus(key: str) -> str:
    """Return where the point whose evidence is looked at is kept."""
    return f"point-of-{key}"


def _reply(text: str, report: Report, key: str) -> None:
    st.subheader("回复")
    chosen = st.session_state.get(_focus(key))
    spans: list[tuple[int, int, str]] = [
        (*p.evidence, "focus" if p.id == chosen else p.status)
        for p in report.points
        if p.evidence is not None
    ]
    spans += [(*item.span, "forbidden") for item in report.forbidden]
    spans += [(*item.span, "advice") for item in report.advice]
    spans += [(*s.span, "invalid") for s in report.slots if s.span and s.status == "invalid"]
    st.html(f"<div class='reply'>{marked_kinds(text, spans)}</div>")
    st.caption("绿：已说的要点　红：禁用语或说反　黄：建议　橙：空位填得不对")


def _points(text: str, report: Report, key: str) -> None:
    st.subheader("要点")
    for point in report.points:
        must = "必说" if point.level == "must" else "宜说"
        with st.container(border=True, key=f"point-{point.id}"):
            head, jump, no = st.columns([5, 2, 2])
            head.markdown(f"{_SIGNS[point.status]}　**{point.label}**　:gray[{must}]")
            if point.evidence is not None and jump.button(
                "依据", key=f"see-{key}-{point.id}", help="在回复里标出这个要点的依据"
            ):
                st.session_state[_focus(key)] = point.id
                st.rerun()
            with no:
                _overrule(point_rule(report.wording, point.id), text, f"{key}-point-{point.id}")
            st.caption(_why(point, text))


def _why(point: PointFinding, text: str) -> str:
    measure = "把握" if point.rule == READ else "相似度"
    if point.evidence is None:
        most = "" if point.rule == READ else "最接近的"
        return f"{point.rule}（{most}{measure} {point.similarity:.2f}）"
    start, end = point.evidence
    near = "" if point.paraphrase is None else f"，对应说法“{point.paraphrase}”"
    return f"“{text[start:end]}” · {point.rule}，{measure} {point.similarity:.2f}{near}"


def _findings(text: str, report: Report, key: str) -> None:
    if report.forbidden:
        st.subheader("禁用语")
    for number, item in enumerate(report.forbidden):
        said, no = st.columns([7, 2])
        fatal = "（致命）" if item.fatal else ""
        start, end = item.span
        said.markdown(
            f":red[:material/cancel:] “{text[start:end]}” 属于“{item.phrase}”{fatal}，"
            f"{item.rule}。可以说：**{item.suggest}**"
        )
        with no:
            _overrule(phrase_rule(item.phrase), text, f"{key}-phrase-{number}")
    wrong = [slot for slot in report.slots if slot.problem]
    if wrong:
        st.subheader("空位")
    for slot in wrong:
        said, no = st.columns([7, 2])
        said.markdown(f":orange[:material/warning:] {slot.problem}")
        with no:
            _overrule(slot_rule(report.wording, slot.name), text, f"{key}-slot-{slot.name}")
    if report.advice:
        st.subheader("建议")
    for advice in report.advice:
        st.markdown(f":blue[:material/lightbulb:] **{_ADVICE[advice.kind]}** {advice.message}")


def _overrule(rule: str, text: str, key: str) -> None:
    with st.popover("异议", help="不同意这条判定"):
        reason = st.text_input("理由", key=f"why-{key}")
        if st.button("推翻这条判定", key=f"no-{key}"):
            try:
                assistant().overrule(rule, reason, text=text)
            except TousuError as error:
                st.error(str(error))
                return
            count = next(item.count for item in assistant().overruled() if item.rule == rule)
            st.success(f"已记录。“{rule}”累计被推翻 {count} 次。")


def _beside(text: str, report: Report, as_of: date) -> None:
    with st.expander("与口径逐句对照"):
        try:
            version = assistant().wording(report.wording).on(as_of)
        except TousuError as error:  # a kept verdict outlives its wording
            st.caption(str(error))
            return
        wanted = preview(version.text, version.slots, {})
        rows = "".join(_row(pair) for pair in align(wanted, text))
        st.html(
            f"<table class='align'><tr><th>口径</th><th>回复</th><th>差别</th></tr>{rows}</table>"
        )
        st.caption("差别一栏：删除线是口径里有而回复没有的字，下划线是回复多出的字。")


def _row(pair: Pair) -> str:
    tags = {"same": "{}", "wording": "<del>{}</del>", "reply": "<ins>{}</ins>"}
    parts = pair.parts if pair.wording and pair.reply else ()
    diff = "".join(tags[kind].format(html.escape(text)) for kind, text in parts)
    left = html.escape(pair.wording) if pair.wording else "<i>（口径没有这句）</i>"
    right = html.escape(pair.reply) if pair.reply else "<i>（没有对应的话）</i>"
    return f"<tr><td>{left}</td><td>{right}</td><td>{diff}</td></tr>"
