"""The cards that the library page counts and lists."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TEXTS = {
    "kind": 16,
    "status": 16,
    "category": 64,
    "urgency": 16,
    "channel": 64,
    "cause": 64,
    "year": 4,
    "since": 10,
    "words": 400,
}
_BATCH = 1000


def upgrade() -> None:
    """Add the cards of every record."""
    cards = op.create_table(
        "cards",
        sa.Column(
            "record_id",
            sa.String(64),
            sa.ForeignKey("records.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("tag", sa.String(64), primary_key=True),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in _TEXTS.items()),
    )
    _fill(cards)
    op.create_index("cards_by_facet", "cards", ["tag", *_TEXTS, "record_id"])


def _fill(cards: sa.Table) -> None:
    names = ("id", "title", "kind", "status", "category", "urgency")
    records = sa.table(
        "records",
        *(sa.column(name, sa.Text) for name in names),
        sa.column("valid_from", sa.Date),
        sa.column("meta", sa.JSON),
    )
    connection = op.get_bind()
    last = ""
    while True:
        some = sa.select(records).where(records.c.id > last).order_by(records.c.id).limit(_BATCH)
        rows = connection.execute(some).all()
        if not rows:
            return
        connection.execute(sa.insert(cards), [card for row in rows for card in _cards_of(row)])
        last = rows[-1].id


def _cards_of(row: Any) -> list[dict[str, str]]:
    tags = list(dict.fromkeys(str(tag)[:64] for tag in row.meta.get("tags", []) if tag))
    since = str(row.valid_from or "")
    card = {
        "record_id": row.id,
        "kind": row.kind,
        "status": row.status,
        "category": row.category or "",
        "urgency": row.urgency or "",
        "channel": str(row.meta.get("channel") or "")[:64],
        "cause": str(row.meta.get("cause") or "")[:64],
        "year": since[:4],
        "since": since,
        "words": "\n".join([row.title, row.id, *tags]).lower()[:400],
    }
    return [card | {"tag": tag} for tag in ["", *tags]]
