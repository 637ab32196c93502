"""Reading one file: check it, parse it in a child process, and name what went wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from indexing.errors import (
    DamagedFileError,
    EmptyFileError,
    HostileFileError,
    NotTextError,
    ParserMemoryError,
    ParserTimeoutError,
    ProtectedFileError,
    TousuError,
    UnsupportedFileError,
    WrongTypeError,
)
from indexing.formats.gate import TABLE_SUFFIXES, check
from indexing.formats.types import Cell, Extracted, Grid, Limits

_ROOT = Path(__file__).parent.parent.parent
_STARVED = (b"MemoryError", b"memory allocation", b"bad_alloc")
_NEWER = {".doc": "docx", ".ppt": "pptx"}
_FAILURES: dict[str, tuple[type[TousuError], str]] = {
    "empty": (EmptyFileError, "文件里没有可读的文字。"),
    "protected": (ProtectedFileError, "文件有密码保护，请取消密码后再导入。"),
    "damaged": (DamagedFileError, "文件已损坏或不完整，无法读取。"),
    "dtd": (HostileFileError, "文件内含 DTD 或外部实体声明，已拒绝。"),
    "memory": (ParserMemoryError, "读取时占用内存超过上限，请拆分后再导入。"),
    "encoding": (NotTextError, "编码无法识别，请另存为 UTF-8 后再导入。"),
    "scanned": (
        UnsupportedFileError,
        "是扫描件，没有文字层；请安装文字识别组件（pip install 'tousu[ocr]'）后再导入。",
    ),
}


def extract(path: Path, name: str, limits: Limits) -> Extracted:
    """Return the text of the document at ``path``, which messages call ``name``.

    Raises:
        TousuError: the file is refused or cannot be read; the message says why.
    """
    suffix = check(path, name, limits)
    if suffix in _NEWER:
        return _converted(path, name, suffix, limits)
    found = _in_child("text", path, name, suffix, limits)
    return Extracted(found["text"], found["title"], tuple(found["notes"]))


def read_grids(path: Path, name: str, limits: Limits) -> tuple[Grid, ...]:
    """Return the sheets of the table file at ``path``; a csv file is one sheet.

    Raises:
        TousuError: the file is no table, is refused or cannot be read.
    """
    suffix = check(path, name, limits)
    if suffix not in TABLE_SUFFIXES:
        raise WrongTypeError(f"{name}：不是表格文件，请用 xlsx、xls 或 csv。")
    found = _in_child("grids", path, name, suffix, limits)
    return tuple(
        Grid(sheet, tuple(tuple(_cell(value) for value in row) for row in rows))
        for sheet, rows in found["grids"]
    )


def _cell(value: Any) -> Cell:
    """Return a cell as it was; JSON carries dates as one-key objects."""
    if isinstance(value, dict):
        kind, text = next(iter(value.items()))
        return datetime.fromisoformat(text) if kind == "datetime" else date.fromisoformat(text)
    cell: Cell = value
    return cell


def _in_child(job: str, path: Path, name: str, suffix: str, limits: Limits) -> dict[str, Any]:
    limit = str(limits.memory_bytes)
    command = [sys.executable, "-m", "indexing.formats.child", job, suffix, limit]
    try:
        done = subprocess.run(  # noqa: S603  the command is ours; the file is only an argument
            [*command, str(path.resolve())],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"{name}：读取超过 {limits.seconds:g} 秒，已停止，请拆分后再导入。"
        raise ParserTimeoutError(msg) from error
    found = _answer(done)
    if "failure" in found:
        kind, reason = _FAILURES[found["failure"]]
        raise kind(f"{name}：{reason}")
    return found


def _answer(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """Return what the child said; a child that died says the file is damaged or too hungry."""
    if done.returncode != 0:
        starved = any(sign in done.stderr for sign in _STARVED)
        return {"failure": "memory" if starved else "damaged"}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _converted(path: Path, name: str, suffix: str, limits: Limits) -> Extracted:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    new = _NEWER[suffix]
    if office is None:
        msg = f"{name}：旧版 {suffix[1:]} 文件请用 WPS 或 Office 另存为 {new} 后再导入。"
        raise UnsupportedFileError(msg)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"source{suffix}"
        shutil.copyfile(path, source)
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [office, profile, "--headless", "--convert-to", new, "--outdir", folder]
        try:
            subprocess.run(  # noqa: S603  the command is ours; the file is only an argument
                [*command, str(source)], capture_output=True, timeout=limits.seconds, check=True
            )
        except subprocess.TimeoutExpired as error:
            raise ParserTimeoutError(f"{name}：转换超过 {limits.seconds:g} 秒，已停止。") from error
        except subprocess.CalledProcessError as error:
            raise DamagedFileError(f"{name}：文件已损坏，无法转换为 {new}。") from error
        made = source.with_suffix(f".{new}")
        if not made.exists():
            raise DamagedFileError(f"{name}：文件已损坏，无法转换为 {new}。")
        found = _in_child("text", made, name, f".{new}", limits)
    return Extracted(found["text"], found["title"], tuple(found["notes"]))
