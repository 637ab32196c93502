"""What one transaction writes: rows of records, passages, tombstones and audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select, update

from indexing.records import Record
from indexing.store.digests import content_hash, passage_digest, passage_mark, record_mark
from indexing.store.facets import put_cards, remove_cards
from indexing.store.schema import MAX_PARAMETERS, audit, passages, records, state, tombstones


@dataclass(frozen=True)
class Prepared:
    """A record to store: ``tokens[i]`` and ``vectors[i]`` belong to ``record.passages[i]``."""

    record: Record
    tokens: Sequence[Sequence[str]]
    vectors: NDArray[np.float32]


def now() -> str:
    """Return the time of a write, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def next_generation(connection: Connection) -> int:
    """Count the generation up and return it."""
    connection.execute(update(state).values(generation=state.c.generation + 1))
    return int(connection.execute(select(state.c.generation)).scalar_one())


def log(connection: Connection, generation: int, actor: str, action: str, record_id: str) -> None:
    """Add a row to the audit."""
    row = {"generation": generation, "at": now(), "actor": actor, "action": action}
    connection.execute(insert(audit), row | {"record_id": record_id})


def row_of(record: Record) -> dict[str, Any]:
    """Return the row that ``record`` is stored as, without when it was."""
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
    return values | {
        "content_hash": content_hash(values),
        "mark": record_mark(record.id, values),
    }


def hashes_of(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the content hash of each of the records ``ids`` that is stored."""
    found: dict[str, str] = {}
    for first in range(0, len(ids), MAX_PARAMETERS):
        some = ids[first : first + MAX_PARAMETERS]
        query = select(records.c.id, records.c.content_hash).where(records.c.id.in_(some))
        found |= {row.id: row.content_hash for row in connection.execute(query)}
    return found


def put_record(
    connection: Connection, row: dict[str, Any], generation: int, *, is_new: bool
) -> None:
    """Insert or update a record's ``row`` and its cards."""
    values = row | {"generation": generation, "updated_at": now()}
    if is_new:
        connection.execute(insert(records), values)
    else:
        connection.execute(update(records).where(records.c.id == row["id"]), values)
        remove_cards(connection, row["id"])
    put_cards(connection, values)


def bury(connection: Connection, record_id: str, generation: int) -> None:
    """Delete a record's passages, leaving their ids in the tombstones."""
    old = select(passages.c.id).where(passages.c.record_id == record_id)
    dead = [{"passage_id": i, "generation": generation} for i in connection.execute(old).scalars()]
    if dead:
        connection.execute(insert(tombstones), dead)
        connection.execute(delete(passages).where(passages.c.record_id == record_id))


def put_passages(connection: Connection, item: Prepared, generation: int) -> None:
    """Write a record's passages, tokens and vectors; earlier ones are buried before."""
    rows: list[dict[str, Any]] = [
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
    for row in rows:
        row["digest"] = passage_digest(row)
        row["mark"] = passage_mark(row["record_id"], row["valid_from"], row["valid_until"])
    if rows:
        connection.execute(insert(passages), rows)
