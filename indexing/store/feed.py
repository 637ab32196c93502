"""What an index reads of the store: changes since a generation, filter columns, hits' rows.

Every row is held against its digest before anything is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from indexing.store.digests import (
    checked,
    checked_marks,
    checked_passages,
    checked_pieces,
    checked_records,
)
from indexing.store.reading import AnyRow
from indexing.store.schema import MAX_PARAMETERS, passages, records, state, tombstones

_RECORD_COLUMNS = (
    records.c.kind,
    records.c.status,
    records.c.category,
    records.c.urgency,
    records.c.valid_from,
    records.c.valid_until,
    records.c.mark,
)
_PASSAGE_COLUMNS = (
    passages.c.id,
    passages.c.record_id,
    passages.c.valid_from.label("part_from"),
    passages.c.valid_until.label("part_until"),
    passages.c.mark.label("part_mark"),
)
_WHOLE = tuple(
    passages.c[name]
    for name in (
        "text",
        "heading",
        "start",
        "end",
        "source_start",
        "source_end",
        "part",
        "tokens",
        "vector",
        "digest",
    )
)


BATCH = 2_000  # rows whose whole text is held at a time


@dataclass(frozen=True, slots=True)
class Added:
    """What an index needs of a passage and its record; ``tokens`` are parted by blanks."""

    id: int
    record_id: str
    part_from: date | None
    part_until: date | None
    tokens: str
    vector: bytes
    kind: str
    status: str
    category: str | None
    urgency: str | None
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True)
class Changes:
    """All that happened after a generation, read in one transaction.

    ``added`` are live passages with their record's columns; ``dead`` are passage ids;
    ``touched`` are records whose columns changed.
    """

    generation: int
    added: Sequence[Added]
    dead: NDArray[np.int64]
    touched: Sequence[AnyRow]


def changes_since(connection: Connection, generation: int) -> Changes:
    """Return what happened after ``generation``.

    Raises:
        StoreError: A row does not say what was written.
    """
    current = int(connection.execute(select(state.c.generation)).scalar_one())
    added = list(_added(connection, generation))
    dead = connection.execute(
        select(tombstones.c.passage_id).where(tombstones.c.generation > generation)
    ).scalars()
    gone = np.fromiter(dead, dtype=np.int64)
    touched = connection.execute(
        select(records.c.id.label("record_id"), *_RECORD_COLUMNS).where(
            records.c.generation > generation
        )
    ).all()
    return Changes(current, added, gone, checked_records(touched))


def _added(connection: Connection, generation: int) -> Iterator[Added]:
    """Yield the passages that came after ``generation``; of a batch only what is needed stays."""
    wanted = (
        select(*_PASSAGE_COLUMNS, *_WHOLE, *_RECORD_COLUMNS)
        .join(records)
        .where(passages.c.generation > generation)
        .order_by(passages.c.id)
    )
    same: dict[str, str] = {}  # one string a record's passages, not one each
    found = connection.execution_options(yield_per=BATCH).execute(wanted)
    for rows in found.partitions():
        for row in checked_marks(checked_passages(rows)):
            yield Added(
                row.id,
                same.setdefault(row.record_id, row.record_id),
                row.part_from,
                row.part_until,
                row.tokens,
                row.vector,
                *(row.kind, row.status, row.category, row.urgency),
                *(row.valid_from, row.valid_until),
            )


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage with what a hit shows of its record."""

    id: int
    record_id: str
    text: str
    heading: list[str]
    start: int
    end: int
    source_start: int
    source_end: int
    part: str
    kind: str
    title: str
    status: str
    category: str | None
    urgency: str | None
    valid_from: date | None
    valid_until: date | None
    meta: dict[str, Any]


_OF_PASSAGE = ("id", "record_id", "text", "heading", "start", "end", "source_start", "source_end")
_OF_RECORD = ("kind", "title", "status", "category", "urgency", "valid_from", "valid_until", "meta")


def passage_rows(connection: Connection, ids: Sequence[int]) -> dict[int, FoundPassage]:
    """Return the passages with these ids and what their records say; deleted ones are absent.

    Raises:
        StoreError: A passage or its record does not say what was written.
    """
    found: dict[int, FoundPassage] = {}
    for first in range(0, len(ids), MAX_PARAMETERS):
        some = list(ids[first : first + MAX_PARAMETERS])
        pieces = connection.execute(select(passages).where(passages.c.id.in_(some))).all()
        names = {piece.record_id for piece in checked_pieces(pieces)}
        wanted = select(records).where(records.c.id.in_(names))
        owners = {row.id: checked(row) for row in connection.execute(wanted)}
        for piece in pieces:
            own, its = piece._mapping, owners[piece.record_id]._mapping
            found[piece.id] = FoundPassage(
                *(own[name] for name in (*_OF_PASSAGE, "part")),
                *(its[name] for name in _OF_RECORD),
            )
    return found
