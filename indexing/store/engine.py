"""Opening the database: SQLite with the WAL fix in place, or any other SQLAlchemy address."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pysqlite3
from sqlalchemy import Engine, create_engine, event

from indexing.errors import StoreError

# SQLite before 3.51.3 can lose a commit in WAL mode when several connections write
# (https://sqlite.org/wal.html, "the WAL-reset bug"); the pysqlite3 wheel carries its own SQLite.
WAL_SAFE_SINCE = (3, 51, 3)
_json = partial(json.dumps, ensure_ascii=False)  # half the bytes of escaped Chinese


def open_engine(address: str, *, busy_timeout_s: float = 60.0) -> Engine:
    """Open ``address``, an SQLAlchemy URL.

    Raises:
        StoreError: The SQLite library is one that can lose commits.
    """
    if not address.startswith("sqlite"):
        return create_engine(address, json_serializer=_json)
    if pysqlite3.sqlite_version_info < WAL_SAFE_SINCE:
        raise StoreError(
            f"SQLite {pysqlite3.sqlite_version} 的 WAL 模式可能丢失提交，"
            "请安装 pysqlite3 0.6.1 或更新版本。"
        )
    engine = create_engine(
        address,
        json_serializer=_json,
        module=pysqlite3.dbapi2,
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, explicitly
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # a deleted record leaves no bytes behind
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Any) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
