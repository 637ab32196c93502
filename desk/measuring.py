"""Measuring the engine on a data set of its own, away from the desk's records."""

from __future__ import annotations

import tempfile
from pathlib import Path

from desk.opening import Progress, open_encoder, open_library
from desk.settings import Settings
from indexing.errors import InputError
from indexing.evaluation import Evaluation, evaluate


def evaluate_folder(settings: Settings, folder: Path, progress: Progress) -> Evaluation:
    """Index and query ``folder`` in a temporary home with the settings' model.

    Raises:
        InputError: The folder is not there or not in BEIR layout.
    """
    if not folder.is_dir():
        raise InputError(f"找不到文件夹 {folder}。")
    open_encoder(settings, progress)  # builds the default model in the desk's own home
    with tempfile.TemporaryDirectory() as scratch:
        own = settings.model_copy(
            update={
                "home": Path(scratch),
                "model": settings.model or str(settings.default_model_folder),
                "store": "",
                "index": "",
            }
        )
        return evaluate(open_library(own, progress, adapted=False), folder, progress)
