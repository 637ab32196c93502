from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import insert, text

from indexing.errors import StoreError
from indexing.store.engine import open_engine
from indexing.store.schema import REVISION, metadata, passages, records
from indexing.store.store import Store

OLD_RECORD = {
    "id": "C-1",
    "kind": "case",
    "title": "串线",
    "text": "打电话串线。",
    "status": "published",
    "source": "",
    "file_name": "C-1.md",
    "meta": {},
    "content_hash": "403ae00f31594564dad71406f7cc50ebb7cf61cd4b71977a3e63250f16f2635b",
    "generation": 3,
    "updated_at": "2026-11-01T00:00:00+00:00",
}
OLD_PASSAGE = {
    "id": 7,
    "record_id": "C-1",
    "heading": ["投诉描述"],
    "start": 0,
    "end": 6,
    "source_start": 0,
    "source_end": 6,
    "text": "打电话串线。",
    "part": "",
    "valid_until": date(2027, 1, 31),
    "tokens": "打电话 串线",
    "vector": bytes(8),
    "generation": 3,
}


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'tousu.db'}"


def make_old_database(folder: Path) -> None:
    """A database as programs made it before there were migrations."""
    first = importlib.import_module("indexing.store.migrations.versions.0001_records")
    engine = open_engine(address(folder))
    with engine.connect() as connection, connection.begin():
        with Operations.context(MigrationContext.configure(connection)):
            first.upgrade()
        connection.execute(text("INSERT INTO state VALUES (1, 1, 3, 'model', 'words')"))
        connection.execute(insert(records).values(OLD_RECORD))
        connection.execute(insert(passages).values(OLD_PASSAGE))
    engine.dispose()


def test_the_steps_make_the_tables_that_the_program_declares(tmp_path: Path) -> None:
    Store(address(tmp_path)).close()
    with open_engine(address(tmp_path)).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert found == REVISION


def test_an_old_database_keeps_its_records_and_generation(tmp_path: Path) -> None:
    make_old_database(tmp_path)
    store = Store(address(tmp_path))
    assert store.generation() == 3
    assert store.binding() == ("model", "words")
    assert store.record("C-1").title == "串线"
    assert store.passage_rows([7])[7].heading == ["投诉描述"]
    assert store.changes_since(0).added[0].part_until == date(2027, 1, 31)
    assert store.faults(dim=2) == []
    store.journal.note("overrule", "R-1", {"reason": "说到了"}, actor="质检甲")
    assert [(n.actor, n.subject, n.data) for n in store.journal.notes("overrule")] == [
        ("质检甲", "R-1", {"reason": "说到了"})
    ]


def test_a_step_that_fails_leaves_the_old_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old_database(tmp_path)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Operations, "drop_column", fail, raising=False)
    with pytest.raises(KeyboardInterrupt):
        Store(address(tmp_path))
    monkeypatch.undo()
    with open_engine(address(tmp_path)).connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'"))
        assert not {"journal", "alembic_version"} & set(tables.scalars())
    assert Store(address(tmp_path)).generation() == 3


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    Store(address(tmp_path)).close()
    engine = open_engine(address(tmp_path))
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="由更新的版本建立"):
        Store(address(tmp_path))


def test_chinese_in_json_is_kept_as_it_is(tmp_path: Path) -> None:
    store = Store(address(tmp_path))
    store.journal.note("overrule", "R-1", {"reason": "说到了"}, actor="甲")
    with open_engine(address(tmp_path)).connect() as connection:
        kept = connection.execute(text("SELECT data FROM journal")).scalar_one()
    assert kept == '{"reason": "说到了"}'
