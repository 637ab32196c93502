"""From a ticket to a record: masked, in sections, without the customer's name and number."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from cases.categories import Categories
from cases.tickets.category import match_category
from cases.tickets.fields import FieldKind, FieldTable, load_fields
from cases.tickets.privacy import customer_hash, hide, keyed_hash, star_name
from cases.tickets.rows import Ticket
from cases.tickets.values import Value
from indexing.chunking import split
from indexing.masking import Masker
from indexing.records import Kind, Passage, Record, Status

TITLE_CHARS = 30
OPEN = ("待处理", "处理中", "遗留")  # statuses of work orders that somebody has to go on with
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,61}")
_KEPT_HASH = re.compile(r"[0-9a-f]{16}")
_SENTENCE_END = re.compile(r"[。！？!?；;\n]")


def to_record(
    ticket: Ticket,
    masker: Masker,
    categories: Categories,
    hash_key: bytes,
    *,
    file_name: str = "",
    fields: FieldTable | None = None,
) -> Record:
    """Return ``ticket`` as a published record.

    ``meta`` holds the masked fields by key, times as ISO 8601, ``customer_hash``,
    ``sections``: the spans in ``text`` of the fields that make it, and of an open one its status
    under ``tags``. Category and urgency stand in
    ``meta`` only where the tables do not know them.
    """
    table = fields or load_fields()
    number, said = _masked(ticket, masker, table)
    text, spans = _compose(said, table)
    meta: dict[str, Any] = {k: v for k, v in said.items() if k not in spans}
    category = match_category(str(meta.get("category", "")), categories)
    urgency = meta.get("urgency")
    known = urgency in table.fields["urgency"].choices.values()
    if category is not None:
        meta.pop("category")
    if known:
        meta.pop("urgency")
    stamp = _customer(ticket.values, hash_key)
    if stamp is not None:
        meta["customer_hash"] = stamp
    meta["sections"] = {key: list(span) for key, span in spans.items()}
    if meta.get("status") in OPEN:
        meta["tags"] = [meta["status"]]  # by which open work orders are listed
    return Record(
        id=_record_id(ticket, number, hash_key),
        kind=Kind.TICKET,
        title=_title(str(said.get("description", ""))),
        text=text,
        status=Status.PUBLISHED,
        passages=tuple(
            Passage(c.heading, c.start, c.end, c.text, c.start, c.end) for c in split(text)
        ),
        category=category,
        urgency=urgency if known else None,
        file_name=file_name,
        meta=meta,
    )


def sections_of(record: Record) -> dict[str, str]:
    """Return the fields that make the text of a ticket record, by key."""
    return {key: record.text[start:end] for key, (start, end) in record.meta["sections"].items()}


def _masked(ticket: Ticket, masker: Masker, table: FieldTable) -> tuple[str, dict[str, Any]]:
    """Return the number and what may be stored, by field in the table's order.

    All texts go through the masker at once, a line each: it keeps lengths.
    """
    said: dict[str, Any] = {}
    texts = {"ticket_id": ticket.id}
    for key, field in table.fields.items():
        value = ticket.values.get(key)
        if value is None or field.private or key == "customer_hash":
            continue
        if isinstance(value, datetime):
            said[key] = value.isoformat(timespec="seconds")
        elif isinstance(value, str):
            texts[key] = star_name(value) if field.kind is FieldKind.PERSON else value
            said[key] = ""  # keeps the order
        else:
            said[key] = value
    masked = masker.mask(hide("\n".join(texts.values()), ticket.values, table)).text
    start = 0
    for key, text in texts.items():
        said[key] = masked[start : start + len(text)]
        start += len(text) + 1
    return said.pop("ticket_id"), said


def _compose(said: dict[str, Any], table: FieldTable) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the record's text, and the span in it of each field that it is made of."""
    text = ""
    spans: dict[str, tuple[int, int]] = {}
    for key, field in table.fields.items():
        if field.section and key in said:
            text += f"{chr(10) * 2 if text else ''}## {field.section}\n"
            spans[key] = (len(text), len(text) + len(said[key]))
            text += said[key]
    return text, spans


def _customer(values: dict[str, Value], key: bytes) -> str | None:
    for name in ("phone", "contact"):
        stamp = customer_hash(str(values.get(name, "")), key)
        if stamp is not None:
            return stamp
    kept = str(values.get("customer_hash", ""))
    return kept if _KEPT_HASH.fullmatch(kept) else None


def _record_id(ticket: Ticket, masked: str, key: bytes) -> str:
    """Return ``T-`` and the ticket's number, hashed where it is unsafe or betrays somebody."""
    if _SAFE_ID.fullmatch(masked) and masked == ticket.id:
        return f"T-{masked}"
    return f"T-{keyed_hash(ticket.id or ticket.digest, key)}"


def _title(description: str) -> str:
    """Return the first sentence of a masked description, cut at ``TITLE_CHARS``."""
    line = _SENTENCE_END.split(description.strip(), maxsplit=1)[0]
    line = " ".join((line if len(line) >= 6 else description).split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1] + "…"
