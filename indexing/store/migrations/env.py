"""What Alembic runs: the steps, on the connection that the store gives."""

from __future__ import annotations

from alembic import context

from indexing.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
