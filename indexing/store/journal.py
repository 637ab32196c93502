"""The journal: what people said of the machine's work, added and never changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from indexing.store.schema import journal
from indexing.store.writing import now

Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Note:
    """An entry; ``at`` is UTC in ISO 8601."""

    at: str
    actor: str
    subject: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Journal:
    """Entries of a kind about a subject, in the store's own transactions."""

    read: Transaction
    write: Transaction

    def note(self, kind: str, subject: str, data: dict[str, Any], *, actor: str) -> None:
        """Add an entry."""
        self.note_many(kind, subject, [data], actor=actor)

    def note_many(
        self, kind: str, subject: str, entries: Sequence[dict[str, Any]], *, actor: str
    ) -> None:
        """Add entries, all or none."""
        head = {"at": now(), "actor": actor, "kind": kind, "subject": subject}
        with self.write() as connection:
            connection.execute(insert(journal), [head | {"data": data} for data in entries])

    def notes(self, kind: str, subject: str | None = None) -> list[Note]:
        """Return the entries of a kind, oldest first."""
        query = select(journal).where(journal.c.kind == kind).order_by(journal.c.id)
        if subject is not None:
            query = query.where(journal.c.subject == subject)
        with self.read() as connection:
            return [Note(r.at, r.actor, r.subject, r.data) for r in connection.execute(query)]

    def subjects(self, kind: str) -> list[str]:
        """Return what the entries of a kind are about, the newest first."""
        last = func.max(journal.c.id)
        query = select(journal.c.subject).where(journal.c.kind == kind)
        with self.read() as connection:
            found = connection.execute(query.group_by(journal.c.subject).order_by(last.desc()))
            return list(found.scalars())
