"""The whole app over the shipped content."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")


@pytest.fixture
def app(monkeypatch, shipped_home, model_folder):
    monkeypatch.setenv("TOUSU_HOME", str(shipped_home))
    monkeypatch.setenv("TOUSU_MODEL", str(model_folder))
    yield AppTest.from_file(APP, default_timeout=120)
    st.cache_resource.clear()
