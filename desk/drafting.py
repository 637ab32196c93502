"""A document on its way in: what was understood of it, and corrections by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from cases.categories import Categories
from indexing.errors import InputError
from indexing.frontmatter import has_front_matter
from indexing.masking import MaskSpan
from indexing.records import ASKED, Kind, Passage, Record
from indexing.sentences import pieces

LONGEST_TITLE = 120


@dataclass(frozen=True)
class Draft:
    """A record as it would be stored, with the text it was read from.

    ``original`` is the unmasked text, offsets as in ``record.text``; it is shown and not stored.
    ``masks`` are the stretches of it that are masked, ``notes`` what was repaired on the way.
    """

    record: Record
    original: str
    masks: tuple[MaskSpan, ...]
    notes: tuple[str, ...]

    @property
    def is_correctable(self) -> bool:
        """Tell whether title and category are free; else they stand in the file itself."""
        return self.record.kind is not Kind.WORDING and not has_front_matter(self.original)

    @property
    def outline(self) -> list[tuple[str, ...]]:
        """The headings above the passages, each once, in their order."""
        return list(dict.fromkeys(p.heading for p in self.record.passages if p.heading))

    def corrected(self, title: str, category: str | None, categories: Categories) -> Draft:
        """Return the draft with another title and category.

        Raises:
            InputError: The title is empty or too long, the category is unknown, or both stand in
                the file.
        """
        title = title.strip()
        if (title, category) == (self.record.title, self.record.category):
            return self
        name = self.record.file_name
        if not self.is_correctable:
            raise InputError(f"{name}：标题和分类写在文件里，请改文件后重新导入。")
        if not 1 <= len(title) <= LONGEST_TITLE:
            raise InputError(f"{name}：标题应为 1 到 {LONGEST_TITLE} 个字。")
        if category is not None and category not in categories:
            raise InputError(f"{name}：分类表中没有“{category}”。")
        return replace(self, record=replace(self.record, title=title, category=category))

    def joined(self, number: int) -> Draft:
        """Return the draft with passage ``number`` (from 0) and the one after it as one.

        Raises:
            InputError: There is none after it.
        """
        passages = self.record.passages
        if not 0 <= number < len(passages) - 1:
            raise InputError(f"第 {number + 1} 块之后没有文本块可以合并。")
        first, last = passages[number : number + 2]
        if first.part != last.part:
            raise InputError(f"第 {number + 1} 块是正文，下一块是客户说法，不能合并。")
        whole = replace(
            first,
            end=last.end,
            text=self.record.text[first.start : last.end],
            source_end=last.source_end,
            valid_until=last.valid_until,
        )
        return self._with(*passages[:number], whole, *passages[number + 2 :])

    def cuts(self, number: int) -> list[int]:
        """Return where passage ``number`` (from 0) can be parted: the starts of its sentences."""
        passage = self.record.passages[number]
        found = pieces(self.record.text, passage.start, passage.end, len(passage.text))
        return [piece.start for piece in found][1:]

    def parted(self, number: int, at: int) -> Draft:
        """Return the draft with passage ``number`` (from 0) parted before ``record.text[at]``.

        Raises:
            InputError: ``at`` is none of `cuts`.
        """
        passages = self.record.passages
        if not 0 <= number < len(passages) or at not in self.cuts(number):
            raise InputError(f"第 {number + 1} 块不能在这里拆开，请在句子之间拆。")
        whole = passages[number]
        text = self.record.text[whole.start : at].rstrip()
        skipped = at - whole.start
        first = replace(
            whole,
            end=whole.start + len(text),
            text=text,
            source_end=min(whole.source_start + len(text), whole.source_end),
        )
        last = replace(
            whole,
            start=at,
            text=self.record.text[at : whole.end],
            source_start=min(whole.source_start + skipped, whole.source_end),
        )
        return self._with(*passages[:number], first, last, *passages[number + 1 :])

    def _with(self, *passages: Passage) -> Draft:
        return replace(self, record=replace(self.record, passages=passages))


@dataclass(frozen=True)
class Change:
    """A clause that differs: ``before`` is empty where it is new, ``after`` where it is gone."""

    heading: tuple[str, ...]
    before: str
    after: str


def changes(before: Record, after: Record) -> list[Change]:
    """Return the passages that differ, in the order of the newer record.

    Passages under one heading are compared as one clause, so that a cut that moved is no change.
    """
    old, new = _clauses(before), _clauses(after)
    return [
        Change(heading, old.get(heading, ""), new.get(heading, ""))
        for heading in _merged_order(list(old), list(new))
        if old.get(heading) != new.get(heading)
    ]


def _clauses(record: Record) -> dict[tuple[str, ...], str]:
    clauses: dict[tuple[str, ...], str] = {}
    for passage in record.passages:
        version = [f"第 {passage.part} 版"] if passage.part not in ("", ASKED) else []
        heading = (*passage.heading, *version)
        clauses[heading] = "\n".join(filter(None, (clauses.get(heading), passage.text)))
    return clauses


def _merged_order(old: list[tuple[str, ...]], new: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the new headings in their order, those that are gone after what they followed."""
    order = list(new)
    for before, heading in pairwise([(), *old]):
        if heading not in order:
            order.insert(order.index(before) + 1 if before in order else 0, heading)
    return order
