"""批量质检: a sheet of replies in, a table with filters, charts and reports out."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from desk.batches import Batch, Checked, summarise
from desk.batches.records import ACTIONS
from desk.batches.report import report_docx, report_xlsx
from desk.batches.summary import Rate, sample
from desk.views.parts import assistant, progress_bar
from indexing.errors import TousuError

_VERDICTS = {True: "通过", False: "不通过", None: "未检查"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def show() -> None:
    """Draw the page."""
    st.title("批量质检")
    _upload()
    kept = assistant().batches()
    if not kept:
        st.info(
            "上传一张回复表（xlsx 或 csv），要有“回复内容”列；"
            "口径、日期、坐席、班组、分类可有可无。"
        )
        return
    batch = assistant().batch(st.selectbox("批次", kept, key="batch") or kept[0])
    rows = _filtered(batch)
    _charts(batch, rows)
    _table(batch, rows)
    _second_reading(batch, rows)
    _downloads(batch)


def _upload() -> None:
    with st.form("upload", border=False, clear_on_submit=True):
        file = st.file_uploader("回复表", type=["xlsx", "xls", "csv"])
        asked = st.form_submit_button("开始检查", type="primary")
    if not asked or file is None:
        return
    name = Path(file.name).name
    with tempfile.TemporaryDirectory() as folder, progress_bar("正在读取…") as progress:
        path = Path(folder) / name
        path.write_bytes(file.getvalue())
        try:
            batch = assistant().check_batch(path, name, progress)
        except TousuError as error:
            st.error(str(error))
            return
    st.session_state["batch"] = batch.id


def _filtered(batch: Batch) -> list[Checked]:
    columns = st.columns(5)
    wanted = {
        "agent": columns[0].multiselect("坐席", _values(batch, "agent"), placeholder="全部"),
        "team": columns[1].multiselect("班组", _values(batch, "team"), placeholder="全部"),
        "category": columns[2].multiselect("分类", _values(batch, "category"), placeholder="全部"),
        "wording": columns[3].multiselect("口径", _values(batch, "wording"), placeholder="全部"),
    }
    labels = sorted({label for row in batch.rows for _, label in (*row.missing, *row.contradicted)})
    point = columns[4].multiselect("漏说或说反的要点", labels, placeholder="全部")
    return [
        row
        for row in batch.rows
        if all(not some or getattr(row, key) in some for key, some in wanted.items())
        and (not point or {label for _, label in (*row.missing, *row.contradicted)} & set(point))
    ]


def _values(batch: Batch, key: str) -> list[str]:
    return sorted({getattr(row, key) for row in batch.rows} - {""})


def _charts(batch: Batch, rows: Sequence[Checked]) -> None:
    found = summarise(batch, rows)
    whole, passed, missing = st.columns(3)
    whole.metric("检查的回复", found.overall.whole)
    passed.metric("通过率", f"{found.overall.share:.1%}")
    missing.metric("没有检查（见原因）", found.errors)
    left, right = st.columns(2)
    with left:
        _bars("班组通过率", found.teams)
        _missed(
            [(f"{w} {label}", count) for w, _, label, count in found.missed[:8]], "最常漏说的要点"
        )
    with right:
        _trend(found.days)
        _missed(list(found.phrases[:8]), "禁用语")


def _bars(title: str, rates: Sequence[Rate]) -> None:
    st.markdown(f"**{title}**")
    if not rates:
        st.caption("没有数据。")
        return
    data = pd.DataFrame([(r.name, r.share, f"{r.passed}/{r.whole}") for r in rates],
                        columns=["名称", "通过率", "通过/总数"])  # fmt: skip
    chart = alt.Chart(data).mark_bar().encode(
        x=alt.X("通过率", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        y=alt.Y("名称", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
        tooltip=["名称", "通过/总数"],
    )  # fmt: skip
    st.altair_chart(chart.properties(height=alt.Step(24)))


def _missed(counts: Sequence[tuple[str, int]], title: str) -> None:
    st.markdown(f"**{title}**")
    if not counts:
        st.caption("没有。")
        return
    data = pd.DataFrame(counts, columns=["名称", "条数"])
    chart = alt.Chart(data).mark_bar(color="#c0504d").encode(
        x=alt.X("条数", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("名称", sort=None, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False)),
        tooltip=["名称", "条数"],
    )  # fmt: skip
    st.altair_chart(chart.properties(height=alt.Step(24)))


def _trend(days: Sequence[Rate]) -> None:
    st.markdown("**通过率走势**")
    data = pd.DataFrame(
        [(r.name, r.share, r.whole) for r in days], columns=["日期", "通过率", "条数"]
    )
    chart = alt.Chart(data).mark_line(point=True).encode(
        x=alt.X("日期:O", title=None),
        y=alt.Y("通过率", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        tooltip=["日期", alt.Tooltip("通过率", format=".1%"), "条数"],
    )  # fmt: skip
    st.altair_chart(chart.properties(height=180))


def _table(batch: Batch, rows: Sequence[Checked]) -> None:
    st.dataframe(
        [
            {
                "行": row.row,
                "结论": _VERDICTS[batch.standing(row)],
                "得分": row.score,
                "坐席": row.agent,
                "班组": row.team,
                "口径": row.wording,
                "缺少": "、".join(label for _, label in row.missing),
                "说反": "、".join(label for _, label in row.contradicted),
                "禁用语": "、".join(row.phrases),
                "空位": "".join(row.slots),
                "建议": "".join(row.advice),
                "未检查的原因": row.error or "",
                "回复": row.reply,
            }
            for row in rows
        ],
        hide_index=True,
    )


def _second_reading(batch: Batch, rows: Sequence[Checked]) -> None:
    with st.expander("抽样复核与申诉"):
        share, seed = st.columns(2)
        percent = share.number_input("抽样比例（%）", 1, 100, 5)
        number = seed.number_input("抽样种子", 0, 9999, 1)
        drawn = sample([row for row in rows if row.error is None], percent, int(number))
        st.caption("抽到的行：" + "、".join(str(row.row) for row in drawn))
        row = st.number_input("行号", 1, max(item.row for item in batch.rows), batch.rows[0].row)
        action = st.segmented_control(
            "动作", list(ACTIONS), format_func=ACTIONS.__getitem__, default="appeal"
        )
        reason = st.text_input("理由", key="review-reason")
        if st.button("记录") and action is not None:
            try:
                batch = assistant().review(batch, int(row), action, reason)
            except TousuError as error:
                st.error(str(error))
            else:
                st.success("已记录。")
        for item in reversed(batch.reviews):
            st.caption(
                f"{item.at}　{item.actor}　第 {item.row} 行　{ACTIONS[item.action]}：{item.reason}"
            )


def _downloads(batch: Batch) -> None:
    left, right = st.columns(2)
    left.download_button("下载明细（xlsx）", report_xlsx(batch), f"{batch.id}.xlsx", _XLSX)
    right.download_button("下载报告（docx）", report_docx(batch), f"{batch.id}.docx", _DOCX)
