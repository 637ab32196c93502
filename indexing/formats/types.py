"""What goes into reading a file and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

MIB = 1024 * 1024
Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Limits:
    """What one file may cost; sizes in bytes, time in seconds of wall clock."""

    max_bytes: int = 50 * MIB
    memory_bytes: int = 1024 * MIB
    seconds: float = 30.0
    max_unpacked_bytes: int = 512 * MIB
    max_ratio: float = 200.0
    max_entries: int = 5000


@dataclass(frozen=True)
class Extracted:
    """A document as Markdown-like text, its title if it has one, and notes in Chinese."""

    text: str
    title: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """One sheet: its name and its rows of cells, from A1 on; formulas are their last values."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
