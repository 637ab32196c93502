"""A work-order export before it is stored: which column holds what, corrected and remembered."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from cases.tickets.fields import load_fields
from cases.tickets.mapping import Mapping
from desk.tickets import Sheet
from desk.views.parts import assistant
from indexing.errors import TousuError

NONE = "（不导入）"
_DOUBTFUL = 0.7


def show_columns(name: str, content: bytes) -> None:
    """Draw the sheets of an export with their columns' fields; a change is remembered at once."""
    try:
        sheets = _sheets(name, content)
    except TousuError as error:
        st.error(str(error))
        return
    for sheet in sheets:
        title = f"{name}　{sheet.name}　{len(sheet.table.rows)} 行"
        doubt = sheet.mapping.missing or any(
            value < _DOUBTFUL for value in sheet.mapping.confidence.values()
        )
        with st.expander(title, expanded=bool(doubt)):
            _sheet(sheet, f"{name}-{sheet.name}")


def _sheets(name: str, content: bytes) -> list[Sheet]:
    key = f"sheets-{name}-{hash(content)}"
    if key not in st.session_state:
        with tempfile.TemporaryDirectory() as folder, st.spinner("正在读取…"):
            path = Path(folder) / Path(name).name
            path.write_bytes(content)
            st.session_state[key] = assistant().librarian.sheets(path, path.name)
    found: list[Sheet] = st.session_state[key]
    return found


def _sheet(sheet: Sheet, key: str) -> None:
    fields = load_fields().fields
    mapping: Mapping = st.session_state.get(f"mapping-{key}", sheet.mapping)
    by_column = {column: field for field, column in mapping.columns.items()}
    if mapping.missing:
        labels = "、".join(fields[field].label for field in mapping.missing)
        st.warning(f"还没有认出：{labels}。请在下面指定。")
    rows = [
        {
            "列名": name,
            "例子": _example(sheet, column),
            "字段": fields[by_column[column]].label if column in by_column else NONE,
            "依据": mapping.reasons.get(by_column.get(column, ""), ""),
        }
        for column, name in enumerate(mapping.header)
    ]
    keys = {field.label: name for name, field in fields.items()}
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=["列名", "例子", "依据"],
        column_config={"字段": st.column_config.SelectboxColumn(options=[NONE, *keys])},
        key=f"columns-{key}",
    )
    changed = [
        (column, row["字段"])
        for column, (row, old) in enumerate(zip(edited, rows, strict=True))
        if row["字段"] != old["字段"]
    ]
    if not changed or not st.button("记住这些对应关系", key=f"remember-{key}"):
        return
    for column, label in changed:
        if column in by_column:
            mapping = mapping.corrected(by_column[column], None)
        if label != NONE:
            mapping = mapping.corrected(keys[label], column)
    assistant().librarian.remember(mapping)
    st.session_state[f"mapping-{key}"] = mapping
    del st.session_state[f"columns-{key}"]
    st.rerun()


def _example(sheet: Sheet, column: int) -> str:
    for _, row in sheet.table.rows:
        if row[column] not in (None, ""):
            return str(row[column])[:24]
    return ""
