"""The Streamlit pages, nothing else. Run with ``tousu app``."""

from __future__ import annotations

import streamlit as st

from desk.views import (
    answer,
    batch,
    check,
    drills,
    evaluation,
    librarian,
    library,
    parts,
    settings,
    surges,
    tickets,
)

st.set_page_config(page_title="投诉助手", page_icon="📞", layout="wide")
parts.compact()
st.navigation(
    [
        st.Page(
            answer.show,
            title="接诉台",
            icon=":material/support_agent:",
            url_path="answer",
            default=True,
        ),
        st.Page(tickets.show, title="工单", icon=":material/assignment:", url_path="tickets"),
        st.Page(check.show, title="回复质检", icon=":material/fact_check:", url_path="check"),
        st.Page(batch.show, title="批量质检", icon=":material/rule:", url_path="batch"),
        st.Page(library.show, title="案例库", icon=":material/menu_book:", url_path="library"),
        st.Page(surges.show, title="趋势与预警", icon=":material/trending_up:", url_path="trends"),
        st.Page(drills.show, title="练习", icon=":material/quiz:", url_path="drills"),
        st.Page(librarian.show, title="资料入库", icon=":material/upload_file:", url_path="import"),
        st.Page(
            evaluation.show, title="检索评测", icon=":material/analytics:", url_path="evaluation"
        ),
        st.Page(settings.show, title="设置", icon=":material/settings:", url_path="settings"),
    ]
).run()
