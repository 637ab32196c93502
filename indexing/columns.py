"""The columns that filters look at, one value a row, as numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.records import Filter

_NAMES = ("record_id", "kind", "status", "category", "urgency")
_DAYS = ("since", "until", "part_since", "part_until")
_FIRST_DAY = 0
_LAST_DAY = date.max.toordinal()

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Columns:
    """Per row: codes of text columns (see ``words``) and the days between which it holds."""

    codes: dict[str, Ints]
    words: dict[str, dict[str | None, int]]
    since: Ints
    until: Ints
    part_since: Ints
    part_until: Ints

    @classmethod
    def build(cls, rows: Sequence[Any]) -> Columns:
        """Take the columns of ``Changes.added`` rows."""
        words: dict[str, dict[str | None, int]] = {name: {} for name in _NAMES}
        codes = {
            name: np.fromiter(
                (words[name].setdefault(getattr(row, name), len(words[name])) for row in rows),
                dtype=np.int32,
                count=len(rows),
            )
            for name in _NAMES
        }
        return cls(
            codes,
            words,
            _days((row.valid_from for row in rows), _FIRST_DAY),
            _days((row.valid_until for row in rows), _LAST_DAY),
            _days((row.part_from for row in rows), _FIRST_DAY),
            _days((row.part_until for row in rows), _LAST_DAY),
        )

    def save(self, folder: Path) -> None:
        """Write ``columns.npz`` and ``columns.json`` into ``folder``."""
        days = {name: getattr(self, name) for name in _DAYS}
        np.savez(folder / "columns.npz", allow_pickle=False, **self.codes, **days)
        words = {name: list(self.words[name]) for name in _NAMES}
        text = json.dumps(words, ensure_ascii=False)
        (folder / "columns.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Columns:
        """Read what ``save`` wrote; the files' hashes must have been checked before."""
        words = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
        with np.load(folder / "columns.npz", allow_pickle=False) as arrays:
            return cls(
                {name: arrays[name] for name in _NAMES},
                {name: {word: n for n, word in enumerate(words[name])} for name in _NAMES},
                *(arrays[name] for name in _DAYS),
            )

    def touched(self, records: Iterable[Any]) -> Columns:
        """Return the columns with the new values of changed ``records``."""
        mine = [(self.words["record_id"].get(row.record_id), row) for row in records]
        mine = [(code, row) for code, row in mine if code is not None]
        if not mine:
            return self
        words = {name: dict(self.words[name]) for name in _NAMES}
        codes = {name: self.codes[name].copy() for name in _NAMES}
        since, until = self.since.copy(), self.until.copy()
        for code, row in mine:
            rows = codes["record_id"] == code
            for name in _NAMES[1:]:
                value = getattr(row, name)
                codes[name][rows] = words[name].setdefault(value, len(words[name]))
            since[rows] = _ordinal(row.valid_from, _FIRST_DAY)
            until[rows] = _ordinal(row.valid_until, _LAST_DAY)
        return replace(self, codes=codes, words=words, since=since, until=until)

    @property
    def owners(self) -> Ints:
        """The record of each row, as a number."""
        return self.codes["record_id"]

    def mask(self, where: Filter) -> NDArray[np.bool_]:
        """Return which rows ``where`` lets through."""
        keep = np.ones(len(self.since), dtype=np.bool_)
        for name, wanted in (
            ("kind", where.kinds),
            ("status", where.statuses),
            ("urgency", where.urgencies),
        ):
            if wanted:
                keep &= self._one_of(name, {str(value) for value in wanted})
        if where.categories:
            keep &= self._one_of("category", self._under(where.categories))
        if where.as_of is not None:
            day = where.as_of.toordinal()
            keep &= (self.since <= day) & (day <= self.until)
            keep &= (self.part_since <= day) & (day <= self.part_until)
        return keep

    def _under(self, categories: Sequence[str]) -> set[str]:
        names = (name for name in self.words["category"] if name is not None)
        return {n for n in names if n in categories or n.split("/")[0] in categories}

    def _one_of(self, name: str, wanted: set[str]) -> NDArray[np.bool_]:
        chosen = [code for word, code in self.words[name].items() if word in wanted]
        return np.isin(self.codes[name], np.array(chosen, dtype=np.int32))


def _ordinal(day: date | None, missing: int) -> int:
    return missing if day is None else day.toordinal()


def _days(values: Iterable[date | None], missing: int) -> Ints:
    return np.array([_ordinal(value, missing) for value in values], dtype=np.int32)
