"""From the setting that names a model to the encoder that computes its vectors."""

from __future__ import annotations

import logging
from pathlib import Path

from indexing.errors import ModelError
from indexing.model.manifest import MANIFEST, Manifest, verify_model
from indexing.model.protocol import Encoder, identity_of

logger = logging.getLogger(__name__)

BACKENDS = ("auto", "fast", "torch")


def load_encoder(model: str | Path, backend: str = "auto", threads: int | None = None) -> Encoder:
    """Return the encoder for ``model``.

    ``model`` is the folder that ``build_default_model`` made, or any sentence-transformers folder
    or name. Only the built folder has the ``fast`` backend; ``auto`` takes it where it loads and
    reproduces the stored reference vectors, and ``torch`` otherwise.

    Raises:
        ModelError: The model is missing, changed or cannot be loaded.
    """
    if backend not in BACKENDS:
        raise ModelError(f"不认识的模型后端 {backend}，可用的有：{'、'.join(BACKENDS)}。")
    folder = Path(model)
    if isinstance(model, Path) and not folder.is_dir():
        raise ModelError(f"找不到模型文件夹 {folder}，请运行 tousu build 构建。")
    if (folder / MANIFEST).is_file():
        return _load_built(folder, backend, threads)
    if backend == "fast":
        raise ModelError(f"模型 {model} 没有快速后端，请把后端设为 auto 或 torch。")
    return _load_torch(model, threads, identity=None)


def _load_built(folder: Path, backend: str, threads: int | None) -> Encoder:
    manifest = verify_model(folder)
    if backend != "torch":
        from indexing.model.fast_backend import FastEncoder

        identity = built_identity(manifest, "fast")
        try:
            return FastEncoder(folder, manifest, identity, threads=threads)
        except ModelError as error:
            if backend == "fast":
                raise
            logger.warning("fast backend unusable, falling back to torch: %s", error)
    return _load_torch(folder, threads, identity=built_identity(manifest, "torch"))


def _load_torch(model: str | Path, threads: int | None, identity: str | None) -> Encoder:
    from indexing.model.torch_backend import TorchEncoder

    return TorchEncoder(model, threads=threads, identity=identity)


def built_identity(manifest: Manifest, backend: str) -> str:
    """Return the identity of a built model's vectors from one backend."""
    parts = {
        "weights": manifest.files["model.safetensors"],
        "graph": manifest.fast_version if backend == "fast" else 0,
        "tokenizer": manifest.files["tokenizer.json"],
        "prompts": [manifest.query_prompt, manifest.document_prompt],
        "pooling": manifest.pooling,
        "normalize": manifest.normalize,
        "max_seq_length": manifest.max_seq_length,
    }
    return identity_of(manifest.name, backend, parts)
