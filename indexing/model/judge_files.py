"""The judge's graphs on disk, beside the model whose layers they hold.

They are derived: what is missing or not as it was written is made anew from the model and the
trained weights, in a folder of its own name for each of those.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.errors import ModelError
from indexing.model.judge_graph import VERSION, adapted, lower_graph, read_base, upper_graph
from indexing.model.manifest import Manifest
from indexing.model.protocol import identity_of
from indexing.model.wheels import file_sha256

Trained = Mapping[str, NDArray[Any]]

LOWER, UPPER = "lower.onnx", "upper.onnx"
_SUMS = "sha256.json"


def read_trained(path: Path | None = None) -> Trained:
    """Return trained weights by name, those that come with the package unless ``path`` is given."""
    if path is None:
        with as_file(files("indexing").joinpath("data/judge.npz")) as shipped:
            return read_trained(shipped)
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def graph_files(model: Path, trained: Trained) -> tuple[Path, Path]:
    """Return the lower and the upper graph of ``trained`` over the built model in ``model``.

    Raises:
        ModelError: The model is none that was built here, or the graphs cannot be written.
    """
    parts = {
        "version": VERSION,
        "trained": str(trained["digest"]),
        "weights": Manifest.read(model).files["model.safetensors"],
    }
    folder = model.parent / identity_of("judge", "fast", parts).replace("@", "-").replace(":", "-")
    if not _is_whole(folder):
        try:
            _make(folder, model, trained)
        except OSError as error:
            raise ModelError(f"判读模型写不进 {folder.parent}（{error.strerror}）。") from error
    return folder / LOWER, folder / UPPER


def _is_whole(folder: Path) -> bool:
    try:
        sums = json.loads((folder / _SUMS).read_text("utf-8"))
        return set(sums) == {LOWER, UPPER} and all(
            file_sha256(folder / name) == wanted for name, wanted in sums.items()
        )
    except (OSError, ValueError):
        return False


def _make(folder: Path, model: Path, trained: Trained) -> None:
    base, split = read_base(model), int(trained["split"])
    graphs = {
        LOWER: lower_graph(base, split),
        UPPER: upper_graph(adapted(base, trained), split),
    }
    with tempfile.TemporaryDirectory(prefix=".judge-", dir=folder.parent) as temporary:
        aside = Path(temporary) / "graphs"
        aside.mkdir()
        for name, graph in graphs.items():
            (aside / name).write_bytes(graph.SerializeToString())
        sums = {name: file_sha256(aside / name) for name in graphs}
        (aside / _SUMS).write_text(json.dumps(sums) + "\n", "utf-8")
        if folder.exists() and not _is_whole(folder):
            shutil.move(folder, Path(temporary) / "damaged")
        if not folder.exists():  # another process may have been faster
            aside.rename(folder)
