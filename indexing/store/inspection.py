"""Looking a SQLite store over, row by row, for what no write of this program leaves."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from sqlalchemy import Connection, select, text

from indexing.store.digests import content_hash, is_changed, record_mark
from indexing.store.schema import passages, records

FLOAT_BYTES = 4


class Fault(StrEnum):
    """What can be wrong with a row."""

    ORPHAN = "orphan"  # a passage whose record is gone
    BARE = "bare"  # a record without passages
    JSON = "json"  # a column that should hold JSON
    SIZE = "size"  # a vector of another model's length
    NUMBER = "number"  # a vector with something that is no number
    CHANGED = "changed"  # a row that is not what was written


_FOUND_BY = {
    Fault.ORPHAN: "SELECT id FROM passages WHERE record_id NOT IN (SELECT id FROM records)",
    Fault.BARE: "SELECT id FROM records WHERE id NOT IN (SELECT record_id FROM passages)",
    Fault.JSON: "SELECT id FROM records WHERE NOT json_valid(meta) "
    "UNION SELECT record_id FROM passages WHERE NOT json_valid(heading)",
    Fault.SIZE: "SELECT id FROM passages WHERE length(vector) <> :size",
}


def inspect_rows(connection: Connection, dim: int) -> Iterator[tuple[Fault, str]]:
    """Yield each fault with the id of its record or passage; vectors have ``dim`` numbers."""
    size = {"size": dim * FLOAT_BYTES}
    broken: set[str] = set()
    for fault, query in _FOUND_BY.items():
        found = connection.execute(text(query), size if ":size" in query else {}).scalars()
        names = {str(name) for name in found}
        broken |= names
        yield from ((fault, name) for name in sorted(names))
    yield from _unlike(connection, broken)


def _unlike(connection: Connection, broken: set[str]) -> Iterator[tuple[Fault, str]]:
    sound = passages.c.id.not_in(broken) & passages.c.record_id.not_in(broken)
    for row in connection.execute(select(passages).where(sound)):
        if not np.isfinite(np.frombuffer(row.vector, "<f4")).all():
            yield Fault.NUMBER, str(row.id)
        elif is_changed(row):
            yield Fault.CHANGED, str(row.id)
    whole = select(records).where(records.c.id.not_in(broken))
    for row in connection.execute(whole):
        mark = record_mark(row.id, row._mapping)
        if content_hash(row._mapping) != row.content_hash or mark != row.mark:
            yield Fault.CHANGED, str(row.id)
