"""The record store: the truth that every index is derived from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from indexing.errors import NotFoundError, StaleIndexError, StoreError
from indexing.records import Filter, Kind, Passage, Record, Status
from indexing.store.engine import open_engine
from indexing.store.schema import (
    SCHEMA_VERSION,
    audit,
    metadata,
    passages,
    records,
    state,
    tombstones,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_PARAMETERS = 500
_FILTER_COLUMNS = (
    records.c.kind,
    records.c.status,
    records.c.category,
    records.c.urgency,
    records.c.valid_from,
    records.c.valid_until,
)


@dataclass(frozen=True)
class Prepared:
    """A record ready to store: ``tokens[i]`` and ``vectors[i]`` belong to ``record.passages[i]``."""

    record: Record
    tokens: Sequence[Sequence[str]]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Written:
    """What one transaction did; ids of records stored, and of those that were already the same."""

    generation: int
    stored: tuple[str, ...]
    merged: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """All that happened after a generation, read in one transaction.

    ``added`` are live passages joined with their record's columns; ``dead`` are passage ids;
    ``touched`` are records whose columns changed.
    """

    generation: int
    added: Sequence[Row[Any]]
    dead: NDArray[np.int64]
    touched: Sequence[Row[Any]]


class Store:
    """Records, passages and vectors in one SQL database."""

    def __init__(self, address: str) -> None:
        """Open the database at ``address`` (an SQLAlchemy URL), making the tables if need be."""
        self._engine = open_engine(address)
        try:
            with self._write() as connection:
                metadata.create_all(connection)
                found = connection.execute(select(state)).one_or_none()
                if found is None:
                    connection.execute(
                        insert(state).values(id=1, schema_version=SCHEMA_VERSION, generation=0)
                    )
        except DatabaseError as error:
            raise StoreError(f"记录库打不开或已损坏（{error.orig}）;请用 tousu restore 恢复备份。") from error
        if found is not None and found.schema_version != SCHEMA_VERSION:
            raise StoreError(
                f"记录库的结构版本是 {found.schema_version}，本程序需要 {SCHEMA_VERSION};请先升级。"
            )

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        writer = self._engine.connect().execution_options(write=True)
        with writer as connection, connection.begin():
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
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
                    "记录库的向量由另一个模型或词典建立，不能混用；请运行 tousu build --reembed 重建。"
                )
            connection.execute(update(state).values(encoder=encoder, tokenizer=tokenizer))

    def rebind(self, encoder: str, tokenizer: str, prepared: Iterable[Prepared]) -> int:
        """Replace every passage by its newly embedded form in one transaction."""
        with self._write() as connection:
            generation = _next_generation(connection)
            for item in prepared:
                _put_passages(connection, item, generation)
            connection.execute(update(state).values(encoder=encoder, tokenizer=tokenizer))
        return generation

    def write(self, items: Sequence[Prepared], *, actor: str) -> Written:
        """Store or replace ``items`` in one transaction; same content is left as it is."""
        stored, merged = [], []
        with self._write() as connection:
            generation = connection.execute(select(state.c.generation)).scalar_one()
            changed = [item for item in items if not _is_same(connection, item.record)]
            merged = [i.record.id for i in items if all(i is not other for other in changed)]
            if changed:
                generation = _next_generation(connection)
            for item in changed:
                _put_record(connection, item.record, generation)
                _put_passages(connection, item, generation)
                _log(connection, generation, actor, "store", item.record.id)
                stored.append(item.record.id)
        return Written(generation, tuple(stored), tuple(merged))

    def delete(self, ids: Sequence[str], *, actor: str) -> int:
        """Delete records with their passages and vectors; return the new generation.

        Raises:
            NotFoundError: One of the records is not there; nothing is deleted.
        """
        with self._write() as connection:
            generation = _next_generation(connection)
            for record_id in ids:
                _bury(connection, record_id, generation)
                gone = connection.execute(delete(records).where(records.c.id == record_id))
                if gone.rowcount == 0:
                    raise NotFoundError(f"没有编号为 {record_id} 的记录，未删除任何内容。")
                _log(connection, generation, actor, "delete", record_id)
        return generation

    def set_status(self, record_id: str, status: Status, *, actor: str) -> int:
        """Publish, retire or draft a record; return the new generation."""
        with self._write() as connection:
            generation = _next_generation(connection)
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
                    updated_at=_now(),
                    content_hash=_content_hash(values),
                )
            )
            _log(connection, generation, actor, status.value, record_id)
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

    def changes_since(self, generation: int) -> Changes:
        """Return what happened after ``generation``, consistent within one read transaction."""
        with self._read() as connection:
            now = int(connection.execute(select(state.c.generation)).scalar_one())
            added = connection.execute(
                select(
                    passages.c.id,
                    passages.c.record_id,
                    passages.c.tokens,
                    passages.c.vector,
                    passages.c.valid_from.label("part_from"),
                    passages.c.valid_until.label("part_until"),
                    *_FILTER_COLUMNS,
                )
                .join(records)
                .where(passages.c.generation > generation)
                .order_by(passages.c.id)
            ).all()
            dead = connection.execute(
                select(tombstones.c.passage_id).where(tombstones.c.generation > generation)
            ).scalars()
            gone = np.fromiter(dead, dtype=np.int64)
            touched = connection.execute(
                select(records.c.id, *_FILTER_COLUMNS).where(records.c.generation > generation)
            ).all()
        return Changes(now, added, gone, touched)

    def passage_columns(self) -> Sequence[Row[Any]]:
        """Return every live passage's id with the columns that filters look at."""
        query = select(
            passages.c.id,
            passages.c.record_id,
            passages.c.valid_from.label("part_from"),
            passages.c.valid_until.label("part_until"),
            *_FILTER_COLUMNS,
        ).join(records)
        with self._read() as connection:
            return connection.execute(query).all()

    def passage_rows(self, ids: Sequence[int]) -> dict[int, Row[Any]]:
        """Return the passages with these ids joined with their records; deleted ones are absent."""
        query = select(
            passages,
            records.c.kind,
            records.c.title,
            records.c.status,
            records.c.category,
            records.c.urgency,
            records.c.meta,
            records.c.valid_from.label("record_from"),
            records.c.valid_until.label("record_until"),
        ).join(records)
        rows: dict[int, Row[Any]] = {}
        with self._read() as connection:
            for first in range(0, len(ids), _MAX_PARAMETERS):
                some = list(ids[first : first + _MAX_PARAMETERS])
                for row in connection.execute(query.where(passages.c.id.in_(some))):
                    rows[row.id] = row
        return rows

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
        return _record_of(row, pieces)

    def ids(self) -> dict[str, tuple[str, str]]:
        """Return every record's id with its title and file name."""
        query = select(records.c.id, records.c.title, records.c.file_name)
        with self._read() as connection:
            return {row.id: (row.title, row.file_name) for row in connection.execute(query)}

    def records(self, where: Filter, *, limit: int | None = None) -> list[Record]:
        """Return matching records without their passages, by id."""
        query = _filtered(select(records), where).order_by(records.c.id).limit(limit)
        with self._read() as connection:
            return [_record_of(row, ()) for row in connection.execute(query)]

    def whole_records(self) -> Iterator[Record]:
        """Yield every record with its passages, by id."""
        for record_id in self.ids():
            yield self.record(record_id)

    def counts(self) -> dict[str, int]:
        """Return the number of records of each kind, and of passages under ``passages``."""
        with self._read() as connection:
            by_kind = dict(
                connection.execute(
                    select(records.c.kind, func.count()).group_by(records.c.kind)
                ).all()
            )
            total = connection.execute(select(func.count()).select_from(passages)).scalar_one()
        return {kind.value: by_kind.get(kind.value, 0) for kind in Kind} | {"passages": total}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _next_generation(connection: Connection) -> int:
    connection.execute(update(state).values(generation=state.c.generation + 1))
    return int(connection.execute(select(state.c.generation)).scalar_one())


