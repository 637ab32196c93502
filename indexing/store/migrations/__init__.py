"""Bringing a database to the schema of this program, a numbered step at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from indexing.errors import StoreError

BEFORE_MIGRATIONS = "0001"  # databases older than this folder have no revision written in them


def upgrade(connection: Connection) -> None:
    """Run the steps that the database lacks, within the transaction of ``connection``.

    Raises:
        StoreError: A newer program made the database.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    if _has("state", connection) and not _has("alembic_version", connection):
        command.stamp(config, BEFORE_MIGRATIONS)
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        head = ScriptDirectory.from_config(config).get_current_head()
        raise StoreError(
            f"记录库由更新的版本建立，本程序只认识到结构 {head}；请升级本程序。"
        ) from error


def _has(table: str, connection: Connection) -> bool:
    return inspect(connection).has_table(table)
