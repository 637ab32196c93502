"""Which characters each passage of a segment holds.

Words that are cut or chosen differently still share characters: “换号” and “更换号码”. Only the
characters of search tokens count. A character is a unit of UTF-16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
_UNITS = 1 << 16


@dataclass(frozen=True)
class Characters:
    """Row ``r`` holds the characters ``codes[starts[r]:starts[r + 1]]``, ascending, each once."""

    starts: NDArray[np.int64]
    codes: Codes

    @classmethod
    def build(cls, token_lists: Sequence[Sequence[str]]) -> Characters:
        """Take the characters of ``token_lists``, one a row."""
        rows = [codes_of(tokens) for tokens in token_lists]
        sizes = np.array([len(row) for row in rows], dtype=np.int64)
        codes = np.concatenate(rows) if rows else np.empty(0, dtype=np.uint16)
        return cls(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), codes)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of different characters of each row."""
        return np.diff(self.starts)

    @cached_property
    def _holders(self) -> NDArray[np.int64]:
        return np.bincount(self.codes, minlength=_UNITS)

    def holders(self, live: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return, for each of 65,536 characters, how many ``live`` rows hold it."""
        dead = np.flatnonzero(~live)
        return self._holders - np.bincount(self._of(dead)[0], minlength=_UNITS)

    def held(self, rows: NDArray[np.int64], wanted: Codes) -> NDArray[np.bool_]:
        """Tell which of ``wanted`` each of ``rows`` holds, ``(len(rows), len(wanted))``."""
        codes, owners = self._of(rows)
        places = np.full(_UNITS, -1, dtype=np.int64)
        places[wanted] = np.arange(len(wanted))
        found = places[codes]
        out = np.zeros((len(rows), len(wanted)), dtype=np.bool_)
        out[owners[found >= 0], found[found >= 0]] = True
        return out

    def _of(self, rows: NDArray[np.int64]) -> tuple[Codes, NDArray[np.int64]]:
        """Return the characters of ``rows``, one row after the other, and the row's place."""
        sizes = self.sizes[rows]
        owners = np.repeat(np.arange(len(rows)), sizes)
        begins = np.cumsum(sizes) - sizes
        return self.codes[np.arange(len(owners)) + (self.starts[rows] - begins)[owners]], owners


def codes_of(tokens: Sequence[str]) -> Codes:
    """Return the different characters of ``tokens``, ascending.

    >>> codes_of(["宽带", "带宽"]).tolist() == sorted(map(ord, "宽带"))
    True
    """
    units = "".join(tokens).encode("utf-16-le", "surrogatepass")
    return np.unique(np.frombuffer(units, dtype="<u2"))
