"""资料入库: bring files in, and see what became of each."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from desk.importing import FileReport
from desk.views.parts import assistant, progress_bar
from indexing.errors import TousuError
from indexing.records import Kind

_KINDS = {"制度或资料": Kind.POLICY, "案例": Kind.CASE, "口径": Kind.WORDING}


def show() -> None:
    """Draw the page."""
    desk = assistant()
    st.title("资料入库")
    kind = _KINDS[st.segmented_control("种类", list(_KINDS), default="制度或资料") or "制度或资料"]
    publish = st.toggle("直接发布（否则存为草稿，不参加查找）", value=False)
    files = st.file_uploader(
        "拖入文件（md、txt；口径为 yaml）",
        type=["md", "markdown", "txt", "yaml", "yml"],
        accept_multiple_files=True,
    )
    if not files or not st.button("入库", type="primary"):
        return
    with tempfile.TemporaryDirectory() as folder, progress_bar("正在读取…") as progress:
        for file in files:
            (Path(folder) / Path(file.name).name).write_bytes(file.getvalue())
        try:
            reports = desk.import_files([Path(folder)], kind, publish=publish, progress=progress)
        except TousuError as error:
            st.error(str(error))
            return
    for report in reports:
        _report(report)


def _report(report: FileReport) -> None:
    if report.status == "rejected":
        st.error(report.reason)
        return
    done = "已入库" if report.stored else "内容相同，未改动"
    st.success(f"{report.file}:{done}({'、'.join(report.record_ids)})")
    for note in report.notes:
        st.caption(note)
