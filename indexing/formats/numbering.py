"""The numbers that Word draws itself before clauses and list items."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from docx.oxml.ns import qn

_DIGITS = "零一二三四五六七八九"
_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "ideographTraditional",
    "japaneseCounting",
}
_SLOT = re.compile(r"%(\d)")


class Numbering:
    """Counts the numbered paragraphs of one document, in reading order."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._styles = {s.style_id: s.element for s in document.styles}
        root = next(
            (
                relation.target_part.element
                for relation in document.part.rels.values()
                if relation.reltype.endswith("/numbering")
            ),
            None,
        )
        if root is not None:
            self._read(root)

    def _read(self, root: Any) -> None:
        abstract = {n.get(qn("w:abstractNumId")): n for n in root.iter(qn("w:abstractNum"))}
        for num in root.iter(qn("w:num")):
            node = abstract.get(_value(num, "w:abstractNumId"))
            if node is None:
                continue
            self._levels[num.get(qn("w:numId"))] = {
                int(level.get(qn("w:ilvl"))): (
                    _value(level, "w:numFmt") or "decimal",
                    _value(level, "w:lvlText") or "",
                    int(_value(level, "w:start") or 1),
                )
                for level in node.iter(qn("w:lvl"))
            }

    def label(self, paragraph: Any) -> str:
        """Return what Word would draw before ``paragraph``, or an empty string."""
        found = self._place(paragraph)
        if found is None:
            return ""
        number, level = found
        levels = self._levels.get(number, {})
        if level not in levels:
            return ""
        if levels[level][0] == "bullet":
            return "- "
        counts = self._counts[number]
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        label = _SLOT.sub(lambda m: self._count(number, int(m[1]) - 1), levels[level][1])
        return f"{label} " if label[-1:].isascii() and label else label

    def _count(self, number: str, level: int) -> str:
        kind, _, start = self._levels[number].get(level, ("decimal", "", 1))
        return _written(self._counts[number].get(level, start), kind)

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return None
        node = properties.find(qn("w:numPr"))
        style = self._styles.get(_value(properties, "w:pStyle"))
        if node is None and style is not None:
            node = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if node is None:
            return None
        return _value(node, "w:numId"), int(_value(node, "w:ilvl") or 0)


def _value(parent: Any, tag: str) -> str:
    node = parent.find(qn(tag))
    return "" if node is None else node.get(qn("w:val")) or ""


def _written(count: int, kind: str) -> str:
    if kind in _CHINESE and 0 < count < 100:
        tens, ones = divmod(count, 10)
        lead = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
        return lead + (_DIGITS[ones] if ones else "")
    if kind in {"upperLetter", "lowerLetter"} and 0 < count <= 26:
        return chr(ord("A" if kind == "upperLetter" else "a") + count - 1)
    return str(count)
