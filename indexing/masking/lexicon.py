"""A general dictionary's view of a text: where words begin, and which words are names."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from functools import cache

import jieba

_NAME_TAGS = ("nr", "nrfg", "nrt")


HAN_RUN = re.compile("[\u4e00-\u9fff]+")


class Segments:
    """The dictionary words of one text's Chinese runs, cut when first asked for."""

    def __init__(self, text: str, cuts: dict[str, list[str]]) -> None:
        """Keep the text; ``cuts`` remembers runs already cut for an earlier pass over it."""
        self._text = text
        self._cuts = cuts
        self._starts: dict[int, str] = {}
        self._covers: dict[int, int] = {}

    def at(self, place: int) -> str | None:
        """Return the word that begins at ``place``, if one does."""
        self._cut_around(place)
        return self._starts.get(place)

    def start_of(self, place: int) -> int:
        """Return where the word that covers ``place`` begins."""
        self._cut_around(place)
        return self._covers.get(place, place)

    def _cut_around(self, place: int) -> None:
        """Cut the Chinese run that holds ``place``, unless that is done already."""
        if place in self._covers or not is_han(self._text[place : place + 1]):
            return
        start = place
        while start and is_han(self._text[start - 1]):
            start -= 1
        match = HAN_RUN.match(self._text, start)
        run = match.group() if match else ""
        for word in cut(run, self._cuts):
            self._starts[start] = word
            for inner in range(start, start + len(word)):
                self._covers[inner] = start
            start += len(word)


def cut(run: str, cuts: dict[str, list[str]]) -> list[str]:
    """Return the dictionary words of a Chinese run; ``cuts`` remembers them."""
    if run not in cuts:
        cuts[run] = list(jieba.dt.cut(run, HMM=False))
    return cuts[run]


def is_han(char: str) -> bool:
    """Whether ``char`` is one Chinese character of the common block."""
    return "\u4e00" <= char <= "\u9fff"


class Names:
    """Which dictionary words that begin with a surname are names and which are not."""

    def __init__(self, surnames: Collection[str], lookalikes: Collection[str]) -> None:
        """Sort the dictionary's words by the tag they carry."""
        self._names, self._others = _split(frozenset(surnames))
        self._lookalikes = frozenset(lookalikes)
        self._lengths = sorted({len(word) for word in lookalikes})

    def is_name(self, word: str) -> bool:
        """Whether the dictionary knows ``word`` as a person's name."""
        return word in self._names and not self.begins_like(word)

    def is_other(self, word: str) -> bool:
        """Whether ``word`` is an ordinary word."""
        return word in self._others

    def begins_like(self, text: str) -> bool:
        """Whether ``text`` begins with a listed word that only looks like a name."""
        return any(text[:length] in self._lookalikes for length in self._lengths)


@cache
def _split(surnames: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.initialize()
    names: set[str] = set()
    others: set[str] = set()
    with jieba.get_dict_file() as lines:
        for raw in lines:
            word, _, tag = raw.decode("utf-8").strip().split(" ")
            if 2 <= len(word) <= 4 and (word[0] in surnames or word[:2] in surnames):
                (names if tag in _NAME_TAGS else others).add(word)
    return frozenset(names), frozenset(others)
