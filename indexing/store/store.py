"""The record store: the truth that every index is derived from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, inspect, select, text, update

from indexing.errors import NotFoundError, StaleIndexError
from indexing.records import Filter, Kind, Record, Status
from indexing.store import facets, feed, history
from indexing.store.digests import checked, checked_pieces, content_hash, record_mark
from indexing.store.engine import open_engine
from indexing.store.facets import Selection, Shelf, mark_cards
from indexing.store.faults import damaged, legible, told
from indexing.store.feed import Changes, FoundPassage
from indexing.store.history import Event, Version
from indexing.store.inspection import Fault, inspect_rows
from indexing.store.journal import Journal
from indexing.store.reading import AnyRow, filtered, meta_columns, record_of
from indexing.store.recent import RecentPassages
from indexing.store.schema import REVISION, passages, records, state
from indexing.store.writing import (
    Prepared,
    bury,
    hashes_of,
    log,
    next_generation,
    now,
    put_passages,
    put_record,
    row_of,
)


@dataclass(frozen=True)
class Written:
    """What one transaction did; ids of records stored, and of those that were already the same."""

    generation: int
    stored: tuple[str, ...]
    merged: tuple[str, ...]


class Store:
    """Records, passages and vectors in one SQL database."""

    def __init__(self, address: str) -> None:
        """Open the database at ``address`` (an SQLAlchemy URL), making the tables if need be."""
        self._engine = open_engine(address)
        self._recent = RecentPassages()
        self.journal = Journal(self._read, self._write)
        self._migrate()
        found = self.damage()
        if found:
            raise damaged(found[0])

    def _migrate(self) -> None:
        if self._revision() == REVISION:
            return
        from indexing.store.migrations import upgrade  # Alembic: only when there is work for it

        with self._write() as connection, legible():
            upgrade(connection)
            if connection.execute(select(state)).one_or_none() is None:
                connection.execute(insert(state).values(id=1, generation=0, lineage=uuid4().hex))

    def _revision(self) -> str | None:
        with self._read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            query = text("SELECT version_num FROM alembic_version")
            return connection.execute(query).scalar_one_or_none()

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with told():
            writer = self._engine.connect().execution_options(write=True)
        with told(), writer as connection, connection.begin():
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with told(), legible(), self._engine.connect() as connection, connection.begin():
            yield connection

    # -- writing ---------------------------------------------------------------------------------

    def claim(self, encoder: str, tokenizer: str) -> None:
        """Bind the store to the model and dictionary its vectors and tokens are made with.

        Raises:
            StaleIndexError: Passages made with another model or dictionary are stored already.
        """
        with self._write() as connection:
            row = connection.execute(select(state)).one()
            if (row.encoder, row.tokenizer) == (encoder, tokenizer):
                return
            if connection.execute(select(func.count()).select_from(passages)).scalar_one():
                raise StaleIndexError(
                    "记录库的向量由另一个模型或词典建立，不能混用；"
                    "请运行 tousu build --reembed 重建。"
                )
            connection.execute(update(state).values(encoder=encoder, tokenizer=tokenizer))

    def rebind(self, encoder: str, tokenizer: str, prepared: Iterable[Prepared]) -> int:
        """Replace every passage by its newly embedded form in one transaction."""
        with self._write() as connection:
            generation = next_generation(connection)
            for item in prepared:
                bury(connection, item.record.id, generation)
                put_passages(connection, item, generation)
            connection.execute(update(state).values(encoder=encoder, tokenizer=tokenizer))
        return generation

    def write(self, items: Sequence[Prepared], *, actor: str) -> Written:
        """Store or replace ``items`` in one transaction; same content is left as it is."""
        stored: list[str] = []
        merged: list[str] = []
        with self._write() as connection:
            generation = connection.execute(select(state.c.generation)).scalar_one()
            known = hashes_of(connection, [item.record.id for item in items])
            for item in items:
                row = row_of(item.record)
                record_id, its_hash = row["id"], row["content_hash"]
                is_new = record_id not in known
                if known.get(record_id) == its_hash:
                    merged.append(record_id)
                    continue
                if not stored:
                    generation = next_generation(connection)
                if not is_new:
                    history.keep(connection, record_id)
                    bury(connection, record_id, generation)
                put_record(connection, row, generation, is_new=is_new)
                put_passages(connection, item, generation)
                log(connection, generation, actor, "store", record_id)
                known[record_id] = its_hash
                stored.append(record_id)
        return Written(generation, tuple(stored), tuple(merged))

    def unchanged(self, items: Sequence[Record]) -> list[str]:
        """Return the ids of ``items`` that are stored with the same content."""
        with self._read() as connection:
            known = hashes_of(connection, [record.id for record in items])
        there = [record for record in items if record.id in known]
        return [r.id for r in there if row_of(r)["content_hash"] == known[r.id]]

    def delete(self, ids: Sequence[str], *, actor: str) -> int:
        """Delete records with their passages and vectors; return the new generation.

        Raises:
            NotFoundError: One of the records is not there; nothing is deleted.
        """
        with self._write() as connection:
            generation = next_generation(connection)
            for record_id in ids:
                bury(connection, record_id, generation)
                gone = connection.execute(delete(records).where(records.c.id == record_id))
                if gone.rowcount == 0:
                    raise NotFoundError(f"没有编号为 {record_id} 的记录，未删除任何内容。")
                log(connection, generation, actor, "delete", record_id)
        return generation

    def set_status(self, record_id: str, status: Status, *, actor: str) -> int:
        """Publish, retire or draft a record; return the new generation."""
        with self._write() as connection:
            generation = next_generation(connection)
            row = connection.execute(select(records).where(records.c.id == record_id)).one_or_none()
            if row is None:
                raise NotFoundError(f"没有编号为 {record_id} 的记录。")
            values = dict(row._mapping) | {"status": status.value}
            connection.execute(
                update(records)
                .where(records.c.id == record_id)
                .values(
                    status=status.value,
                    generation=generation,
                    updated_at=now(),
                    content_hash=content_hash(values),
                    mark=record_mark(record_id, values),
                )
            )
            mark_cards(connection, record_id, status.value)
            log(connection, generation, actor, status.value, record_id)
        return generation

    # -- reading ---------------------------------------------------------------------------------

    def generation(self) -> int:
        """Return the number of the last committed write."""
        with self._read() as connection:
            return int(connection.execute(select(state.c.generation)).scalar_one())

    def binding(self) -> tuple[str, str]:
        """Return the encoder and tokenizer identities that stored passages were made with."""
        with self._read() as connection:
            row = connection.execute(select(state.c.encoder, state.c.tokenizer)).one()
        return row.encoder, row.tokenizer

    def lineage(self) -> str:
        """Return the mark of this store's line of generations."""
        with self._read() as connection:
            return str(connection.execute(select(state.c.lineage)).scalar_one())

    def changes_since(self, generation: int) -> Changes:
        """Return what happened after ``generation``, consistent within one read transaction."""
        with self._read() as connection:
            return feed.changes_since(connection, generation)

    def passage_rows(self, ids: Sequence[int]) -> dict[int, FoundPassage]:
        """Return the passages with these ids and what their records say; none for deleted ones."""
        with self._read() as connection:
            return self._recent.rows(connection, ids)

    def record(self, record_id: str) -> Record:
        """Return one record with its passages.

        Raises:
            NotFoundError: There is no such record.
        """
        with self._read() as connection:
            row = connection.execute(select(records).where(records.c.id == record_id)).one_or_none()
            if row is None:
                raise NotFoundError(f"没有编号为 {record_id} 的记录。")
            pieces = connection.execute(
                select(passages).where(passages.c.record_id == record_id).order_by(passages.c.id)
            ).all()
            return record_of(checked(row), checked_pieces(pieces))

    def versions(self, record_id: str) -> list[Version]:
        """Return a record's earlier versions, the newest first."""
        with self._read() as connection:
            return history.versions_of(connection, record_id)

    def events(self, record_id: str) -> list[Event]:
        """Return who did what to a record, the latest first."""
        with self._read() as connection:
            return history.events_of(connection, record_id)

    def deleted_since(self, generation: int) -> set[str]:
        """Return the ids of the records that were deleted after a generation."""
        with self._read() as connection:
            return history.deleted_since(connection, generation)

    def ids(self) -> dict[str, tuple[str, str]]:
        """Return every record's id with its title and file name."""
        query = select(records.c.id, records.c.title, records.c.file_name)
        with self._read() as connection:
            return {row.id: (row.title, row.file_name) for row in connection.execute(query)}

    def records(self, where: Filter, *, limit: int | None = None) -> list[Record]:
        """Return matching records without their passages, by id."""
        query = filtered(select(records), where).order_by(records.c.id).limit(limit)
        with self._read() as connection:
            return [record_of(checked(row), ()) for row in connection.execute(query)]

    def columns(
        self, kind: Kind, texts: Sequence[str], flags: Sequence[str] = (), *, since: int = -1
    ) -> Sequence[AnyRow]:
        """Return id, category and some entries of ``meta`` of records stored after a generation.

        ``texts`` are read as texts, ``flags`` as booleans; what a record lacks is None.
        """
        with self._read() as connection:
            return meta_columns(connection, kind, texts, flags, since)

    def records_of(self, ids: Sequence[str]) -> list[Record]:
        """Return the records with these ids in this order, without passages; gone ones are out."""
        with self._read() as connection:
            rows = connection.execute(select(records).where(records.c.id.in_(ids)))
            found = {row.id: record_of(checked(row), ()) for row in rows}
        return [found[one] for one in ids if one in found]

    def browse(self, selection: Selection) -> Shelf:
        """Return a page of the chosen records, without their passages, and the facets' counts."""
        with self._read() as connection:
            return facets.browse(connection, selection)

    def page(self, selection: Selection) -> tuple[Record, ...]:
        """Return a page of the chosen records, without their passages and without counting."""
        with self._read() as connection:
            return facets.page(connection, selection)

    def whole_records(self) -> Iterator[Record]:
        """Yield every record with its passages, by id."""
        for record_id in self.ids():
            yield self.record(record_id)

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file, if anything."""
        if self._engine.dialect.name != "sqlite":
            return []
        with self._read() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        return [str(text) for text in found if text != "ok"]

    def faults(self, dim: int) -> list[tuple[Fault, str]]:
        """Return what is wrong row by row, with the record's or passage's id; see `damage`."""
        if self._engine.dialect.name != "sqlite":
            return []
        with self._read() as connection:
            return list(inspect_rows(connection, dim))

    def searchable_passages(self) -> int:
        """Return the number of passages whose record is there."""
        with self._read() as connection:
            query = select(func.count()).select_from(passages.join(records))
            return int(connection.execute(query).scalar_one())

    def drop_orphans(self) -> int:
        """Delete passages whose record is gone; return how many."""
        orphans = passages.c.record_id.not_in(select(records.c.id))
        with self._write() as connection:
            found = connection.execute(select(passages.c.record_id).where(orphans)).scalars().all()
            generation = next_generation(connection) if found else 0
            for record_id in set(found):
                bury(connection, record_id, generation)
                log(connection, generation, "doctor", "delete", record_id)
        return len(found)

    def counts(self) -> dict[str, int]:
        """Return the number of records of each kind, and of passages under ``passages``."""
        with self._read() as connection:
            by_kind: dict[str, int] = dict(
                connection.execute(
                    select(records.c.kind, func.count()).group_by(records.c.kind)
                ).all()
            )
            total = connection.execute(select(func.count()).select_from(passages)).scalar_one()
        return {kind.value: by_kind.get(kind.value, 0) for kind in Kind} | {"passages": total}
