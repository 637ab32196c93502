"""练习: a paper from scope and seed, its marking with lessons, and what a trainee is weak in."""

from __future__ import annotations

import streamlit as st

from cases.categories import load_categories
from cases.drills import Given, Paper, Question, Result, Scope, Tally
from desk.drill_papers import key_docx, paper_docx, paper_html
from desk.views.parts import assistant, category_label
from indexing.errors import TousuError

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def show() -> None:
    """Draw the page."""
    st.title("练习")
    trainee = st.text_input("学员姓名或工号", key="trainee")
    _ask_for_paper()
    paper: Paper | None = st.session_state.get("paper")
    if paper is None:
        st.info("选好范围和种子，点“出卷”。同一范围、同一种子、同一批资料，卷子相同。")
    else:
        _sit(paper, trainee)
    if trainee.strip():
        _history(trainee)


def _ask_for_paper() -> None:
    desk = assistant()
    categories = load_categories()
    with st.form("drill", border=False):
        scope, grade = st.columns([3, 2])
        chosen = scope.multiselect(
            "分类", categories.all, format_func=categories.label, placeholder="全部"
        )
        urgencies = grade.multiselect("紧急程度", desk.grades(), placeholder="全部")
        seed, size, missed = st.columns([2, 2, 3], vertical_alignment="bottom")
        number = seed.number_input("种子", min_value=0, max_value=999_999, value=1)
        count = size.number_input("题数", min_value=1, max_value=50, value=10)
        focus = missed.checkbox("多出回复质检里常漏的要点")
        asked = st.form_submit_button("出卷", type="primary", icon=":material/quiz:")
    if not asked:
        return
    for name in ("paper", "drill_result"):
        st.session_state.pop(name, None)
    try:
        scope_of = Scope(tuple(chosen), tuple(urgencies))
        paper = desk.drill(scope_of, int(number), int(count), focus=focus)
    except TousuError as error:
        st.error(str(error))
        return
    st.session_state["paper"] = paper
    if len(paper.questions) < count:
        st.warning(f"所选范围只够出 {len(paper.questions)} 题。")


def _sit(paper: Paper, trainee: str) -> None:
    _downloads(paper)
    with st.form(f"sit-{paper.id}"):
        answers = {n: _question(paper, n, q) for n, q in enumerate(paper.questions, 1)}
        handed_in = st.form_submit_button("交卷", type="primary", icon=":material/task_alt:")
    if handed_in:
        try:
            result = assistant().mark_drill(paper, answers, trainee)
        except TousuError as error:
            st.error(str(error))
            return
        st.session_state["drill_result"] = result
    result_now: Result | None = st.session_state.get("drill_result")
    if result_now is not None:
        _result(result_now)


def _downloads(paper: Paper) -> None:
    name, sheet, key, page = st.columns([4, 2, 2, 2], vertical_alignment="center")
    name.caption(f"试卷编号 {paper.id} · 种子 {paper.seed} · 共 {len(paper.questions)} 题")
    sheet.download_button("下载试卷", paper_docx(paper), f"练习卷-{paper.id}.docx", _WORD)
    key.download_button("下载答案", key_docx(paper), f"练习卷答案-{paper.id}.docx", _WORD)
    page.download_button("打印版", paper_html(paper), f"练习卷-{paper.id}.html", "text/html")


def _question(paper: Paper, number: int, question: Question) -> Given:
    st.markdown(f"**第 {number} 题　{question.kind}**")
    st.text(question.stem)
    st.caption(question.ask)
    key = f"{paper.id}-{number}"
    if question.blanks:
        st.code(question.form, language=None, wrap_lines=True)
        return {b.name: st.text_input(b.slot.label, key=f"{key}-{b.name}") for b in question.blanks}
    said = st.radio(
        question.ask, question.options, index=None, key=key, label_visibility="collapsed"
    )
    return said or ""


def _result(result: Result) -> None:
    st.subheader(f"得分 {result.score:.0%}")
    for number, mark in enumerate(result.marks, 1):
        sign = "✓" if mark.points == 1 else "✗"
        title = f"{sign} 第 {number} 题　{mark.kind}　{mark.points:.0%}"
        with st.expander(title, expanded=mark.points < 1):
            st.text(f"你的答案：{mark.given or '没有作答'}\n正确答案：{mark.right}")
            for problem in mark.problems:
                st.warning(problem)
            st.text(f"启示：{mark.lesson}")
            st.caption(f"出处 {mark.source}")
    _weak("本卷薄弱分类", result.weak)


def _history(trainee: str) -> None:
    try:
        record = assistant().drill_results(trainee)
    except TousuError as error:
        st.error(str(error))
        return
    if not record.sittings:
        return
    mean = sum(sitting.score for sitting in record.sittings) / len(record.sittings)
    st.subheader("学员记录")
    st.write(
        f"做过 {len(record.sittings)} 份，平均 {mean:.0%}，最近 {record.sittings[-1].score:.0%}"
    )
    _weak("历次薄弱分类", record.weak)


def _weak(title: str, tallies: tuple[Tally, ...]) -> None:
    said = [f"{category_label(t.category)} {t.points:g}/{t.questions}" for t in tallies]
    st.write(f"**{title}**：" + ("、".join(said) if said else "没有"))
