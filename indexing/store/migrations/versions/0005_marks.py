"""Digests of what filters look at, and of all that a passage holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_BATCH = 1000
_FILTERED = ("id", "kind", "status", "category", "urgency", "valid_from", "valid_until")
_SAID = ("record_id", "text", "tokens")
_PLACED = ("start", "end", "source_start", "source_end", "part")

# Dates and JSON are read as the texts that they are stored as.
_records = sa.table("records", *(sa.column(name) for name in (*_FILTERED, "mark")))
_passages = sa.table(
    "passages",
    *(sa.column(name) for name in ("id", *_SAID, "heading", *_PLACED, "valid_from", "valid_until")),
    sa.column("vector", sa.LargeBinary),
    sa.column("digest"),
    sa.column("mark"),
)


def upgrade() -> None:
    """Add the marks of records and passages, and widen the passages' digests."""
    for table in ("records", "passages"):
        column = sa.Column("mark", sa.String(32), nullable=False, server_default="")
        op.add_column(table, column)
    _fill(_records, lambda row: {"mark": _mark(*(row[name] for name in _FILTERED))})
    _fill(
        _passages,
        lambda row: {
            "mark": _mark(row["record_id"], row["valid_from"], row["valid_until"]),
            "digest": _digest(row),
        },
    )


def _fill(table: Any, change: Callable[[Any], dict[str, str]]) -> None:
    connection = op.get_bind()
    for rows in _batches(connection, table):
        changed = [{"row": row["id"]} | change(row) for row in rows]
        connection.execute(sa.update(table).where(table.c.id == sa.bindparam("row")), changed)


def _batches(connection: sa.Connection, table: Any) -> Iterator[list[Any]]:
    last: Any = None
    while True:
        some = sa.select(table).order_by(table.c.id).limit(_BATCH)
        if last is not None:
            some = some.where(table.c.id > last)
        rows = list(connection.execute(some).mappings())
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def _mark(*values: object) -> str:
    said = "\0".join(map(str, values)).encode()
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def _digest(row: Any) -> str:
    said = (*(row[name] for name in _SAID), *json.loads(row["heading"]))
    placed = "\0".join((*said, *(str(row[name]) for name in _PLACED)))
    return hashlib.blake2b(placed.encode() + row["vector"], digest_size=16).hexdigest()
