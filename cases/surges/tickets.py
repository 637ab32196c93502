"""Work orders as columns: words kept as codes, so that a million of them stay cheap."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_BETWEEN = "\0"
_DIGEST = 32  # bytes of a SHA-256
_WORDS = ("category", "area", "channel", "customer")
_ARRAYS = ("day", "closed", "due", "solved_first", "repeat")
Days = NDArray[np.datetime64]


class By(StrEnum):
    """A column that volumes can be split by."""

    CATEGORY = "category"
    AREA = "area"
    CHANNEL = "channel"


class TicketRow(NamedTuple):
    """One work order; times are local, as dates, datetimes or ISO text.

    ``customer`` is a one-way hash, or empty if unknown. A ``due`` without a time of day means the
    end of that day, a ``closed`` without one its beginning. ``repeat``: marked so by the desk.
    """

    id: str
    day: date | str
    category: str
    area: str = ""
    channel: str = ""
    customer: str = ""
    closed: date | str | None = None
    due: date | str | None = None
    solved_first: bool | None = None
    repeat: bool = False


@dataclass(frozen=True)
class Words:
    """A column of words: ``names[codes[i]]`` is the word of row ``i``."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, values: Sequence[str]) -> Self:
        """Code ``values`` in the order of their first appearance."""
        return cls(*_coded(values))

    def chosen(self, keep: Mask) -> Words:
        """Return the rows of ``keep``."""
        return Words(self.names, self.codes[keep])

    def joined(self, other: Words) -> Words:
        """Return this column with the rows of ``other`` behind its own."""
        place = {name: code for code, name in enumerate(self.names)}
        moved = np.array([place.setdefault(n, len(place)) for n in other.names], np.int32)
        codes = moved[other.codes] if len(moved) else other.codes
        return Words(tuple(place), np.concatenate([self.codes, codes]))

    def among(self, wanted: Iterable[str]) -> Mask:
        """Tell for each row whether its word, or the part before its ``/``, is wanted."""
        chosen = frozenset(wanted)
        kept = [name in chosen or name.partition("/")[0] in chosen for name in self.names]
        return np.array(kept, bool)[self.codes]

    def given(self) -> Mask:
        """Tell for each row whether it has a word at all."""
        blank = self.names.index("") if "" in self.names else -1
        found: Mask = self.codes != blank
        return found


@dataclass(frozen=True)
class Window:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def start(self) -> np.datetime64:
        """The first day."""
        return np.datetime64(self.first, "D")

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    def before(self) -> Window:
        """Return the window of the same length that ends the day before this one."""
        step = date.resolution * self.days
        return Window(self.first - step, self.last - step)

    def __str__(self) -> str:
        """Return the window as people read it."""
        return f"{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"


@dataclass(frozen=True)
class Only:
    """A filter; an empty column lets everything pass. ``N`` stands for every ``N/…`` category."""

    category: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()


EVERYTHING = Only()


