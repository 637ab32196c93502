"""Naming the machine and versions that a figure belongs to."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """Return processor, cores and versions."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((x.split(":")[1].strip() for x in text.splitlines() if "model name" in x), "")
    names = ("torch", "sentence-transformers", "faiss-cpu", "onnxruntime", "bm25s", "numpy")
    return {
        "cpu": model or platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
    }


def save(name: str, found: dict[str, Any]) -> None:
    """Print ``found`` and write it under ``results/``."""
    text = json.dumps({"machine": machine()} | found, ensure_ascii=False, indent=1)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def save_set(name: str, about: dict[str, Any], data: str, report: dict[str, Any]) -> None:
    """Save the ``report`` on one set beside those that were measured before."""
    path = RESULTS / f"{name}.json"
    known = json.loads(path.read_text("utf-8"))["sets"] if path.exists() else {}
    save(name, about | {"sets": known | {data: report}})
