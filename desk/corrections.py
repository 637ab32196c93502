"""Categories that people put right: kept in the journal, counted as cases from then on."""

from __future__ import annotations

from dataclasses import dataclass

from cases.categories import Categories
from cases.triage import Vector
from indexing.errors import InputError
from indexing.library import Library
from indexing.masking import Masker

CORRECTED = "category"  # journal: subject is the right category, data the masked complaint


@dataclass(frozen=True)
class Corrections:
    """The corrected categories of one library."""

    library: Library
    masker: Masker
    categories: Categories

    def add(self, text: str, category: str, *, actor: str) -> None:
        """Note that ``text`` belongs to ``category``; only its masked form is kept.

        Raises:
            InputError: There is no text, or no such category.
        """
        if not text.strip():
            raise InputError("没有投诉描述，不能改正分类。")
        if category not in self.categories:
            raise InputError(f"分类表中没有“{category}”，分类没有改动。")
        data = {"text": self.masker.mask(text.strip()).text}
        self.library.store.journal.note(CORRECTED, category, data, actor=actor)

    def learned(self) -> list[tuple[Vector, str]]:
        """Return the unit vector ``(dim,)`` and category of each text; the latest of one counts."""
        notes = self.library.store.journal.notes(CORRECTED)
        latest = {str(note.data["text"]): note.subject for note in notes}
        if not latest:
            return []
        vectors = self.library.encoder.encode_queries(list(latest))
        return list(zip(vectors, latest.values(), strict=True))
