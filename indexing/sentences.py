"""Cuts body text into sentences and clauses without breaking numbers, quotations or slots."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_CN = "一二三四五六七八九十百零〇两"
_CLOSERS = "”」』》）)】\"'’"
# Where a sentence ends, closing marks included. An ASCII full stop counts between Han characters.
_SENTENCE_END = re.compile(
    rf"(?:[。！？；!?;…]+[{_CLOSERS}]*|(?<=[\u4e00-\u9fff])\.(?=[\u4e00-\u9fff])|\n)\s*"
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
# Where a clause starts, even within a line; each form only after what can end the clause before.
_CLAUSE = re.compile(
    rf"(?<=[。；;!！?？:：\s])(?:第[{_CN}\d]+条|[{_CN}]{{1,3}}、|\d{{1,2}}[.、．](?!\d)"
    rf"|\d{{1,2}}(?:\.\d{{1,2}}){{1,4}}\s?(?=[\u4e00-\u9fff])|-\s(?=\S)|[•·▪]\s?(?=\S))"
    rf"|[（(][{_CN}]{{1,3}}[)）](?![项款条])|(?<=[。；;!！?？:：\s])[（(]\d{{1,2}}[)）]"
    r"|(?<=[\u4e00-\u9fff。])0[1-9](?=[\u4e00-\u9fff])|[•▪](?=\S)"
)
_COMMA = re.compile(r"[，,、：:]\s*|\s+")
# Never cut within: numbers with marks, slots, Latin words and addresses, quotations on one line.
_UNITS = re.compile(
    r"\d+(?:[.,:：/*×~-]\d+)*[%％]?|\{[^{}\n]{1,60}\}|[A-Za-z0-9][A-Za-z0-9_.@:/?=&%+-]{0,80}"
)
_QUOTES = re.compile(r"《[^《》\n]*》|“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』")


@dataclass(frozen=True)
class Piece:
    """A sentence or part of one, without white space around it."""

    start: int
    end: int
    opens_block: bool = False


def pieces(text: str, start: int, end: int, max_chars: int) -> Iterator[Piece]:
    """Yield the sentences of ``text[start:end]``, those above ``max_chars`` cut further."""
    body = text[start:end]
    keep = _Protected(body, max_chars)
    blocks = {m.end() for m in _BLANK_LINE.finditer(body)}
    blocks |= {m.start() for m in _CLAUSE.finditer(body)}
    cuts = blocks | {m.end() for m in _SENTENCE_END.finditer(body)}
    at = 0
    for cut in [*sorted(c for c in cuts if keep.allows(c)), len(body)]:
        opens = at in blocks
        for a, b in _shortened(body, at, cut, keep, max_chars):
            if piece := _trimmed(body, a, b):
                yield Piece(start + piece[0], start + piece[1], opens)
                opens = False
        at = cut


class _Protected:
    """The stretches of a text that must not be cut."""

    def __init__(self, body: str, max_chars: int) -> None:
        quotes = [m.span() for m in _QUOTES.finditer(body)]
        spans = [s for s in quotes if s[1] - s[0] <= max_chars]
        spans += [m.span() for m in _UNITS.finditer(body)]
        self._spans: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if self._spans and start < self._spans[-1][1]:
                start, end = self._spans[-1][0], max(end, self._spans.pop()[1])
            self._spans.append((start, end))
        self._starts = [s for s, _ in self._spans]

    def allows(self, cut: int) -> bool:
        """Tell whether a cut before the character ``cut`` breaks nothing."""
        return self._around(cut) is None

    def before(self, cut: int) -> int:
        """Return the nearest allowed cut at or before ``cut``."""
        span = self._around(cut)
        return cut if span is None else span[0]

    def after(self, cut: int) -> int:
        """Return the nearest allowed cut at or after ``cut``."""
        span = self._around(cut)
        return cut if span is None else span[1]

    def _around(self, cut: int) -> tuple[int, int] | None:
        i = bisect_right(self._starts, cut) - 1
        inside = i >= 0 and self._spans[i][0] < cut < self._spans[i][1]
        return self._spans[i] if inside else None


def _shortened(
    body: str, start: int, end: int, keep: _Protected, max_chars: int
) -> Iterator[tuple[int, int]]:
    """Cut a sentence above ``max_chars`` after its last comma that fits, or at the limit."""
    while (span := _trimmed(body, start, end)) and span[1] - span[0] > max_chars:
        start = span[0]
        limit = start + max_chars
        commas = (m.end() for m in _COMMA.finditer(body, start, limit))
        cut = max((c for c in commas if c <= limit and keep.allows(c)), default=start)
        if cut <= start:
            cut = keep.before(limit)
        if cut <= start:
            cut = keep.after(limit)
        if cut >= end:
            break
        yield start, cut
        start = cut
    yield start, end


def _trimmed(body: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without white space at its ends; None if nothing is left."""
    part = body[start:end]
    bare = part.strip()
    if not bare:
        return None
    first = start + len(part) - len(part.lstrip())
    return first, first + len(bare)
