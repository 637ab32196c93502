"""Checks before any parser sees a file: size, true type, and what an archive would unpack to."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from indexing.errors import (
    DamagedFileError,
    EmptyFileError,
    FileLimitError,
    HostileFileError,
    NotFoundError,
    ProtectedFileError,
    UnsupportedFileError,
    WrongTypeError,
)
from indexing.formats.types import MIB, Limits

_TEXT = (".csv", ".html", ".htm", ".md", ".txt")
_OFFICE = {"word/": ".docx", "ppt/": ".pptx", "xl/": ".xlsx"}
_STREAMS = {"WordDocument": ".doc", "PowerPoint Document": ".ppt", "Workbook": ".xls"}
_MAGIC = (
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"MZ", "Windows 程序"),
    (b"\x7fELF", "Linux 程序"),
    (b"{\\rtf", "RTF 文档"),
)
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz", ".jar")
_RATIO_FLOOR = MIB
TABLE_SUFFIXES = (".xlsx", ".csv", ".xls")
DOCUMENT_SUFFIXES = (".docx", ".pptx", ".pdf", ".doc", ".ppt", *TABLE_SUFFIXES, *_TEXT[1:])


def check(path: Path, name: str, limits: Limits) -> str:
    """Return the suffix, which names the parser, of the file that messages call ``name``.

    Raises:
        TousuError: one of the file errors, with the reason.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in DOCUMENT_SUFFIXES:
        known = "、".join(s[1:] for s in DOCUMENT_SUFFIXES)
        msg = f"{name}：不支持这种文件，可导入的有 {known}。"
        raise UnsupportedFileError(msg)
    if not path.is_file():
        raise NotFoundError(f"{name}：文件不存在。")
    size = path.stat().st_size
    if size == 0:
        raise EmptyFileError(f"{name}：文件是空的。")
    if size > limits.max_bytes:
        msg = f"{name}：文件有 {size / MIB:.1f} MB，超过上限 {limits.max_bytes / MIB:g} MB。"
        raise FileLimitError(msg)
    _check_type(path, name, suffix, limits)
    return suffix


def _check_type(path: Path, name: str, suffix: str, limits: Limits) -> None:
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"PK"):
        true = _check_archive(path, name, limits)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        true = _compound(path.read_bytes(), name)
    elif b"%PDF-" in head:
        true = ".pdf"
    else:
        true = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "文本")
    if true == suffix or (true == "文本" and suffix in _TEXT):
        return
    if true == "文本" and head[:1] not in b"<\xef\xff\xfe" and not head[:64].isascii():
        raise DamagedFileError(f"{name}：文件已损坏或不完整，认不出内容。")
    kind = "网页" if head.lstrip().lower().startswith((b"<html", b"<!doc", b"<table")) else true
    shown = f" {kind[1:]} 文件" if kind.startswith(".") else kind
    raise WrongTypeError(f"{name}：扩展名与内容不符，实际是{shown}，请改对扩展名或另存后再导入。")


def _compound(raw: bytes, name: str) -> str:
    """Return the suffix of an old Office file by the streams it names, in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise ProtectedFileError(f"{name}：文件有密码保护，请取消密码后再导入。")
    for stream, suffix in _STREAMS.items():
        if stream.encode("utf-16-le") in raw:
            return suffix
    return ".xls" if "Book".encode("utf-16-le") in raw else "旧版 Office 文件"


def _check_archive(path: Path, name: str, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(entries, path.stat().st_size, name, limits)
            for entry in entries:
                _check_entry(archive, entry, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
        EOFError,
    ) as error:
        raise DamagedFileError(f"{name}：文件已损坏或不完整，无法打开。") from error
    names = [entry.filename for entry in entries]
    for folder, suffix in _OFFICE.items():
        if "[Content_Types].xml" in names and any(n.startswith(folder) for n in names):
            return suffix
    return "压缩包"


def _check_sizes(entries: list[zipfile.ZipInfo], size: int, name: str, limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.max_entries:
        msg = f"{name}：压缩内容有 {len(entries)} 个条目，超过上限 {limits.max_entries} 个。"
        raise FileLimitError(msg)
    if unpacked > limits.max_unpacked_bytes:
        most = limits.max_unpacked_bytes / MIB
        msg = f"{name}：解压后有 {unpacked / MIB:.1f} MB，超过上限 {most:g} MB。"
        raise FileLimitError(msg)
    if unpacked > _RATIO_FLOOR and unpacked > limits.max_ratio * size:
        ratio = f"压缩比约 {unpacked / size:.0f} 倍，超过上限 {limits.max_ratio:g} 倍"
        msg = f"{name}：{ratio}，疑似压缩炸弹。"
        raise FileLimitError(msg)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    inner = entry.filename.replace("\\", "/")
    if inner.startswith("/") or ":" in inner or ".." in inner.split("/"):
        raise HostileFileError(f"{name}：内含越出目录的路径“{inner}”，已拒绝。")
    if entry.flag_bits & 1:
        raise ProtectedFileError(f"{name}：文件有密码保护，请取消密码后再导入。")
    if "/embeddings/" in inner:  # an Office chart keeps its figures there; it is never opened
        return
    with archive.open(entry) as file:
        nested = file.read(4) in {b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf"}
    if nested or inner.lower().endswith(_ARCHIVES):
        raise HostileFileError(f"{name}：压缩内容里还有压缩包“{inner}”，已拒绝。")
