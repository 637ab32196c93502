"""Values of text slots, found by what stands around them where the wording's words do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from indexing.frontmatter import read_yaml
from indexing.masking.named import joined_places
from indexing.masking.tagger import load_tagger
from kb.checking.rules import DATA
from kb.wording import Slot

_CLAUSE_END = "，。；！？,;\n"


@cache
def slot_data() -> dict[str, Any]:
    """Return the shipped cues."""
    raw: dict[str, Any] = read_yaml((DATA / "slots.yaml").read_text("utf-8"), "slots.yaml").values
    return raw


def cued(reply: str, slot: Slot) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text slot's value as its label's cues find it, best first."""
    if slot.kind != "text":
        return
    spans = (m.span(1) for p in _patterns(slot.label) for m in p.finditer(reply) if m.group(1))
    places = _places(reply) if re.search(slot_data()["place_labels"], slot.label) else ()
    for span in (*spans, *places):
        if not is_denied(reply, *span):
            yield span


def _places(reply: str) -> Iterator[tuple[int, int]]:
    """Yield the places that the tagger sees in ``reply``."""
    for sentence in re.finditer(r"[^。！？\n]+", reply):
        seen = load_tagger().entities(sentence.group())
        for start, end in joined_places(sentence.group(), seen):
            yield sentence.start() + start, sentence.start() + end


def is_denied(reply: str, start: int, end: int) -> bool:
    """Tell whether the clause around ``[start, end)`` says that there is no such information."""
    begin = max(reply.rfind(mark, 0, start) for mark in _CLAUSE_END) + 1
    ends = [at for mark in _CLAUSE_END if (at := reply.find(mark, end)) >= 0]
    return _denied().search(reply, begin, min(ends, default=len(reply))) is not None


def is_nonsense(slot: Slot, value: str) -> bool:
    """Tell whether ``value`` says nothing, or cannot be what the label asks for."""
    if slot.kind == "text":
        return re.search(slot_data()["nonsense"], value) is not None
    rules = slot_data()["impossible"].get(slot.kind, {})
    return any(word in slot.label and re.fullmatch(rules[word], value) for word in rules)


@lru_cache(maxsize=1024)
def _patterns(label: str) -> tuple[re.Pattern[str], ...]:
    cues = slot_data()["cues"].items()
    found: list[str] = next((patterns for word, patterns in cues if word in label), [])
    return tuple(re.compile(pattern) for pattern in found)


@cache
def _denied() -> re.Pattern[str]:
    return re.compile(slot_data()["denied"])
