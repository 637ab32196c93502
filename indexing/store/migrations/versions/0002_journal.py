"""The journal, and the store's lineage; the schema's number stands in Alembic's table alone."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add journal and lineage."""
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_index("journal_by_subject", "journal", ["kind", "subject"])
    op.drop_column("state", "schema_version")
    op.add_column("state", sa.Column("lineage", sa.String(32), nullable=False, server_default=""))
    op.execute(sa.text("UPDATE state SET lineage = :new").bindparams(new=uuid.uuid4().hex))
