"""The shipped content in a library of its own, and the queries that are labelled for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desk.assistant import Assistant
from desk.opening import open_library
from desk.settings import load_settings
from indexing.library import Library

LABELLED = Path(__file__).parent / "library"
TEST, HELD = LABELLED / "queries.jsonl", LABELLED / "queries_held.jsonl"
FRESH = LABELLED / "queries_fresh.jsonl"


def shipped_library(home: Path) -> Library:
    """Return a library of the shipped content in ``home``, with the settings' model."""
    settings = load_settings()
    model = settings.model or str(settings.default_model_folder)
    own = settings.model_copy(update={"home": home, "model": model})
    Assistant.open(own).build()
    return open_library(own)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the labelled queries of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
