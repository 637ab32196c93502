"""Snapshots on disk: a head start for the next process, never the truth.

A folder a generation, ``index/00000042/``, with segment, columns and ``manifest.json``, which
names the model, dictionary and schema and the SHA-256 of every file. Whatever does not verify is
dropped and the index is built from the store.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from indexing.columns import Columns
from indexing.errors import StoreError
from indexing.segment import Segment
from indexing.snapshot import Part
from indexing.store.schema import REVISION

MANIFEST = "manifest.json"
FORMAT_VERSION = 5
_NEW = ".new-"
_ABANDONED_S = 3600


@dataclass(frozen=True)
class Identity:
    """What an index is made with; another identity is another index."""

    encoder: str
    tokenizer: str
    lineage: str  # of the store
    schema: str = REVISION
    format: int = FORMAT_VERSION


def save(root: Path, part: Part, generation: int, identity: Identity) -> Path:
    """Write ``part``, all of it live, as the snapshot of ``generation``; older ones are removed.

    Raises:
        StoreError: The files cannot be written.
    """
    target = root / f"{generation:08d}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_NEW, dir=root) as folder:
            _fill(Path(folder), part, generation, identity)
            if target.exists():
                shutil.rmtree(target)
            Path(folder).rename(target)
            _sync(root)
    except (OSError, RuntimeError) as error:  # faiss raises the latter
        raise StoreError(f"索引快照没有写成（{error}）；记录库和查找不受影响。") from error
    for old in root.iterdir():
        if old.name.isdigit() and not _is_newer(old, generation, identity):
            shutil.rmtree(old, ignore_errors=True)
    for old in leftovers(root):
        shutil.rmtree(old, ignore_errors=True)
    return target


def _fill(folder: Path, part: Part, generation: int, identity: Identity) -> None:
    part.segment.save(folder)
    part.columns.save(folder)
    files = {path.name: file_sha256(path) for path in sorted(folder.iterdir())}
    manifest = {"generation": generation, "identity": asdict(identity), "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in folder.iterdir():
        _sync(path)


def leftovers(root: Path) -> list[Path]:
    """Return the folders of snapshots that were begun over an hour ago and never finished."""
    before = time.time() - _ABANDONED_S
    return [path for path in root.glob(f"{_NEW}*") if path.stat().st_mtime < before]


def _is_newer(folder: Path, generation: int, identity: Identity) -> bool:
    number = int(folder.name)
    return number == generation or (number > generation and verify(folder, identity) is not None)


def load(root: Path, identity: Identity) -> tuple[int, Part] | None:
    """Return the newest snapshot that verifies and was made with ``identity``, if any."""
    if not root.is_dir():
        return None
    folders = sorted((p for p in root.iterdir() if p.name.isdigit()), reverse=True)
    for folder in folders:
        generation = verify(folder, identity)
        if generation is not None:
            try:
                return generation, _read(folder)
            except (OSError, ValueError, RuntimeError, KeyError):
                continue
    return None


def _read(folder: Path) -> Part:
    segment = Segment.load(folder)
    return Part(segment, Columns.load(folder), np.ones(len(segment), dtype=np.bool_))


def verify(folder: Path, identity: Identity) -> int | None:
    """Return the snapshot's generation if every file is what its manifest says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {p.name for p in folder.iterdir()} - {MANIFEST}
        whole = (
            manifest["identity"] == asdict(identity)
            and manifest["generation"] == int(folder.name)
            and set(manifest["files"]) == files
            and all(file_sha256(folder / n) == h for n, h in manifest["files"].items())
        )
        return int(manifest["generation"]) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def file_sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
