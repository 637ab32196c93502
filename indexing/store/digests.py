"""Marks by which rows are known to be read as they were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from indexing.store.faults import damaged

_HASHED = ("id", "kind", "title", "text", "status", "category", "urgency", "meta")


def content_hash(values: Any) -> str:
    """Return the SHA-256 of what a record says, whatever file it came from.

    ``values`` maps the names of columns to their values.
    """
    said = {name: values[name] for name in _HASHED}
    days = [str(values["valid_from"]), str(values["valid_until"])]
    canonical = json.dumps([said, days], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def passage_digest(record_id: str, text: str, tokens: str, vector: bytes) -> str:
    """Return the digest of what both legs and the reader are given of a passage."""
    said = "\0".join((record_id, text, tokens)).encode()
    return hashlib.blake2b(said + vector, digest_size=16).hexdigest()


def checked(row: Any) -> Any:
    """Return a whole row of ``records``.

    Raises:
        StoreError: It does not say what was written.
    """
    if content_hash(row._mapping) != row.content_hash:
        raise damaged(f"记录 {row.id} 与写入时不同")
    return row


def checked_passages(rows: Sequence[Any]) -> Sequence[Any]:
    """Return rows of ``passages``.

    Raises:
        StoreError: One does not say what was written.
    """
    for row in rows:
        if passage_digest(row.record_id, row.text, row.tokens, row.vector) != row.digest:
            raise damaged(f"记录 {row.record_id} 的文本块 {row.id} 与写入时不同")
    return rows
