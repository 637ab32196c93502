"""What the trainers' pages ask of the library: shelves, the map, thin places and twins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cases.categories import load_categories
from cases.map import Place, lay_out
from cases.record import sections
from cases.thin import Complaint, ThinPlaces, Twin, thin_places, twins
from indexing.errors import InputError, NotFoundError
from indexing.library import Library
from indexing.records import Filter, Hit, Kind, Record, Status
from indexing.store.facets import Selection, Shelf

T = TypeVar("T")
Vectors = NDArray[np.float32]

MOST_COMPARED = 20_000  # cases that are compared each with each
MERGED = "merged"  # journal: subject is the retired case, data names the one kept
KEPT_BOTH = "kept-both"  # journal: subject is a pair that is no duplicate
LIVE = Filter(kinds=(Kind.CASE,), statuses=(Status.PUBLISHED, Status.DRAFT))
DESCRIPTION = "投诉描述"


@dataclass(frozen=True)
class Linked:
    """What a case names; ``contrasts`` come with the deciding detail. What is gone is left out."""

    policies: tuple[Record, ...] = ()
    wordings: tuple[Record, ...] = ()
    contrasts: tuple[tuple[Record, str], ...] = ()


class Browsing:
    """Browses one library; what is costly is made once a generation."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._made: dict[str, tuple[int, Any]] = {}

    def shelf(self, selection: Selection) -> Shelf:
        """Return a page of the chosen records and the facets' counts."""
        return self._library.store.browse(selection)

    def map(self) -> list[Place]:
        """Return every live case's place on the map; of very many an even choice."""
        return self._once("map", self._draw)

    def thin_places(self) -> ThinPlaces:
        """Return what published cases leave thin."""
        return self._once("thin", self._find_thin)

    def twins(self) -> list[Twin]:
        """Return near-duplicate cases that nobody has settled yet, the most alike first."""
        settled = {note.subject for note in self._library.store.journal.notes(KEPT_BOTH)}
        found = self._once("twins", self._compare)
        return [twin for twin in found if _pair(twin.a, twin.b) not in settled]

    def merge(self, keep: str, retire: str, *, actor: str) -> None:
        """Retire a case in favour of another and write it into the journal.

        Raises:
            InputError: Both are the same case.
            NotFoundError: One of them is not there.
        """
        if keep == retire:
            raise InputError(f"案例 {keep} 不能与自己合并。")
        self._library.store.record(keep)
        self._library.set_status(retire, Status.RETIRED, actor=actor)
        self._library.store.journal.note(MERGED, retire, {"kept": keep}, actor=actor)

    def keep_both(self, a: str, b: str, *, actor: str) -> None:
        """Note that two cases are no duplicates."""
        self._library.store.journal.note(KEPT_BOTH, _pair(a, b), {}, actor=actor)

    def merged_into(self, record_id: str) -> str | None:
        """Return the case that replaced a retired one."""
        notes = self._library.store.journal.notes(MERGED, record_id)
        return str(notes[-1].data["kept"]) if notes else None

    def linked(self, record: Record) -> Linked:
        """Return the policies, wordings and contrasting cases that ``record`` names."""
        meta = record.meta
        contrasts = [(self._find(c["case"]), c["detail"]) for c in meta.get("contrasts", [])]
        return Linked(
            tuple(r for one in meta.get("policies", []) if (r := self._find(one))),
            tuple(r for one in meta.get("wording", []) if (r := self._find(one))),
            tuple((found, detail) for found, detail in contrasts if found),
        )

    def similar(self, record: Record, day: date, *, limit: int, max_chars: int) -> tuple[Hit, ...]:
        """Return the cases whose complaint is nearest to that of ``record``."""
        text = (sections(record.text).get(DESCRIPTION) or record.title)[:max_chars]
        where = Filter(kinds=(Kind.CASE,), as_of=day)
        hits = self._library.search(text, [where], limit=limit + 1)[0].hits
        return tuple(hit for hit in hits if hit.id != record.id)[:limit]

    def _find(self, record_id: str) -> Record | None:
        try:
            return self._library.store.record(record_id)
        except NotFoundError:
            return None

    def _once(self, name: str, make: Callable[[], T]) -> T:
        generation = self._library.store.generation()
        if name not in self._made or self._made[name][0] != generation:
            self._made[name] = (generation, make())
        found: T = self._made[name][1]
        return found

    def _draw(self) -> list[Place]:
        vectors = self._case_vectors()
        records = {r.id: r for r in self._library.store.records(LIVE) if r.id in vectors}
        ids = _evenly(sorted(records))
        if not ids:
            return []
        points = lay_out(np.stack([vectors[one] for one in ids]))
        return [
            Place(one, records[one].title, records[one].category, float(x), float(y))
            for one, (x, y) in zip(ids, points, strict=True)
        ]

    def _case_vectors(self) -> dict[str, Vectors]:
        """Return each live case's mean passage vector, unit length, shape ``(dim,)``."""
        sums: dict[str, Vectors] = {}
        for record_id, _, vector in self._passages():
            sums[record_id] = sums.get(record_id, np.zeros_like(vector)) + vector
        return {
            one: total / max(float(np.linalg.norm(total)), 1e-12) for one, total in sums.items()
        }

    def _passages(self) -> list[tuple[str, int, Vectors]]:
        """Return record id, passage id and unit vector of each passage of a live case."""
        found = []
        snapshot = self._library.snapshot()
        for part, allowed in zip(snapshot.parts, snapshot.allowed(LIVE), strict=True):
            rows = np.flatnonzero(allowed)
            names = {code: word or "" for word, code in part.columns.words["record_id"].items()}
            codes = part.columns.codes["record_id"][rows]
            vectors = part.segment.vectors(rows)
            found += [
                (names[int(code)], int(passage), vector)
                for code, passage, vector in zip(
                    codes, part.segment.ids[rows], vectors, strict=True
                )
            ]
        return found

    def _compare(self) -> list[Twin]:
        passages = self._passages()
        rows = self._library.store.passage_rows([passage for _, passage, _ in passages])
        told: dict[str, tuple[Complaint, Vectors]] = {}
        for record_id, passage, vector in passages:
            row = rows.get(passage)
            if row is not None and DESCRIPTION in row.heading and record_id not in told:
                against = frozenset(c["case"] for c in row.meta.get("contrasts", []))
                told[record_id] = (Complaint(record_id, row.text, against), vector)
        if not told:
            return []
        chosen = [told[one] for one in _evenly(sorted(told))]
        return twins([complaint for complaint, _ in chosen], np.stack([v for _, v in chosen]))

    def _find_thin(self) -> ThinPlaces:
        store = self._library.store
        cases = [(r.category, r.meta) for r in store.records(Filter(kinds=(Kind.CASE,)))]
        wordings = [r.id for r in store.records(Filter(kinds=(Kind.WORDING,)))]
        policies = [r.id for r in store.records(Filter(kinds=(Kind.POLICY,)))]
        return thin_places(cases, load_categories().all, wordings, policies)


def _pair(a: str, b: str) -> str:
    return " ".join(sorted((a, b)))


def _evenly(ids: list[str]) -> list[str]:
    step = -(-len(ids) // MOST_COMPARED) or 1
    return ids[::step]