@dataclass(frozen=True)
class Tickets:
    """Columns of equal length ``n``, one row a work order.

    ``day`` is ``datetime64[D]``; ``closed`` and ``due`` are ``datetime64[m]`` or NaT;
    ``solved_first`` is 1, 0 or -1 (unknown).
    """

    id: NDArray[np.object_]
    day: Days
    category: Words
    area: Words
    channel: Words
    customer: Words
    closed: Days
    due: Days
    solved_first: NDArray[np.int8]
    repeat: Mask = field(repr=False)

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]]) -> Self:
        """Read rows shaped like ``TicketRow``, each field in its place."""
        columns = list(zip(*rows, strict=True)) or [()] * len(TicketRow._fields)
        column = dict(zip(TicketRow._fields, columns, strict=True))
        first = [-1 if known is None else int(known) for known in column["solved_first"]]
        return cls(
            np.array(column["id"], object),
            _times(column["day"], "D"),
            Words.of(column["category"]),
            Words.of(column["area"]),
            Words.of(column["channel"]),
            Words.of(column["customer"]),
            _times(column["closed"], "m"),
            _times(column["due"], "m", hour="23:59"),
            np.array(first, np.int8),
            np.array(column["repeat"], bool),
        )

    def __len__(self) -> int:
        """Return the number of work orders."""
        return len(self.day)

    def updated(self, gone: Collection[str], new: Tickets) -> Tickets:
        """Return the work orders without those of ``gone``, and with ``new`` in place of old."""
        out = {*gone, *new.id.tolist()}
        keep = np.fromiter((name not in out for name in self.id.tolist()), bool, len(self))
        words: dict[str, Any] = {
            name: getattr(self, name).chosen(keep).joined(getattr(new, name)) for name in _WORDS
        }
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(self, name)[keep], getattr(new, name)])
            for name in ("id", *_ARRAYS)
        }
        return Tickets(**words, **arrays)

    def save(self, path: Path, mark: str) -> None:
        """Write the columns to ``path`` behind their SHA-256; ``mark`` says what made them."""
        texts = {"mark": mark, "id": _BETWEEN.join(self.id.tolist())}
        texts |= {f"{name}.names": _BETWEEN.join(getattr(self, name).names) for name in _WORDS}
        arrays = {key: np.frombuffer(text.encode(), np.uint8) for key, text in texts.items()}
        arrays |= {f"{name}.codes": getattr(self, name).codes for name in _WORDS}
        arrays |= {name: getattr(self, name) for name in _ARRAYS}
        stream = BytesIO()
        np.savez(stream, allow_pickle=False, **arrays)
        raw = stream.getvalue()
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        aside.write_bytes(hashlib.sha256(raw).digest() + raw)
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> tuple[Self, str] | None:
        """Return what ``save`` wrote and its mark, or None if it is not there or not whole."""
        try:
            raw = memoryview(path.read_bytes())
            if hashlib.sha256(raw[_DIGEST:]).digest() != raw[:_DIGEST]:
                return None
            with np.load(BytesIO(raw[_DIGEST:]), allow_pickle=False) as file:
                found = {name: file[name] for name in file.files}
            texts = {k: v.tobytes().decode() for k, v in found.items() if v.dtype == np.uint8}
            words: dict[str, Any] = {
                name: Words(tuple(texts[f"{name}.names"].split(_BETWEEN)), found[f"{name}.codes"])
                for name in _WORDS
            }
            arrays = {name: found[name] for name in _ARRAYS}
            ids = np.array(texts["id"].split(_BETWEEN) if texts["id"] else [], object)
            return cls(id=ids, **words, **arrays), texts["mark"]
        except (OSError, ValueError, KeyError):
            return None

    def chosen(self, window: Window, only: Only = EVERYTHING) -> Mask:
        """Tell for each row whether it came in within ``window`` and passes the filter."""
        mask: Mask = (self.day >= window.start) & (self.day <= np.datetime64(window.last, "D"))
        for by in By:
            if wanted := getattr(only, by):
                mask &= self.words(by).among(wanted)
        return mask

    def words(self, by: By) -> Words:
        """Return the column that ``by`` names."""
        found: Words = getattr(self, by)
        return found


def _times(values: Sequence[date | str | None], unit: str, hour: str = "00:00") -> Days:
    """Return local times; each distinct value is read once, a date without a time gets ``hour``."""
    names, codes = _coded(values)
    texts = ["" if name is None else str(name)[:16] for name in names]
    if unit == "D":
        texts = [text[:10] for text in texts]
    else:
        texts = [f"{text}T{hour}" if len(text) == len("2026-01-05") else text for text in texts]
    return np.array(texts, f"datetime64[{unit}]")[codes]


def _coded(values: Sequence[Hashable]) -> tuple[tuple[Any, ...], NDArray[np.int32]]:
    index: defaultdict[Hashable, int] = defaultdict()
    index.default_factory = index.__len__
    codes = np.fromiter((index[value] for value in values), np.int32, len(values))
    return tuple(index), codes
