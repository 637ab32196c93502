"""Files of every kind to text and tables; each parser runs in a child process with limits."""

from __future__ import annotations

from indexing.formats.gate import DOCUMENT_SUFFIXES, TABLE_SUFFIXES
from indexing.formats.reading import extract, read_grids
from indexing.formats.types import Cell, Extracted, Grid, Limits

__all__ = [
    "DOCUMENT_SUFFIXES",
    "TABLE_SUFFIXES",
    "Cell",
    "Extracted",
    "Grid",
    "Limits",
    "extract",
    "read_grids",
]
