"""Text that remembers, for each character, where in the original it came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

Origin = NDArray[np.int32]
Edit = tuple[int, int, str]


@dataclass(frozen=True, eq=False)
class TracedText:
    """``origin[i]`` is the index in the original of the character ``text[i]`` came from.

    ``origin`` has the shape ``(len(text),)``, int32, and never decreases.
    """

    text: str
    origin: Origin

    @classmethod
    def of(cls, text: str) -> TracedText:
        """Return ``text`` as its own original."""
        return cls(text, np.arange(len(text), dtype=np.int32))

    def __len__(self) -> int:
        """Return the number of characters."""
        return len(self.text)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that ``text[start:end]`` came from."""
        if start >= end:
            at = int(self.origin[start]) if start < len(self.text) else self._source_end()
            return at, at
        return int(self.origin[start]), int(self.origin[end - 1]) + 1

    def edit(self, edits: Iterable[Edit]) -> TracedText:
        """Replace spans ``(start, end, replacement)``, given in order and without overlap."""
        texts: list[str] = []
        origins: list[Origin] = []
        at = 0
        for start, end, replacement in edits:
            texts += (self.text[at:start], replacement)
            origins += (self.origin[at:start], self._spread(start, end, len(replacement)))
            at = end
        if not texts:
            return self
        texts.append(self.text[at:])
        origins.append(self.origin[at:])
        return TracedText("".join(texts), np.concatenate(origins).astype(np.int32))

    def sub(self, pattern: str | re.Pattern[str], repl: str) -> TracedText:
        """Replace each match of ``pattern`` by ``repl``, which may name groups as in ``re.sub``."""
        found = re.finditer(pattern, self.text)
        return self.edit((m.start(), m.end(), m.expand(repl)) for m in found)

    def delete(self, spans: Iterable[tuple[int, int]]) -> TracedText:
        """Remove spans, in any order; they may overlap."""
        return self.edit((start, end, "") for start, end in merged(spans))

    def map_line(self, fn: Callable[[str], str]) -> TracedText:
        """Put each line through ``fn``; lines it leaves alone keep their origin exactly.

        A line of unchanged length is taken to map character to character.
        """
        edits: list[Edit] = []
        start = 0
        for line in self.text.splitlines(keepends=True):
            edits += _line_edits(line, fn(line), start)
            start += len(line)
        return self.edit(edits)

    def _source_end(self) -> int:
        return int(self.origin[-1]) + 1 if len(self.origin) else 0

    def _spread(self, start: int, end: int, length: int) -> Origin:
        """Return origins for ``length`` characters that stand in for ``text[start:end]``."""
        if length == 0:
            return np.empty(0, dtype=np.int32)
        if start == end:  # an insertion: it comes from where the next character does
            return np.full(length, self.source_span(start, start)[0], dtype=np.int32)
        at = np.rint(np.linspace(start, end - 1, length)).astype(np.int64)
        return self.origin[at]


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that touch or overlap joined, empty ones dropped."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _line_edits(before: str, after: str, offset: int) -> list[Edit]:
    if before == after:
        return []
    if len(before) == len(after):
        return [(offset, offset + len(before), after)]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        (offset + i, offset + i_end, after[j:j_end])
        for tag, i, i_end, j, j_end in matcher.get_opcodes()
        if tag != "equal"
    ]
