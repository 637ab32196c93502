"""The real model, built once, and a desk with the shipped content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from desk.assistant import Assistant

BUILT = Path(__file__).parent.parent / "build"


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The default model; kept under build/ so that the next run does not build it again."""
    from indexing.model import build_default_model

    folder = BUILT / "model"
    if not folder.exists():
        build_default_model(folder, cache=BUILT / "cache", progress=lambda _text, _share: None)
    return folder


def open_assistant(**settings: Any) -> Assistant:
    from desk.assistant import Assistant  # loads the engine: only where it is needed
    from desk.settings import Settings

    return Assistant.open(Settings(**settings))


@pytest.fixture(scope="session")
def shipped_home(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Path:
    """A home folder with the shipped content built in."""
    home = tmp_path_factory.mktemp("home")
    open_assistant(home=home, model=str(model_folder)).build()
    return home


@pytest.fixture(scope="session")
def shipped(shipped_home: Path, model_folder: Path) -> Assistant:
    """An assistant over the shipped content; tests must not write through it."""
    return open_assistant(home=shipped_home, model=str(model_folder))


@pytest.fixture
def empty(tmp_path: Path, model_folder: Path) -> Assistant:
    """An assistant over an empty home."""
    return open_assistant(home=tmp_path / "home", model=str(model_folder))
