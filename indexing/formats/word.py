"""Word documents: headings, automatic numbers, lists, tables, text boxes and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.oxml import parse_xml
from docx.oxml.ns import qn

from indexing.formats.lines import heading, table_lines
from indexing.formats.numbering import Numbering
from indexing.formats.types import Extracted

_HEADING = re.compile(r"(?:heading|标题) ?(\d)", re.IGNORECASE)
_CONTENTS = re.compile(r"toc |目录", re.IGNORECASE)
_TEXT = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom"), _FALLBACK, qn("w:pPr")}


def parse(path: Path) -> Extracted:
    """Return a document's body in order; headers and footers are other parts and stay out."""
    document = Document(str(path))
    styles = {style.style_id: style.name or "" for style in document.styles}
    numbering = Numbering(document)
    out: list[str] = []
    title = None
    for block in _blocks(document.element.body):
        if block.tag == qn("w:tbl"):
            out += [*table_lines(_rows(block)), ""]
            continue
        style = _style(block, styles)
        text = _text(block).strip()
        if text and not _CONTENTS.match(style):
            line = numbering.label(block) + text
            level = 1 if style in {"Title", "标题"} else int((_HEADING.match(style) or "00")[1])
            out.append(heading(line, level) if level else line)
            title = title or (text if level == 1 else None)
        out += _boxes(block)
    return Extracted("\n".join([*out, *_footnotes(document)]), title)


def _blocks(parent: Any) -> Iterator[Any]:
    """Yield paragraphs and tables in order, also those within content controls."""
    for child in parent:
        if child.tag in {qn("w:p"), qn("w:tbl")}:
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")}:
            yield from _blocks(child)


def _style(paragraph: Any, styles: dict[str, str]) -> str:
    node = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if node is None else styles.get(node.get(qn("w:val")), "")


def _text(node: Any) -> str:
    """Return a paragraph's text with insertions accepted and deletions left out."""
    parts: list[str] = []
    for child in node:
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag not in _SKIPPED:
            parts.append(_TEXT.get(child.tag) or _text(child))
    return "".join(parts)


def _rows(table: Any) -> list[list[str]]:
    """Return a table's cells; one merged over columns is followed by empty ones."""
    rows = []
    for row in table.iter(qn("w:tr")):
        cells: list[str] = []
        for cell in row.iter(qn("w:tc")):
            cells.append(" ".join(_text(p) for p in cell.iter(qn("w:p"))))
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            cells += [""] * (min(int(span.get(qn("w:val"))), 64) - 1 if span is not None else 0)
        rows.append(cells)
    return rows


def _boxes(paragraph: Any) -> list[str]:
    """Return the lines of text boxes; the copy kept for old readers is left out."""
    return [
        text
        for box in paragraph.iter(qn("w:txbxContent"))
        if not any(ancestor.tag == _FALLBACK for ancestor in box.iterancestors())
        for p in box.iter(qn("w:p"))
        if (text := _text(p).strip())
    ]


def _footnotes(document: Any) -> list[str]:
    notes = []
    for relation in document.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(("/footnotes", "/endnotes")):
            continue
        root = parse_xml(relation.target_part.blob)
        for note in root:
            text = " ".join(_text(p) for p in note.iter(qn("w:p"))).strip()
            if text:
                notes.append(f"注：{text}")
    return notes
