"""Finds the headings of a text and the body below each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKDOWN = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t\r]*$")
_CN = "一二三四五六七八九十百零〇两"
# Rank (lower: outer) and form of numbered headings; Markdown's six levels rank above them all.
_NUMBERED = (
    (11, re.compile(rf"第[{_CN}\d]+[编章篇]")),
    (12, re.compile(rf"第[{_CN}\d]+节")),
    (13, re.compile(rf"第[{_CN}\d]+条")),
    (14, re.compile(rf"[{_CN}]{{1,3}}[、．.]")),
    (15, re.compile(rf"[（(][{_CN}]{{1,3}}[)）]")),
    (16, re.compile(r"\d{1,2}[.、．](?!\d)")),
    (17, re.compile(r"\d{1,2}\.\d{1,2}(?![.\d%]|\s?[版万亿元倍秒分米吨级公])")),
    (18, re.compile(r"\d{1,2}(?:\.\d{1,2}){2,4}(?![.\d%])")),
    (25, re.compile(r"[（(]\d{1,2}[)）]")),
)
_FIGURES = 16  # the rank from which numbers are figures
_MAX_HEADING_CHARS = 30
_NO_HEADING = re.compile(r"[。；;！!？?，,]|[：:]$|\{")


@dataclass(frozen=True)
class Section:
    """A stretch of body text with its heading path."""

    path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class _Heading:
    rank: int
    title: str
    start: int
    end: int


def sections(text: str, start: int, end: int) -> list[Section]:
    """Return the bodies of ``text[start:end]``; heading lines lie between, in the paths.

    A heading with nothing below it before the next of its rank or above is no heading but text
    (a list item, an empty section), so it stays in the body.
    """
    headings = _with_body(text, _candidates(text, start, end), end)
    found: list[Section] = []
    path: list[_Heading] = []
    at = start
    for heading in headings:
        found.append(_section(path, at, heading.start))
        while path and path[-1].rank >= heading.rank:
            path.pop()
        path.append(heading)
        at = heading.end
    found.append(_section(path, at, end))
    return [s for s in found if text[s.start : s.end].strip()]


def _section(path: list[_Heading], start: int, end: int) -> Section:
    return Section(tuple(h.title for h in path), start, end)


def _candidates(text: str, start: int, end: int) -> list[_Heading]:
    """Return the lines that look like headings; none if the text has nothing else."""
    lines = [(a, b) for a, b in _lines(text, start, end) if text[a:b].strip()]
    found = [_heading(text[a:b].rstrip("\r\n"), a, b) for a, b in lines]
    if all(found):
        return []
    forms = [_form(text[a:b].strip()) for a, b in lines]
    return [h for i, h in enumerate(found) if h and not _is_list_item(forms, i)]


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop + 1
        yield start, stop
        start = stop


def _form(line: str) -> int:
    """Return the rank of a line's number, 0 for a line without."""
    return next((rank for rank, form in _NUMBERED if form.match(line)), 0)


def _is_list_item(forms: list[int], i: int) -> bool:
    """Tell whether line ``i`` has a figure for number and is next to a line numbered alike."""
    return forms[i] >= _FIGURES and forms[i] in (*forms[max(0, i - 1) : i], *forms[i + 1 : i + 2])


def _heading(line: str, start: int, end: int) -> _Heading | None:
    if markdown := _MARKDOWN.match(line):
        return _Heading(len(markdown[1]), markdown[2], start, end)
    title = line.strip()
    if len(title) > _MAX_HEADING_CHARS or _NO_HEADING.search(title):
        return None
    for rank, form in _NUMBERED:
        match = form.match(title)
        if match and title[match.end() :].strip():
            return _Heading(rank, title, start, end)
    return None


def _with_body(text: str, headings: list[_Heading], end: int) -> list[_Heading]:
    """Return the headings that have text of their own or an inner heading that has."""
    kept: list[_Heading] = []
    follower: _Heading | None = None  # the next kept heading, seen from the end
    stop = end
    for heading in reversed(headings):
        own = bool(text[heading.end : stop].strip())
        if own or (follower is not None and follower.rank > heading.rank):
            kept.append(heading)
            follower, stop = heading, heading.start
        # otherwise its line is body, and counts as such for the headings before it
    return kept[::-1]
