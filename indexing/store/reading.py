"""From rows to records, and from a filter to a condition."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from indexing.records import Filter, Kind, Passage, Record, Status
from indexing.store.schema import records

# A row of a query of several columns; SQLAlchemy types them one by one, which nobody reads.
AnyRow = Any


def record_of(row: AnyRow, pieces: Collection[AnyRow]) -> Record:
    """Return a row of ``records`` and its rows of ``passages`` as a record."""
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


def _passage_of(row: AnyRow) -> Passage:
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


def filtered(query: Any, where: Filter) -> Any:
    """Return ``query`` with the conditions of ``where``."""
    for column, wanted in (
        (records.c.kind, where.kinds),
        (records.c.status, where.statuses),
        (records.c.urgency, where.urgencies),
    ):
        if wanted:
            query = query.where(column.in_([str(value) for value in wanted]))
    if where.categories:
        condition: Any = records.c.category.in_(where.categories)
        for code in where.categories:
            condition |= records.c.category.like(f"{code}/%")
        query = query.where(condition)
    if where.as_of is not None:
        query = query.where(_in_force(where.as_of))
    return query


def meta_columns(
    connection: Connection, kind: Kind, texts: Sequence[str], flags: Sequence[str], since: int
) -> Sequence[AnyRow]:
    """Return id, category, and entries of ``meta`` of the records of a kind, by id."""
    query = select(
        records.c.id,
        records.c.category,
        *(records.c.meta[key].as_string() for key in texts),
        *(records.c.meta[key].as_boolean() for key in flags),
    ).where(records.c.kind == kind.value)
    if since >= 0:
        query = query.where(records.c.generation > since)
    return connection.execute(query.order_by(records.c.id)).all()


def _in_force(day: date) -> Any:
    begun = records.c.valid_from.is_(None) | (records.c.valid_from <= day)
    return begun & (records.c.valid_until.is_(None) | (records.c.valid_until >= day))
