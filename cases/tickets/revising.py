"""A stored ticket changed: read back into values, given new ones, made a record again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cases.categories import Categories
from cases.tickets.fields import FieldKind, load_fields
from cases.tickets.record import sections_of, to_record
from cases.tickets.rows import Ticket
from cases.tickets.values import Value
from indexing.errors import InputError
from indexing.masking import Masker
from indexing.records import Record


def values_of(record: Record) -> dict[str, Value]:
    """Return what a ticket record holds by field, all of it masked already."""
    held: dict[str, Any] = dict(sections_of(record))
    held |= {key: value for key, value in record.meta.items() if key not in ("sections", "tags")}
    held |= {"category": record.category or held.get("category")}
    held |= {"urgency": record.urgency or held.get("urgency")}
    fields = load_fields().fields
    return {
        key: datetime.fromisoformat(value) if fields[key].kind is FieldKind.DATETIME else value
        for key, value in held.items()
        if key in fields and value is not None
    }


def revised(
    record: Record,
    changes: Mapping[str, Value | None],
    masker: Masker,
    categories: Categories,
    hash_key: bytes,
) -> Record:
    """Return the ticket with some fields changed; ``None`` empties a field.

    Raises:
        InputError: A field is unknown, or one that must be filled is left empty.
    """
    fields = load_fields().fields
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise InputError(f"工单没有“{unknown[0]}”这个字段。")
    values = {k: v for k, v in (values_of(record) | dict(changes)).items() if v not in (None, "")}
    for key, field in fields.items():
        if field.required and key != "ticket_id" and key not in values:
            raise InputError(f"工单 {record.id} 缺少{field.label}。")
    new = to_record(
        Ticket(record.id, "", values), masker, categories, hash_key, file_name=record.file_name
    )
    return replace(new, id=record.id)
