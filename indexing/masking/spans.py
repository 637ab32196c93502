"""The values that masking works with."""

from __future__ import annotations

from dataclasses import dataclass

STAR = "*"


@dataclass(frozen=True)
class MaskSpan:
    """One masked stretch ``[start, end)`` of the text that was given."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Masked:
    """A text of the same length with the found stretches starred, and the stretches."""

    text: str
    spans: tuple[MaskSpan, ...]


@dataclass(frozen=True)
class Finding:
    """A rule's find in the folded text; its first ``clear`` characters stay readable."""

    start: int
    end: int
    kind: str
    clear: int = 0
