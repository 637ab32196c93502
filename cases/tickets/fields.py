"""The fields of a ticket (工单), read from ``cases/taxonomy/ticket_fields.yaml``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).parent.parent / "taxonomy" / "ticket_fields.yaml"
_BRACKETED = re.compile(r"[(\[【].*?[)\]】]")
_NOT_WORD = re.compile(r"[\W_]+")


class FieldKind(StrEnum):
    """How a field's cells are read."""

    ID = "id"
    TEXT = "text"
    DATETIME = "datetime"
    PHONE = "phone"
    PERSON = "person"
    CHOICE = "choice"
    NUMBER = "number"
    BOOL = "bool"


@dataclass(frozen=True)
class Guess:
    """What values look like; ``share`` in [0, 1] of them match, ``min_chars`` is their mean."""

    share: float
    pattern: re.Pattern[str] | None = None
    min_chars: int = 0
    unique: bool = False


@dataclass(frozen=True)
class Field:
    """A field: what its column may be called and how its cells are read.

    A ``private`` field is never stored; ``section`` names the part of the text that it fills;
    ``choices`` leads from what may be written (folded) to the word that is kept.
    """

    key: str
    label: str
    kind: FieldKind
    names: tuple[str, ...]
    required: bool = False
    private: bool = False
    section: str | None = None
    choices: dict[str, str] = field(default_factory=dict)
    guess: Guess | None = None


@dataclass(frozen=True)
class FieldTable:
    """All fields by key in the order of the file, with the words that cells may hold."""

    fields: dict[str, Field]
    names: dict[str, str]  # folded column name → key
    yes: frozenset[str]
    no: frozenset[str]
    blank: frozenset[str]
    not_names: frozenset[str]
    max_chars: int
    years: tuple[int, int]

    def key_of(self, name: str) -> str | None:
        """Return the field that a column of this name holds, or None."""
        return self.names.get(fold_name(name))


def fold_name(name: str) -> str:
    """Return a column name without width, case, brackets, blanks and punctuation.

    >>> fold_name(" 投诉 内容（必填）*")
    '投诉内容'
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return _NOT_WORD.sub("", _BRACKETED.sub("", text) or text)


@cache
def load_fields(table: Path = TABLE) -> FieldTable:
    """Read the table."""
    data = yaml.safe_load(table.read_text(encoding="utf-8"))
    fields = {key: _field(key, entry) for key, entry in data["fields"].items()}
    names: dict[str, str] = {}
    for one in fields.values():
        for name in (one.label, *one.names):
            names.setdefault(fold_name(name), one.key)
    return FieldTable(
        fields,
        names,
        _folded(data["yes"]),
        _folded(data["no"]),
        _folded(data["blank"]),
        frozenset(data["not_names"]),
        data["max_chars"],
        (data["years"][0], data["years"][1]),
    )


def _field(key: str, entry: dict[str, Any]) -> Field:
    choices = {
        word.casefold(): kept
        for kept, words in entry.get("choices", {}).items()
        for word in (kept, *words)
    }
    guess = entry.get("guess")
    return Field(
        key,
        entry["label"],
        FieldKind(entry["kind"]),
        tuple(entry["names"]),
        entry.get("required", False),
        entry.get("private", False),
        entry.get("section"),
        choices,
        _guess(guess) if guess else None,
    )


def _guess(entry: dict[str, Any]) -> Guess:
    pattern = entry.get("pattern")
    return Guess(
        entry["share"],
        re.compile(pattern) if pattern else None,
        entry.get("min_chars", 0),
        entry.get("unique", False),
    )


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
