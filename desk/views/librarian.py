"""资料入库: bring files in, and see what became of each."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cases.surges.export import Table, workbook
from desk.importing import FileReport, importable
from desk.views.columns import show_columns
from desk.views.draft import show_draft
from desk.views.parts import assistant, progress_bar
from desk.views.revisions import show_drafts, show_history
from indexing.errors import TousuError
from indexing.records import Kind

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_KINDS = {
    "制度或资料": Kind.POLICY,
    "案例": Kind.CASE,
    "口径": Kind.WORDING,
    "工单导出表": Kind.TICKET,
}
_HINTS = {
    Kind.WORDING: "拖入口径文件（yaml）",
    Kind.TICKET: "拖入工单导出表，列名自动识别，姓名和号码不入库",
}


def show() -> None:
    """Draw the page."""
    st.title("资料入库")
    bring_in, drafts, history = st.tabs(["导入", "草稿", "修订与退回"])
    with bring_in:
        _bring_in()
    with drafts:
        show_drafts()
    with history:
        show_history()


def _bring_in() -> None:
    kind = _KINDS[st.segmented_control("种类", list(_KINDS), default="制度或资料") or "制度或资料"]
    suffixes = importable(kind)
    files = st.file_uploader(
        _HINTS.get(kind, "拖入文件，扫描件和旧版 Office 文件会说明怎么办"),
        type=[suffix[1:] for suffix in suffixes],
        accept_multiple_files=True,
    )
    if not files:
        return
    if kind is Kind.TICKET:
        for file in files:
            show_columns(file.name, file.getvalue())
        _all_at_once(files, kind, publish=False)
        return
    if len(files) > 1:
        with st.container(border=True):
            publish = st.toggle("直接发布（否则存为草稿，不参加查找）", value=False)
            _all_at_once(files, kind, publish=publish)
        st.caption("也可以逐份查看、修改后再入库：")
    shown = files[0]
    if files[1:]:
        shown = st.selectbox("查看", files, format_func=lambda file: file.name)
    show_draft(shown.name, shown.getvalue(), kind)


def _all_at_once(files: Sequence[UploadedFile], kind: Kind, *, publish: bool) -> None:
    if not st.button(f"{len(files)} 份全部入库" if files[1:] else "入库", type="primary"):
        return
    with tempfile.TemporaryDirectory() as folder, progress_bar("正在读取…") as progress:
        for file in files:
            (Path(folder) / Path(file.name).name).write_bytes(file.getvalue())
        try:
            reports = assistant().import_files(
                [Path(folder)], kind, publish=publish, progress=progress
            )
        except TousuError as error:
            st.error(str(error))
            return
    for report in reports:
        _report(report)


def _report(report: FileReport) -> None:
    if report.status == "rejected":
        st.error(report.reason)
        return
    parts = [("入库", report.stored), ("相同", report.merged), ("拒收", len(report.rejected))]
    counts = "，".join(f"{name} {count}" for name, count in parts if count)
    shown = f"（{'、'.join(report.record_ids)}）" if len(report.record_ids) == 1 else ""
    st.success(f"{report.file}：共 {report.rows_in} 行，{counts}{shown}")
    for note in report.notes:
        st.caption(note)
    if report.rejected:
        rows = [(row.row, row.reason) for row in report.rejected]
        st.dataframe([{"行号": row, "原因": reason} for row, reason in rows], hide_index=True)
        st.download_button(
            "下载拒收的行（xlsx）",
            workbook([Table("拒收", ("行号", "原因"), rows)]),
            f"拒收-{report.file}.xlsx",
            key=f"rejected-{report.file}",
        )
