"""Earlier versions of records, so that a change can be shown and rolled back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table."""
    record = sa.ForeignKey("records.id", ondelete="CASCADE")
    op.create_table(
        "versions",
        sa.Column("record_id", sa.String(64), record, primary_key=True),
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
