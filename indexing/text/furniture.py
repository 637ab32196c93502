"""Drops what belongs to pages and sites rather than to the text: page marks, notices, URLs."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import yaml

from indexing.text.slides import slide_numbers
from indexing.text.traced import Edit, TracedText

_SENTENCE_END = "。！？!?；;：:…”》）)"
_PAGE_SPLIT = re.compile(r"\n[ \t\r]*\n[ \t]*(\d{1,3})、")
_FIRST_PAGE = re.compile(r"(?:^|\n)[ \t]*(1、)")
_TITLE = re.compile(r"[^\n。！？；!?;]{6,60}")
_MIN_PAGES = 3
_MIN_PAGE_CHARS = 100
_MIN_CUT_SHARE = 0.6


def drop_furniture(traced: TracedText) -> TracedText:
    """Drop page marks, site notices, URLs, repeated titles and slide numbers.

    A text without any comes back unchanged.
    """
    before = traced.text
    traced = traced.delete(m.span() for m in _blocks().finditer(traced.text))
    traced = traced.delete(_whole_lines(traced.text))
    traced = traced.delete(_repeated_titles(traced.text))
    traced = traced.edit(_page_splits(traced.text))
    slides = slide_numbers(traced.text)
    traced = traced.edit((start, end, "\n\n") for start, end in slides)
    return traced if traced.text == before else _trimmed(traced)


def _trimmed(traced: TracedText) -> TracedText:
    """Drop the white space that dropped furniture left at the ends."""
    text = traced.text
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    return traced.delete([(0, start), (max(start, end), len(text))])


def _whole_lines(text: str) -> list[tuple[int, int]]:
    """Return the spans of furniture lines, each with its line break and the blank lines after."""
    return [_with_break(text, m.start(), m.end()) for m in _lines().finditer(text)]


def _with_break(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a line's span by the white lines after it, or before it at the end of the text."""
    while end < len(text) and text[end] in "\r\n":
        end += 1
    if end == len(text):
        while start and text[start - 1] in "\r\n \t":
            start -= 1
    return start, end


def _repeated_titles(text: str) -> list[tuple[int, int]]:
    """Return the spans of lines that only say the text's first line again."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if not _TITLE.fullmatch(first):
        return []
    again = re.compile(rf"^[ \t]*{re.escape(first)}[ \t\r]*$", re.MULTILINE)
    return [_with_break(text, *m.span()) for m in list(again.finditer(text))[1:]]


def _page_splits(text: str) -> list[Edit]:
    """Return edits that rejoin sentences cut by numbered pages: ``通报投⏎⏎2、诉处理``.

    A numbered list looks alike, so the numbers must rise one by one and most of the paragraphs
    before them must be long and end within a sentence.
    """
    marks: list[re.Match[str]] = []
    for match in _PAGE_SPLIT.finditer(text):
        if int(match[1]) == len(marks) + 2:
            marks.append(match)
    first = _FIRST_PAGE.search(text)
    if len(marks) < _MIN_PAGES - 1 or first is None or first.start() > marks[0].start():
        return []
    starts = [first.end(), *(m.end() for m in marks)]
    cut = [
        m.start() - start >= _MIN_PAGE_CHARS and text[m.start() - 1] not in _SENTENCE_END
        for start, m in zip(starts, marks, strict=False)
    ]
    if sum(cut) < _MIN_CUT_SHARE * len(marks):
        return []
    joins = [(m.start(), m.end(), "" if c else "\n") for m, c in zip(marks, cut, strict=True)]
    return [(*first.span(1), ""), *joins]


@cache
def _patterns() -> dict[str, list[str]]:
    path = resources.files("indexing.text") / "data" / "furniture.yaml"
    patterns: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return patterns


@cache
def _lines() -> re.Pattern[str]:
    return re.compile(rf"^[ \t]{{0,40}}(?:{'|'.join(_patterns()['lines'])})[ \t\r]*$", re.MULTILINE)


@cache
def _blocks() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in _patterns()["blocks"]), re.MULTILINE)
