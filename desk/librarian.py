"""What the librarian does beyond importing: drafts, versions, and what leans on a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cases.tickets.mapping import Mapping
from desk.drafting import Change, Draft, changes
from desk.drilling import DRILL
from desk.importing import clash
from desk.reading import Reader
from desk.tickets import Sheet, TicketReader
from indexing.errors import InputError, NotFoundError
from indexing.library import Library
from indexing.records import KNOWLEDGE, Filter, Kind, Record, Status
from indexing.store.history import Event, Version


@dataclass(frozen=True)
class Leaning:
    """What leans on a record: cases and wordings that name it, and drills done on it."""

    cases: tuple[tuple[str, str], ...]  # id and title
    wordings: tuple[tuple[str, str], ...]
    drills: int


@dataclass(frozen=True)
class Revision:
    """What a new version changes, and what leans on the record."""

    changes: tuple[Change, ...]
    leaning: Leaning


class Librarian:
    """Brings documents in with care, and turns changes back."""

    def __init__(self, library: Library, reader: Reader, tickets: TicketReader, actor: str) -> None:
        self._library = library
        self._reader = reader
        self._tickets = tickets
        self._actor = actor

    # -- drafts ----------------------------------------------------------------------------------

    def draft(self, path: Path, name: str, kind: Kind, kept: Collection[str] = ()) -> Draft:
        """Return what ``path`` would be stored as; what reads like one of ``kept`` stays unmasked.

        Raises:
            TousuError: The file cannot be read, or its id belongs to another document.
        """
        reader = replace(self._reader, keep=frozenset(kept))
        found = reader.read(path, kind, name, publish=False)
        problem = clash(found.record, name, self._library.store.ids())
        if problem is not None:
            raise InputError(problem)
        return Draft(found.record, found.original, found.masks, found.notes)

    def store(self, draft: Draft, *, publish: bool) -> bool:
        """Store a draft, live at once if ``publish``; return False if it was there already."""
        record = draft.record
        if publish and record.status is Status.DRAFT:
            record = replace(record, status=Status.PUBLISHED)
        return bool(self._library.write([record], actor=self._actor).stored)

    def drafts(self) -> list[Record]:
        """Return the records that wait to be published, by id."""
        return self._library.store.records(Filter(kinds=KNOWLEDGE, statuses=(Status.DRAFT,)))

    # -- work orders -----------------------------------------------------------------------------

    def sheets(self, path: Path, name: str) -> list[Sheet]:
        """Return the sheets of a work-order export with their columns as they were understood.

        Raises:
            InputError: The file holds no table.
        """
        return self._tickets.sheets(path, name)

    def remember(self, mapping: Mapping) -> None:
        """Read files with the same header by this mapping from now on."""
        self._tickets.book.remember(mapping)

    # -- versions --------------------------------------------------------------------------------

    def current(self, record_id: str) -> Record | None:
        """Return what is stored under an id, if anything."""
        try:
            return self._library.store.record(record_id)
        except NotFoundError:
            return None

    def events(self, record_id: str) -> list[Event]:
        """Return who did what to a record, the latest first."""
        return self._library.store.events(record_id)

    def versions(self, record_id: str) -> list[Version]:
        """Return a record's earlier versions, the newest first."""
        return self._library.store.versions(record_id)

    def revision(self, before: Record, after: Record) -> Revision:
        """Return what changes from ``before`` to ``after``, and what leans on it."""
        return Revision(tuple(changes(before, after)), self.leaning(after.id))

    def roll_back(self, record_id: str, generation: int) -> int:
        """Store a record anew as it was at a version; return the new generation.

        Raises:
            NotFoundError: There is no such version.
        """
        for version in self.versions(record_id):
            if version.generation == generation:
                written = self._library.write([version.record], actor=self._actor)
                return written.generation
        raise NotFoundError(f"记录 {record_id} 没有第 {generation} 代的旧版本。")

    def leaning(self, record_id: str) -> Leaning:
        """Return what leans on a record: cases, their wordings, and drills."""
        store = self._library.store
        everything = store.records(Filter(kinds=(Kind.CASE,), statuses=()))
        cases = [case for case in everything if record_id in _cited(case)]
        used = {name for case in cases for name in case.meta.get("wording") or ()}
        wordings = store.records(Filter(kinds=(Kind.WORDING,), statuses=()))
        drills = Counter(
            source for note in store.journal.notes(DRILL) for source in note.data.get("sources", ())
        )
        return Leaning(
            _named(cases),
            _named([w for w in wordings if w.id in used and w.id != record_id]),
            drills[record_id],
        )


def _cited(case: Record) -> set[str]:
    named = {name for key in ("policies", "wording") for name in case.meta.get(key) or ()}
    return named | {entry["case"] for entry in case.meta.get("contrasts") or ()}


def _named(records: Sequence[Record]) -> tuple[tuple[str, str], ...]:
    return tuple((record.id, record.title) for record in records)
