"""Earlier versions of a record, and who did what to it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select

from indexing.records import Kind, Record
from indexing.store.faults import damaged
from indexing.store.reading import record_of
from indexing.store.schema import audit, passages, records, versions

_RECORD = TypeAdapter(Record)


@dataclass(frozen=True)
class Event:
    """A line of the audit: ``action`` is store, delete or a status; ``at`` is UTC in ISO 8601."""

    generation: int
    at: str
    actor: str
    action: str


@dataclass(frozen=True)
class Version:
    """A record as it was from ``generation`` on, until the next version."""

    generation: int
    at: str
    record: Record


def keep(connection: Connection, record_id: str) -> None:
    """Keep what is stored of a record as a version; tickets, which nobody revises, are not kept."""
    row = connection.execute(select(records).where(records.c.id == record_id)).one_or_none()
    if row is None or row.kind == Kind.TICKET:
        return
    query = select(passages).where(passages.c.record_id == record_id).order_by(passages.c.id)
    record = record_of(row, connection.execute(query).all())
    data = _RECORD.dump_python(record, mode="json")
    version = {"record_id": record_id, "generation": row.generation, "at": row.updated_at}
    connection.execute(insert(versions), version | {"data": data, "digest": _digest(data)})


def versions_of(connection: Connection, record_id: str) -> list[Version]:
    """Return a record's earlier versions, the newest first.

    Raises:
        StoreError: One does not say what was written.
    """
    query = select(versions).where(versions.c.record_id == record_id)
    found = []
    for row in connection.execute(query.order_by(versions.c.generation.desc())):
        if _digest(row.data) != row.digest:
            raise damaged(f"记录 {record_id} 的旧版本与写入时不同")
        found.append(Version(row.generation, row.at, _RECORD.validate_python(row.data)))
    return found


def events_of(connection: Connection, record_id: str) -> list[Event]:
    """Return who did what to a record, the latest first."""
    query = select(audit).where(audit.c.record_id == record_id).order_by(audit.c.id.desc())
    return [Event(r.generation, r.at, r.actor, r.action) for r in connection.execute(query)]


def deleted_since(connection: Connection, generation: int) -> set[str]:
    """Return the ids of the records that were deleted after ``generation``."""
    late = (audit.c.generation > generation) & (audit.c.action == "delete")
    return set(connection.execute(select(audit.c.record_id).where(late)).scalars())


def _digest(data: Any) -> str:
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
