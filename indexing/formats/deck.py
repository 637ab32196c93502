"""Slides: titles as headings, texts in reading order, tables, and the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from indexing.formats.lines import heading, table_lines
from indexing.formats.types import Extracted

_FURNITURE = {PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE}


def parse(path: Path) -> Extracted:
    """Return a presentation slide by slide."""
    out: list[str] = []
    title = None
    for slide in Presentation(str(path)).slides:
        named = slide.shapes.title
        first = " ".join(named.text_frame.text.split()) if named is not None else ""
        title = title or first or None
        out += [heading(first, 2)] if first else []
        skip = None if named is None else named.shape_id
        out += [
            line
            for shape in _shapes(slide.shapes)
            if shape.shape_id != skip
            for line in _lines(shape)
        ]
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            notes = " ".join(slide.notes_slide.notes_text_frame.text.split())
            out += [f"备注：{notes}"] if notes else []
        out.append("")
    return Extracted("\n".join(out), title)


def _shapes(shapes: Any) -> Iterator[Any]:
    """Yield shapes from top to bottom and left to right, groups opened."""
    for shape in sorted(shapes, key=lambda s: (s.top or 0, s.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif not (shape.is_placeholder and shape.placeholder_format.type in _FURNITURE):
            yield shape


def _lines(shape: Any) -> list[str]:
    if getattr(shape, "has_table", False):
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        return table_lines(rows)
    if not shape.has_text_frame:
        return []
    return [
        "  " * paragraph.level + line
        for paragraph in shape.text_frame.paragraphs
        if (line := " ".join(paragraph.text.split()))
    ]
