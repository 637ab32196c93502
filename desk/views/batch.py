"""批量质检: a sheet of replies in, a table with filters, charts and reports out."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st

from desk.batches import Batch, Checked, summarise
from desk.batches.records import ACTIONS, VERDICTS
from desk.batches.report import report_docx, report_xlsx
from desk.batches.summary import sample
from desk.views.batch_charts import show_charts
from desk.views.parts import assistant, wording_titles
from desk.views.verdict import show_report
from indexing.errors import TousuError

_AWAITED = "batch-awaited"  # whether this session has handed in a sheet that it was not shown yet
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def show() -> None:
    """Draw the page."""
    st.title("批量质检")
    _upload()
    running = _running()
    kept = assistant().batches.names()
    if not kept and running:
        return
    if not kept:
        st.info(
            "上传一张回复表（xlsx 或 csv），要有“回复内容”列；"
            "口径、日期、坐席、班组、分类可有可无。"
        )
        return
    batch = assistant().batches.get(st.selectbox("批次", kept, key="batch") or kept[0])
    rows = _drawn(batch, _filtered(batch))
    if not rows:
        st.info("没有符合条件的回复。")
        return
    show_charts(summarise(batch, rows))
    _table(batch, rows)
    _one(batch, rows)
    _history(batch)
    _downloads(batch)


def _upload() -> None:
    with st.form("upload", border=False, clear_on_submit=True):
        file = st.file_uploader("回复表", type=["xlsx", "xls", "csv"])
        asked = st.form_submit_button("开始检查", type="primary")
    if not asked:
        return
    if file is None:
        st.warning("请先选好要检查的回复表，等它传完再点“开始检查”。")
        return
    name = Path(file.name).name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(file.getvalue())
        try:
            assistant().batches.start(path, name)
        except TousuError as error:
            st.error(str(error))
        else:
            st.session_state[_AWAITED] = True


def _running() -> bool:
    """Draw how far the sheet is that is being checked; choose it when it is done."""
    running = assistant().batches.running
    if running is None:
        return False
    if not running.ended:
        _progress()
    elif running.error is not None:
        st.error(running.error)
    elif st.session_state.pop(_AWAITED, False):
        st.session_state["batch"] = running.batch
    return not running.ended


@st.fragment(run_every=1.0)
def _progress() -> None:
    running = assistant().batches.running
    if running is None or running.ended:
        st.rerun()
    said = (
        f"正在检查“{running.name}”：{running.done}/{running.whole} 条。可以离开本页，检查会继续。"
    )
    st.progress(running.done / max(running.whole, 1), said)


def _filtered(batch: Batch) -> list[Checked]:
    columns = st.columns(6)
    wanted = {
        "agent": columns[0].multiselect("坐席", _values(batch, "agent"), placeholder="全部"),
        "team": columns[1].multiselect("班组", _values(batch, "team"), placeholder="全部"),
        "category": columns[2].multiselect("分类", _values(batch, "category"), placeholder="全部"),
        "wording": columns[3].multiselect("口径", _values(batch, "wording"), placeholder="全部"),
    }
    labels = sorted({label for row in batch.rows for label in _lacking(row)})
    point = columns[4].multiselect("漏说或说反的要点", labels, placeholder="全部")
    verdicts = [said for said in VERDICTS.values() if said in map(batch.said, batch.rows)]
    verdict = columns[5].multiselect("结论", verdicts, placeholder="全部")
    return [
        row
        for row in batch.rows
        if all(not some or getattr(row, key) in some for key, some in wanted.items())
        and (not point or _lacking(row) & set(point))
        and (not verdict or batch.said(row) in verdict)
    ]


def _lacking(row: Checked) -> set[str]:
    """Return the labels of the points that the reply does not make, or denies."""
    return {label for _, label in (*row.missing, *row.contradicted)}


def _drawn(batch: Batch, rows: list[Checked]) -> list[Checked]:
    """Return the rows drawn for a second reading, or all of them."""
    only, share, seed = st.columns([2, 1, 1], vertical_alignment="bottom")
    percent = share.number_input("抽样比例（%）", 1, 100, 5)
    number = seed.number_input("抽样种子", 0, 9999, 1)
    if not only.toggle("只看抽样复核的回复", key=f"drawn-{batch.id}"):
        return rows
    return sample([row for row in rows if row.error is None], percent, int(number))


def _values(batch: Batch, key: str) -> list[str]:
    return sorted({getattr(row, key) for row in batch.rows} - {""})


def _table(batch: Batch, rows: Sequence[Checked]) -> None:
    numbers = [row.row for row in rows]
    key = f"rows-{batch.id}-{hash(tuple(numbers))}"

    def choose() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        if picked:
            st.session_state[_row_key(batch)] = numbers[picked[0]]

    st.dataframe(
        [
            {
                "行": row.row,
                "结论": batch.said(row),
                "得分": row.score,
                "坐席": row.agent,
                "班组": row.team,
                "分类": row.category,
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
        key=key,
        on_select=choose,
        selection_mode="single-row",
    )


def _row_key(batch: Batch) -> str:
    return f"row-{batch.id}"


def _one(batch: Batch, rows: Sequence[Checked]) -> None:
    """Draw the chosen row's report with its evidence, and what is said of it."""
    numbers = [row.row for row in rows]
    key = _row_key(batch)
    if st.session_state.get(key) not in numbers:
        st.session_state[key] = None
    number = st.selectbox(
        "看哪一行的依据（也可以点表格里的行首）", numbers, key=key, placeholder="行号", index=None
    )
    if number is None:
        return
    row = rows[numbers.index(number)]
    if row.report is None:
        st.warning(row.error)
        return
    day = date.fromisoformat(row.day)
    show_report(row.report, row.reply, day, wording_titles(), f"{batch.id}-{number}")
    if batch.standing(row) is not row.passed:
        st.info(f"复核后改判为：{batch.said(row)}。")
    _review(batch, row.row)


def _review(batch: Batch, row: int) -> None:
    with st.form(f"review-{batch.id}-{row}", border=True):
        action = st.segmented_control(
            f"第 {row} 行", list(ACTIONS), format_func=ACTIONS.__getitem__, default="appeal"
        )
        reason = st.text_input("理由")
        asked = st.form_submit_button("记录")
    if not asked or action is None:
        return
    try:
        assistant().batches.review(batch, row, action, reason)
    except TousuError as error:
        st.error(str(error))
    else:
        st.rerun()


def _history(batch: Batch) -> None:
    if not batch.reviews:
        return
    with st.expander(f"申诉与复核记录（{len(batch.reviews)}）", expanded=True):
        for item in reversed(batch.reviews):
            st.caption(
                f"{item.at}　{item.actor}　第 {item.row} 行　{ACTIONS[item.action]}：{item.reason}"
            )


def _downloads(batch: Batch) -> None:
    # Made when asked for: a workbook of ten thousand rows takes seconds. The page is not drawn
    # anew for it: the other file would be made under another name while it is asked for.
    files = (
        ("下载明细（xlsx）", partial(report_xlsx, batch), f"{batch.id}.xlsx", _XLSX),
        ("下载报告（docx）", partial(report_docx, batch), f"{batch.id}.docx", _DOCX),
    )
    for column, (label, make, name, kind) in zip(st.columns(2), files, strict=True):
        column.download_button(label, make, name, kind, on_click="ignore")
