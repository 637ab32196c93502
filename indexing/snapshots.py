"""Snapshots on disk: a head start for the next process, never the truth.

A folder a generation, ``index/00000042/``, with the segment's files and ``manifest.json``, which
names the model, dictionary and schema and the SHA-256 of every file. Whatever does not verify is
dropped and the index is built from the store.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from indexing.segment import Segment
from indexing.store.schema import REVISION

MANIFEST = "manifest.json"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Identity:
    """What an index is made with; another identity is another index."""

    encoder: str
    tokenizer: str
    lineage: str  # of the store
    schema: str = REVISION
    format: int = FORMAT_VERSION


def save(root: Path, segment: Segment, generation: int, identity: Identity) -> Path:
    """Write ``segment`` as the snapshot of ``generation``; older snapshots are removed."""
    root.mkdir(parents=True, exist_ok=True)
    target = root / f"{generation:08d}"
    work = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    try:
        segment.save(work)
        files = {path.name: file_sha256(path) for path in sorted(work.iterdir())}
        manifest = {"generation": generation, "identity": asdict(identity), "files": files}
        (work / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for path in work.iterdir():
            _sync(path)
        if target.exists():
            shutil.rmtree(target)
        work.rename(target)
        _sync(root)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    for old in root.iterdir():
        if old != target and old.is_dir() and not old.name.startswith(".new-"):
            shutil.rmtree(old, ignore_errors=True)
    return target


def load(root: Path, identity: Identity) -> tuple[int, Segment] | None:
    """Return the newest snapshot that verifies and was made with ``identity``, if any."""
    if not root.is_dir():
        return None
    folders = sorted((p for p in root.iterdir() if p.name.isdigit()), reverse=True)
    for folder in folders:
        generation = verify(folder, identity)
        if generation is not None:
            try:
                return generation, Segment.load(folder)
            except (OSError, ValueError, RuntimeError, KeyError):
                continue
    return None


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
