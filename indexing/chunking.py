"""Splits a text into passages along its headings, clauses and sentences.

A passage is a span of the text, never a rewording: ``chunk.text == text[chunk.start:chunk.end]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from indexing.outline import sections
from indexing.sentences import Piece, pieces


@dataclass(frozen=True)
class Chunk:
    """A passage with the headings above it, outermost first."""

    heading: tuple[str, ...]
    start: int
    end: int
    text: str


def split(
    text: str,
    *,
    max_chars: int = 240,
    min_chars: int = 40,
    start: int = 0,
    end: int | None = None,
) -> list[Chunk]:
    """Return the passages of ``text[start:end]`` in order, offsets counted in ``text``.

    Every character but white space and heading lines lies in exactly one passage. None is longer
    than ``max_chars`` unless a single unit (a number, a slot) is. A passage below ``min_chars``
    takes sentences from its neighbours where the heading and the length allow. A text of headings
    only is its own passage.
    """
    stop = len(text) if end is None else min(end, len(text))
    chunks: list[Chunk] = []
    for section in sections(text, start, stop):
        spans = pack(pieces(text, section.start, section.end, max_chars), max_chars, min_chars)
        chunks += [Chunk(section.path, a, b, text[a:b]) for a, b in spans]
    return chunks


def pack(units: Iterable[Piece], max_chars: int, min_chars: int) -> list[tuple[int, int]]:
    """Join neighbouring pieces up to ``max_chars``, whole blocks (paragraphs, clauses) first."""
    groups: list[list[Piece]] = []
    for block in _blocks(units):
        if groups and _fits(groups[-1] + block, max_chars):
            groups[-1] += block
            continue
        fill = bool(groups) and _length(groups[-1]) < min_chars
        for i, piece in enumerate(block):
            if groups and (fill or i) and _fits([*groups[-1], piece], max_chars):
                groups[-1].append(piece)
            else:
                groups.append([piece])
                fill = False
    _feed_small(groups, max_chars, min_chars)
    return [(group[0].start, group[-1].end) for group in groups]


def _blocks(units: Iterable[Piece]) -> Iterator[list[Piece]]:
    block: list[Piece] = []
    for unit in units:
        if block and unit.opens_block:
            yield block
            block = []
        block.append(unit)
    if block:
        yield block


def _feed_small(groups: list[list[Piece]], max_chars: int, min_chars: int) -> None:
    """Give a small group the last pieces of the group before it, as long as that stays large."""
    for before, group in pairwise(groups):
        while (
            _length(group) < min_chars
            and len(before) > 1
            and _length(before[:-1]) >= min_chars
            and _fits([before[-1], *group], max_chars)
        ):
            group.insert(0, before.pop())


def _length(group: list[Piece]) -> int:
    return group[-1].end - group[0].start


def _fits(group: list[Piece], max_chars: int) -> bool:
    return _length(group) <= max_chars


__all__ = ["Chunk", "split"]
