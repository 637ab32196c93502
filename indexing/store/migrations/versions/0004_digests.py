"""A digest for each passage: text, tokens and vector are checked when they are read."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BATCH = 1000


def upgrade() -> None:
    """Add the digests of all passages."""
    column = sa.Column("digest", sa.String(32), nullable=False, server_default="")
    op.add_column("passages", column)
    names = ("record_id", "text", "tokens")
    passages = sa.table(
        "passages",
        sa.column("id", sa.Integer),
        *(sa.column(name, sa.Text) for name in names),
        sa.column("vector", sa.LargeBinary),
        sa.column("digest", sa.Text),
    )
    connection, last = op.get_bind(), 0
    while True:
        some = sa.select(passages).where(passages.c.id > last).order_by(passages.c.id)
        rows = connection.execute(some.limit(_BATCH)).all()
        if not rows:
            return
        change = sa.update(passages).where(passages.c.id == sa.bindparam("row"))
        connection.execute(
            change.values(digest=sa.bindparam("new")),
            [{"row": row.id, "new": _digest(row)} for row in rows],
        )
        last = rows[-1].id


def _digest(row: sa.Row[tuple[object, ...]]) -> str:
    said = "\0".join((row.record_id, row.text, row.tokens)).encode()
    return hashlib.blake2b(said + row.vector, digest_size=16).hexdigest()
