"""From decoded text to clean text whose every character knows where it came from."""

from __future__ import annotations

from dataclasses import dataclass

from indexing.text.furniture import drop_furniture
from indexing.text.repair import repair
from indexing.text.traced import Origin, TracedText


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Clean text, the original index of each of its characters, and notes in Chinese."""

    text: str
    origin: Origin
    notes: tuple[str, ...] = ()


def clean(text: str) -> Cleaned:
    """Repair ``text`` and drop page furniture; a text with nothing wrong comes back identical."""
    repaired = repair(TracedText.of(text))
    bare = drop_furniture(repaired.traced)
    notes = repaired.notes
    dropped = len(repaired.traced) - len(bare)
    if bare.text != repaired.traced.text:
        notes += (f"去除页码、网站套话等版面文字约 {max(dropped, 1)} 字。",)
    return Cleaned(bare.text, bare.origin, notes)


__all__ = ["Cleaned", "clean"]
