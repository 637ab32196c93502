"""A backup: one zip file with the database as of one generation, and its SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pysqlite3

from indexing.errors import InputError, StoreError

MANIFEST = "manifest.json"
DATABASE = "tousu.db"
_SIDE_FILES = ("", "-wal", "-shm")


@dataclass(frozen=True)
class Backup:
    """What a backup holds; ``files`` maps each file to its SHA-256."""

    made_at: str
    generation: int
    files: dict[str, str]


def back_up(database: Path, target: Path, beside: Sequence[Path] = ()) -> Backup:
    """Copy the database, while others may write to it, and the small files ``beside`` it.

    The zip is written aside and renamed: ``target`` is whole or not there.

    Raises:
        InputError: ``target`` is there already.
        StoreError: The database cannot be read, or the file not be written.
    """
    if target.exists():
        raise InputError(f"备份文件 {target} 已存在，请换一个文件名。")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        try:
            copy = Path(folder) / DATABASE
            generation = _copy(database, copy)
            files = [copy, *(path for path in beside if path.is_file())]
            hashes = {path.name: _sha256(path) for path in files}
            made = Backup(datetime.now(UTC).isoformat(timespec="seconds"), generation, hashes)
            whole = Path(folder) / "backup.zip"
            _zip(whole, made, files)
            whole.rename(target)
        except (OSError, pysqlite3.Error) as error:
            raise StoreError(f"备份没有完成（{error}），记录库没有改动。") from error
    return made


def restore(source: Path, database: Path, *, replace: bool = False) -> Backup:
    """Put a backup's files in place of ``database`` and beside it.

    With ``replace`` a database that is there is kept under another name. The restored store begins
    a line of generations of its own, so that no older index is taken for its.

    Raises:
        InputError: ``source`` is not a whole backup, or a database is there already.
        StoreError: The files cannot be written.
    """
    if database.exists() and not replace:
        raise InputError(f"{database} 已有记录库；要换成备份，请加 --replace（原文件会改名保留）。")
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=database.parent) as folder:
        try:
            made = _unzip(source, Path(folder))
            _begin_line(Path(folder) / DATABASE)
            _set_aside(database)
            for name in sorted(made.files, key=DATABASE.__eq__):  # the database last
                place = database if name == DATABASE else database.parent / name
                (Path(folder) / name).replace(place)
        except (OSError, pysqlite3.Error) as error:
            raise StoreError(f"恢复没有完成（{error}）。") from error
    return made


def _copy(database: Path, copy: Path) -> int:
    if not database.is_file():
        raise FileNotFoundError(f"找不到记录库 {database}")
    source, target = pysqlite3.connect(str(database)), pysqlite3.connect(str(copy))
    try:
        source.backup(target)
        return int(target.execute("SELECT generation FROM state").fetchone()[0])
    finally:
        source.close()
        target.close()


def _zip(whole: Path, made: Backup, files: Sequence[Path]) -> None:
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, json.dumps(asdict(made), indent=1))
        for path in files:
            archive.write(path, path.name)
    with whole.open("rb") as stream:
        os.fsync(stream.fileno())


def _unzip(source: Path, folder: Path) -> Backup:
    try:
        with zipfile.ZipFile(source) as archive:
            made = Backup(**json.loads(archive.read(MANIFEST)))
            for name, wanted in made.files.items():
                place = folder / Path(name).name
                with archive.open(name) as packed, place.open("wb") as out:
                    shutil.copyfileobj(packed, out)
                if _sha256(place) != wanted:
                    raise InputError(f"备份文件 {source} 中的 {name} 已损坏，没有恢复任何内容。")
    except FileNotFoundError as error:
        raise InputError(f"找不到备份文件 {source}。") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise InputError(f"{source} 不是完整的备份文件，没有恢复任何内容。") from error
    if DATABASE not in made.files:
        raise InputError(f"备份文件 {source} 中没有记录库，没有恢复任何内容。")
    return made


def _begin_line(database: Path) -> None:
    connection = pysqlite3.connect(str(database))
    try:
        connection.execute("UPDATE state SET lineage = ?", (uuid4().hex,))
        connection.commit()
    finally:
        connection.close()
    with database.open("rb") as stream:
        os.fsync(stream.fileno())


def _set_aside(database: Path) -> None:
    mark = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    for suffix in _SIDE_FILES:
        path = database.with_name(database.name + suffix)
        if path.exists():
            path.rename(path.with_name(f"{database.name}.replaced-{mark}{suffix}"))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