def _log(connection: Connection, generation: int, actor: str, action: str, record_id: str) -> None:
    connection.execute(
        insert(audit).values(
            generation=generation, at=_now(), actor=actor, action=action, record_id=record_id
        )
    )


def _columns(record: Record) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": record.id,
        "kind": record.kind.value,
        "title": record.title,
        "text": record.text,
        "status": record.status.value,
        "category": record.category,
        "urgency": record.urgency,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "source": record.source,
        "file_name": record.file_name,
        "meta": record.meta,
    }
    return values | {"content_hash": _content_hash(values)}


_HASHED = ("id", "kind", "title", "text", "status", "category", "urgency", "meta")


def _content_hash(values: dict[str, Any]) -> str:
    said = {name: values[name] for name in _HASHED}
    days = [str(values["valid_from"]), str(values["valid_until"])]
    canonical = json.dumps([said, days], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _is_same(connection: Connection, record: Record) -> bool:
    query = select(records.c.content_hash).where(records.c.id == record.id)
    return connection.execute(query).scalar_one_or_none() == _columns(record)["content_hash"]


def _put_record(connection: Connection, record: Record, generation: int) -> None:
    values = _columns(record) | {"generation": generation, "updated_at": _now()}
    changed = connection.execute(update(records).where(records.c.id == record.id).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(records).values(values))


def _bury(connection: Connection, record_id: str, generation: int) -> None:
    old = select(passages.c.id).where(passages.c.record_id == record_id)
    dead = [{"passage_id": i, "generation": generation} for i in connection.execute(old).scalars()]
    if dead:
        connection.execute(insert(tombstones), dead)
        connection.execute(delete(passages).where(passages.c.record_id == record_id))


def _put_passages(connection: Connection, item: Prepared, generation: int) -> None:
    _bury(connection, item.record.id, generation)
    rows = [
        {
            "record_id": item.record.id,
            "heading": list(passage.heading),
            "start": passage.start,
            "end": passage.end,
            "source_start": passage.source_start,
            "source_end": passage.source_end,
            "text": passage.text,
            "part": passage.part,
            "valid_from": passage.valid_from,
            "valid_until": passage.valid_until,
            "tokens": " ".join(tokens),
            "vector": np.ascontiguousarray(vector, dtype="<f4").tobytes(),
            "generation": generation,
        }
        for passage, tokens, vector in zip(
            item.record.passages, item.tokens, item.vectors, strict=True
        )
    ]
    if rows:
        connection.execute(insert(passages), rows)


def _record_of(row: Row[Any], pieces: Collection[Row[Any]]) -> Record:
    return Record(
        id=row.id,
        kind=Kind(row.kind),
        title=row.title,
        text=row.text,
        status=Status(row.status),
        passages=tuple(_passage_of(piece) for piece in pieces),
        category=row.category,
        urgency=row.urgency,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
        file_name=row.file_name,
        meta=row.meta,
    )


def _passage_of(row: Row[Any]) -> Passage:
    return Passage(
        heading=tuple(row.heading),
        start=row.start,
        end=row.end,
        text=row.text,
        source_start=row.source_start,
        source_end=row.source_end,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        part=row.part,
    )


def _filtered(query: Any, where: Filter) -> Any:
    for column, wanted in (
        (records.c.kind, where.kinds),
        (records.c.status, where.statuses),
        (records.c.urgency, where.urgencies),
    ):
        if wanted:
            query = query.where(column.in_([str(value) for value in wanted]))
    if where.categories:
        condition = records.c.category.in_(where.categories)
        for code in where.categories:
            condition |= records.c.category.like(f"{code}/%")
        query = query.where(condition)
    if where.as_of is not None:
        query = query.where(_in_force(where.as_of))
    return query


def _in_force(day: date) -> Any:
    begun = records.c.valid_from.is_(None) | (records.c.valid_from <= day)
    return begun & (records.c.valid_until.is_(None) | (records.c.valid_until >= day))
