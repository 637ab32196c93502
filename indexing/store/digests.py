"""Marks by which rows are known to be read as they were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from indexing.store.faults import damaged

_HASHED = ("id", "kind", "title", "text", "status", "category", "urgency", "meta")
_PLACED = ("start", "end", "source_start", "source_end", "part")
_BYTES = 16


def content_hash(values: Any) -> str:
    """Return the SHA-256 of what a record says, whatever file it came from.

    ``values`` maps the names of columns to their values.
    """
    said = {name: values[name] for name in _HASHED}
    days = [str(values["valid_from"]), str(values["valid_until"])]
    canonical = json.dumps([said, days], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def record_mark(record_id: str, values: Any) -> str:
    """Return the digest of a record's columns that filters look at; ``values`` has them by name."""
    return _mark(
        record_id,
        values["kind"],
        values["status"],
        values["category"],
        values["urgency"],
        values["valid_from"],
        values["valid_until"],
    )


def passage_mark(record_id: str, since: object, until: object) -> str:
    """Return the digest of a passage's columns that filters look at."""
    return _mark(record_id, since, until)


def passage_digest(values: Any) -> str:
    """Return the digest of all else that a passage holds; ``values`` has its columns by name."""
    said = (values["record_id"], values["text"], values["tokens"], *values["heading"])
    placed = "\0".join((*said, *(str(values[name]) for name in _PLACED)))
    return hashlib.blake2b(placed.encode() + values["vector"], digest_size=_BYTES).hexdigest()


def checked(row: Any) -> Any:
    """Return a whole row of ``records``.

    Raises:
        StoreError: It does not say what was written.
    """
    if content_hash(row._mapping) != row.content_hash:
        raise damaged(f"记录 {row.id} 与写入时不同")
    return row


def checked_records(rows: Sequence[Any]) -> Sequence[Any]:
    """Return rows with ``record_id`` and the columns of records that filters look at.

    Raises:
        StoreError: One does not say what was written.
    """
    known: dict[str, str] = {}  # a record's passages come one after the other
    for row in rows:
        if row.mark != known.get(row.record_id):
            if record_mark(row.record_id, row._mapping) != row.mark:
                raise damaged(f"记录 {row.record_id} 与写入时不同")
            known = {row.record_id: row.mark}
    return rows


def checked_marks(rows: Sequence[Any]) -> Sequence[Any]:
    """Return rows of passages joined with their records' columns that filters look at.

    Raises:
        StoreError: One does not say what was written.
    """
    return checked_records(_held(rows, _is_elsewhere))


def checked_passages(rows: Sequence[Any]) -> Sequence[Any]:
    """Return rows of ``passages``.

    Raises:
        StoreError: One does not say what was written.
    """
    return _held(rows, lambda row: passage_digest(row._mapping) != row.digest)


def checked_pieces(rows: Sequence[Any]) -> Sequence[Any]:
    """Return whole rows of ``passages``, with both of their digests checked.

    Raises:
        StoreError: One does not say what was written.
    """
    return _held(rows, is_changed)


def _is_elsewhere(row: Any) -> bool:
    return bool(passage_mark(row.record_id, row.part_from, row.part_until) != row.part_mark)


def _held(rows: Sequence[Any], is_unlike: Callable[[Any], bool]) -> Sequence[Any]:
    for row in rows:
        if is_unlike(row):
            raise damaged(f"记录 {row.record_id} 的文本块 {row.id} 与写入时不同")
    return rows


def is_changed(row: Any) -> bool:
    """Tell whether a whole row of ``passages`` is not what was written."""
    mark = passage_mark(row.record_id, row.valid_from, row.valid_until)
    return bool(mark != row.mark or passage_digest(row._mapping) != row.digest)


def _mark(*values: object) -> str:
    said = "\0".join(map(str, values)).encode()
    return hashlib.blake2b(said, digest_size=_BYTES).hexdigest()
