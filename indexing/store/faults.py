"""Turning what the database or the disk says into one sentence for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from indexing.errors import StoreError

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")
_SAID = {
    "SQLITE_FULL": "磁盘已满",
    "SQLITE_IOERR": "磁盘读写出错",
    "SQLITE_BUSY": "另一个程序一直在写入，等待超时",
    "SQLITE_READONLY": "没有写入权限",
    "SQLITE_CANTOPEN": "文件打不开",
}


def damaged(detail: object) -> StoreError:
    """Return the error for a database that holds what was never written."""
    return StoreError(f"记录库打不开或已损坏（{detail}）；请用 tousu restore 恢复最近的备份。")


@contextmanager
def told() -> Iterator[None]:
    """Raise what goes wrong with the database as a StoreError.

    Raises:
        StoreError: The database cannot be read or written; an open transaction is rolled back.
    """
    try:
        yield
    except DBAPIError as error:
        name = "_".join(str(getattr(error.orig, "sqlite_errorname", "")).split("_")[:2])
        if name in _DAMAGED or "decode" in str(error.orig).lower():
            raise damaged(error.orig) from error
        said = _SAID.get(name, str(error.orig))
        raise StoreError(f"记录库读写失败：{said}；这一步没有写入任何内容。") from error
    except OSError as error:
        raise StoreError(f"记录库读写失败：{error.strerror}；这一步没有写入任何内容。") from error


@contextmanager
def legible() -> Iterator[None]:
    """Raise what cannot be read as its column's type as a StoreError.

    Raises:
        StoreError: A date, a JSON text or a word is none.
    """
    try:
        yield
    except (ValueError, TypeError, AttributeError) as error:
        raise damaged(f"有内容不合格式：{error}") from error
