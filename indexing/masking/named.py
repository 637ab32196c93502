"""What the tagger sees in a text, kept where it can be a person's name; and its places, joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from indexing.masking.lexicon import Names, is_han
from indexing.masking.rules import PersonRules, alternatives
from indexing.masking.spans import Finding, Span
from indexing.masking.tagger import Entity, load_tagger

_SENTENCE = re.compile(r"[^。！？；;!?\r\n]{1,200}")
_PLACE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9#-]+(?: [A-Za-z0-9]+)*")
_DOT = "·"
_LONGEST_FOREIGN = 5  # characters of a name written without a Chinese surname or a dot
_SHORTEST_FOREIGN = 3
_LONGEST_GIVEN = 2
_MEASURED = {
    "张": "0123456789一二三四五六七八九十百两几这那每多",
    "周": "上下本这那每一两三四半几前",
}


def tagged(text: str, is_worth: Callable[[str], bool]) -> list[Entity]:
    """Return people, places and offices in the sentences of ``text`` that are worth reading."""
    sentences = [s for s in _SENTENCE.finditer(text) if is_worth(s.group())]
    read = load_tagger().read([sentence.group() for sentence in sentences]) if sentences else []
    return [
        Entity(sentence.start() + entity.start, sentence.start() + entity.end, entity.kind)
        for sentence, entities in zip(sentences, read, strict=True)
        for entity in entities
    ]


def joined_places(text: str, entities: Sequence[Entity]) -> list[Span]:
    """Return stretches of places and offices that stand without a gap."""
    spans: list[Span] = []
    for entity in entities:
        if entity.kind == "person":
            continue
        # The tagger runs over a comma now and then.
        for part in _PLACE.finditer(text, entity.start, entity.end):
            if spans and spans[-1][1] == part.start():
                spans[-1] = (spans[-1][0], part.end())
            else:
                spans.append(part.span())
    return spans


class TaggedPeople:
    """Tells which of the tagger's people can be names."""

    def __init__(self, rules: PersonRules, names: Names) -> None:
        """Take the word lists."""
        self._rules = rules
        self._names = names
        self._title = re.compile(f"(?:{alternatives(rules.titles)})$")

    def find(self, text: str, entities: Sequence[Entity]) -> Iterator[Finding]:
        """Yield the names among ``entities``."""
        for entity in entities:
            if entity.kind == "person":
                finding = self._finding(text, *_trimmed(text, entity))
                if finding is not None:
                    yield finding

    def _finding(self, text: str, start: int, end: int) -> Finding | None:
        name = text[start:end]
        if not name or not all(is_han(char) or char == _DOT for char in name):
            return None
        if _DOT in name:
            return Finding(start, end, "person")
        if self._names.begins_like(text[start : start + 4]):
            return None
        surname = self._surname(name)
        if not surname and len(name) <= _LONGEST_GIVEN and start and self._surname(text[start - 1]):
            start, surname = start - 1, 1
        return self._chinese(text, start, end, surname)

    def _chinese(self, text: str, start: int, end: int, surname: int) -> Finding | None:
        """Return a name of surname and given name, or surname and title."""
        given = text[start + surname : end]
        title = self._title.search(given)
        if surname and title and title.start():
            end -= len(title.group())
        elif not surname or len(given) > _LONGEST_GIVEN:
            return self._foreign(text, start, end)
        if not given or _measures(text, start):
            return None
        if not title and (given[-1] in self._rules.not_last or self._is_word(text, start, end)):
            return None
        return Finding(start, end, "person", clear=surname)

    def _foreign(self, text: str, start: int, end: int) -> Finding | None:
        """Return a name without a Chinese surname, or with one that only sounds like it."""
        fits = _SHORTEST_FOREIGN <= end - start <= _LONGEST_FOREIGN
        sounds = self._rules.transliteration.issuperset(text[start:end])
        return Finding(start, end, "person") if fits and sounds else None

    def _is_word(self, text: str, start: int, end: int) -> bool:
        """Tell whether two characters are oftener a word than a name."""
        if end - start > _LONGEST_GIVEN:
            return False
        return text[start] in self._rules.doubtful or (
            self._names.is_other(text[start:end]) and start > 0 and is_han(text[start - 1])
        )

    def _surname(self, name: str) -> int:
        if name[:2] in self._rules.surnames and len(name) > 1:
            return 2
        return int(name[:1] in self._rules.surnames)


def _measures(text: str, start: int) -> bool:
    """Tell whether the surname is a measure word or a part of time there: 五张卡, 上周刚办."""
    return start > 0 and text[start - 1] in _MEASURED.get(text[start], "")


def _trimmed(text: str, entity: Entity) -> Span:
    start, end = entity.start, entity.end
    while start < end and not is_han(text[start]):
        start += 1
    while end > start and not is_han(text[end - 1]):
        end -= 1
    return start, end
