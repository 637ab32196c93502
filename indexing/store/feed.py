"""What an index reads of the store: changes since a generation, filter columns, hits' rows.

Every row is held against its digest before anything is made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from indexing.store.digests import checked, checked_marks, checked_passages, checked_records
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


@dataclass(frozen=True)
class Changes:
    """All that happened after a generation, read in one transaction.

    ``added`` are live passages joined with their record's columns; ``dead`` are passage ids;
    ``touched`` are records whose columns changed.
    """

    generation: int
    added: Sequence[AnyRow]
    dead: NDArray[np.int64]
    touched: Sequence[AnyRow]


def changes_since(connection: Connection, generation: int) -> Changes:
    """Return what happened after ``generation``.

    Raises:
        StoreError: A row does not say what was written.
    """
    current = int(connection.execute(select(state.c.generation)).scalar_one())
    added = connection.execute(
        select(*_PASSAGE_COLUMNS, *_WHOLE, *_RECORD_COLUMNS)
        .join(records)
        .where(passages.c.generation > generation)
        .order_by(passages.c.id)
    ).all()
    dead = connection.execute(
        select(tombstones.c.passage_id).where(tombstones.c.generation > generation)
    ).scalars()
    gone = np.fromiter(dead, dtype=np.int64)
    touched = connection.execute(
        select(records.c.id.label("record_id"), *_RECORD_COLUMNS).where(
            records.c.generation > generation
        )
    ).all()
    return Changes(current, checked_marks(checked_passages(added)), gone, checked_records(touched))


def passage_rows(connection: Connection, ids: Sequence[int]) -> dict[int, AnyRow]:
    """Return the passages with these ids joined with their records; deleted ones are absent.

    Raises:
        StoreError: A passage or its record does not say what was written.
    """
    query = select(
        *_PASSAGE_COLUMNS,
        *_WHOLE,
        *_RECORD_COLUMNS,
        records.c.title,
        records.c.meta,
    ).join(records)
    rows: dict[int, AnyRow] = {}
    for first in range(0, len(ids), MAX_PARAMETERS):
        some = list(ids[first : first + MAX_PARAMETERS])
        found = connection.execute(query.where(passages.c.id.in_(some))).all()
        rows |= {row.id: row for row in checked_marks(checked_passages(found))}
        owners = {row.record_id for row in found}
        for row in connection.execute(select(records).where(records.c.id.in_(owners))):
            checked(row)
    return rows
