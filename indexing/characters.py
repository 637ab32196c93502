"""The characters of each passage of a segment, as they follow each other.

Words that are cut or chosen differently still share characters: “换号” and “更换号码”; and pairs of
neighbours tell names and turns of phrase apart that no dictionary has. Only the characters of
search tokens count. A character is a unit of UTF-16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
Pairs = NDArray[np.uint32]
_UNITS = 1 << 16


@dataclass(frozen=True)
class Characters:
    """Row ``r`` is the characters ``codes[starts[r]:starts[r + 1]]``.

    ``holding[c]`` is the number of rows with the character ``c``, of 65,536.
    """

    starts: NDArray[np.int64]
    codes: Codes
    holding: NDArray[np.int32]

    @classmethod
    def build(cls, token_lists: Sequence[Sequence[str]]) -> Characters:
        """Take the characters of ``token_lists``, one a row."""
        rows = [codes_of(tokens) for tokens in token_lists]
        sizes = np.array([len(row) for row in rows], dtype=np.int64)
        holding = np.zeros(_UNITS, dtype=np.int32)
        for row in rows:
            holding[np.unique(row)] += 1
        codes = np.concatenate(rows) if rows else np.empty(0, dtype=np.uint16)
        return cls(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), codes, holding)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of characters of each row."""
        return np.diff(self.starts)

    def holders(self, live: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return, for each of 65,536 characters, how many ``live`` rows hold it."""
        codes, owners = self._of(np.flatnonzero(~live))
        once = np.unique(owners * _UNITS + codes) % _UNITS
        return self.holding - np.bincount(once, minlength=_UNITS)

    def held(self, rows: NDArray[np.int64], wanted: Codes) -> NDArray[np.bool_]:
        """Tell which of ``wanted`` each of ``rows`` holds, ``(len(rows), len(wanted))``.

        ``wanted`` are different characters, ascending.
        """
        codes, owners = self._of(rows)
        return _table(codes, owners, len(rows), wanted)

    def pairs_held(self, rows: NDArray[np.int64], wanted: Pairs) -> NDArray[np.bool_]:
        """Tell which pairs of neighbours each of ``rows`` holds, ``(len(rows), len(wanted))``.

        ``wanted`` are different pairs, ascending.
        """
        codes, owners = self._of(rows)
        inside = owners[1:] == owners[:-1]
        return _table(pairs_of(codes)[inside], owners[1:][inside], len(rows), wanted)

    def _of(self, rows: NDArray[np.int64]) -> tuple[Codes, NDArray[np.int64]]:
        """Return the characters of ``rows``, one row after the other, and the row's place."""
        sizes = self.sizes[rows]
        owners = np.repeat(np.arange(len(rows)), sizes)
        begins = np.cumsum(sizes) - sizes
        return self.codes[np.arange(len(owners)) + (self.starts[rows] - begins)[owners]], owners


def _table(
    found: NDArray[Any], owners: NDArray[np.int64], rows: int, wanted: NDArray[Any]
) -> NDArray[np.bool_]:
    """Mark what was ``found`` of ``wanted``, ascending, in the row that each belongs to."""
    out = np.zeros((rows, len(wanted)), dtype=np.bool_)
    if len(wanted):
        places = np.minimum(np.searchsorted(wanted, found), len(wanted) - 1)
        same = wanted[places] == found
        out[owners[same], places[same]] = True
    return out


def codes_of(tokens: Sequence[str]) -> Codes:
    """Return the characters of ``tokens``, one after the other.

    >>> codes_of(["宽带", "带宽"]).tolist() == [ord(character) for character in "宽带带宽"]
    True
    """
    units = "".join(tokens).encode("utf-16-le", "surrogatepass")
    return np.frombuffer(units, dtype="<u2")


def pairs_of(codes: Codes) -> Pairs:
    """Return each character with the next one: the first in the upper 16 bits."""
    wide = codes.astype(np.uint32)
    return np.asarray(wide[:-1] << 16 | wide[1:])
