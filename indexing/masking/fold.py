"""One folded view of a text: plain digits, letters and separators, no invisible characters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from opencc import OpenCC

_HYPHENS = "‐‑‒–—―−﹣－"
_ALIKE = {
    "：": ":",
    "．": ".",
    "＿": "_",
    "＠": "@",
    "／": "/",
    "＝": "=",
    "（": "(",
    "）": ")",
    "＋": "+",
    "＊": "*",
}
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})
_DROP = "\x00"


class _Table(dict[int, str]):
    """A ``str.translate`` table that works out each character once."""

    def __init__(self) -> None:
        super().__init__()
        self._simpler = OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _fold_char(char)
        if folded == char and char >= "\u3400":
            simple = self._simpler.convert(char)
            folded = simple if len(simple) == 1 else char
        self[code] = folded
        return folded


def _fold_char(char: str) -> str:
    if unicodedata.category(char) in _INVISIBLE:
        return _DROP
    if char in _HYPHENS:
        return "-"
    if char in _ALIKE:
        return _ALIKE[char]
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char.isspace() and char not in "\r\n\v\f\x85\u2028\u2029":
        return " "
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 and plain.isascii() and plain.isalnum() else char


@dataclass(frozen=True)
class Folded:
    """The folded text and, where characters were dropped, each one's place in the original."""

    text: str
    places: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the original offsets of the folded stretch ``[start, end)``, never empty."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


class Folder:
    """Folds texts: wide to plain forms, traditional to simplified characters."""

    def __init__(self) -> None:
        """Start with an empty table; each character is worked out when first met."""
        self._table = _Table()

    def fold(self, text: str) -> Folded:
        """Return the folded view of ``text``."""
        folded = text.translate(self._table)
        if _DROP not in folded:
            return Folded(folded, None)
        places = tuple(place for place, char in enumerate(folded) if char != _DROP)
        return Folded(folded.replace(_DROP, ""), places)
