"""The manifest of a built model: what it is, and the SHA-256 of every file it consists of."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from indexing.errors import ModelError
from indexing.model.wheels import file_sha256

MANIFEST = "tousu-model.json"
REFERENCE_VECTORS = "reference.npy"
FORMAT = 1
REBUILD = "请删除该文件夹后运行 tousu build 重新构建"


@dataclass(frozen=True)
class Manifest:
    """What a model folder holds."""

    name: str
    dim: int
    max_seq_length: int
    query_prompt: str
    document_prompt: str
    pooling: str
    normalize: bool
    fast: str
    """The ONNX file of the fast backend, relative to the folder."""
    fast_version: int
    """Which way of computing that file holds, see ``graph.VERSION``."""
    reference: tuple[str, ...]
    """Sentences whose vectors stand in ``reference.npy``, in order."""
    files: dict[str, str]
    """SHA-256 in hex by relative path, of every file but the manifest."""

    def write(self, folder: Path) -> None:
        """Write the manifest into ``folder``."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Return the manifest in ``folder``.

        Raises:
            ModelError: There is none, or it cannot be understood.
        """
        path = folder / MANIFEST
        try:
            fields = json.loads(path.read_text("utf-8"))
            version = fields.pop("format")
            manifest = cls(**{**fields, "reference": tuple(fields["reference"])})
        except FileNotFoundError:
            raise ModelError(f"模型文件夹 {folder} 缺少 {MANIFEST}，{REBUILD}。") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"模型清单 {path} 已损坏，{REBUILD}。") from error
        if version != FORMAT:
            raise ModelError(f"模型清单 {path} 是第 {version} 版格式，本程序不认识，{REBUILD}。")
        return manifest


def hash_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below ``folder`` but the manifest, by relative path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in paths}


def verify_model(folder: Path) -> Manifest:
    """Return the manifest of ``folder`` after checking every file it names.

    Raises:
        ModelError: A file is missing, changed or unreadable; the message names it.
    """
    manifest = Manifest.read(folder)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"模型文件夹 {folder} 缺少文件 {name}，{REBUILD}。")
        try:
            actual = file_sha256(path)
        except OSError as error:
            raise ModelError(f"读不到模型文件 {path}：{error.strerror}。") from error
        if actual != expected:
            raise ModelError(f"模型文件 {name} 与清单不符(在 {folder})，{REBUILD}。")
    return manifest
