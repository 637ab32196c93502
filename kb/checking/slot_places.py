"""A wording's slots with what stands around them, and what a value for one is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kb.checking.cues import is_nonsense, slot_data
from kb.checking.report import SlotFinding, SlotStatus
from kb.checking.rules import fold
from kb.checking.values import plain
from kb.slots import problem
from kb.wording import SLOT, Slot, Version

BLANK = re.compile(
    r"[\s_＿…{}\[\]【】（）()]*|\{\w*\}|【[^】]*】|[（(](?:填写|请填|此处)[^)）]*[)）]"
)


@dataclass(frozen=True)
class SlotPlace:
    """A slot with the literal text around it in the wording."""

    name: str
    slot: Slot
    left: str
    right: str
    group: tuple[str, ...]  # slots that follow each other without a word between, this one in it


@dataclass(frozen=True)
class Value:
    """A value in a reply, ``[start, end)``."""

    start: int
    end: int


def slot_places(version: Version) -> tuple[SlotPlace, ...]:
    """Return the slots of a version in the order of its text, each once."""
    text = fold(version.text)
    marks = list(SLOT.finditer(text))
    names = [m.group(1) for m in SLOT.finditer(version.text)]
    found: dict[str, SlotPlace] = {}
    for i, mark in enumerate(marks):
        begin = marks[i - 1].end() if i else 0
        end = marks[i + 1].start() if i + 1 < len(marks) else len(text)
        found.setdefault(
            names[i],
            SlotPlace(
                names[i],
                version.slots[names[i]],
                text[begin : mark.start()],
                text[mark.end() : end],
                _group(marks, names, i),
            ),
        )
    return tuple(found.values())


def _group(marks: list[re.Match[str]], names: list[str], at: int) -> tuple[str, ...]:
    first = last = at
    while first and marks[first - 1].end() == marks[first].start():
        first -= 1
    while last + 1 < len(marks) and marks[last].end() == marks[last + 1].start():
        last += 1
    return tuple(names[first : last + 1])


def is_free(value: Value, found: Mapping[str, Value]) -> bool:
    """Tell whether none of ``found`` lies over ``value``."""
    return all(v.end <= value.start or value.end <= v.start for v in found.values())


def trimmed(reply: str, start: int, end: int) -> Value:
    """Return ``[start, end)`` without the marks and blanks at its ends."""
    while start < end and reply[start] in " \t，,：:、":
        start += 1
    while end > start and reply[end - 1] in " \t，,：:、":
        end -= 1
    return Value(start, end)


def judged(reply: str, place: SlotPlace, value: Value | None, as_of: date) -> SlotFinding:
    """Return the finding on what a reply gives for a slot, if it gives anything."""
    slot = place.slot
    text = reply[value.start : value.end] if value else ""
    span = (value.start, value.end) if value else None
    if value is None or BLANK.fullmatch(text):
        wrong = f"“{slot.label}”没有填写。" if slot.required else None
        return SlotFinding(place.name, slot.label, "empty", text, span, wrong)
    if is_nonsense(slot, text.strip()):
        wrong = f"“{slot.label}”填的“{text.strip()}”没有实际内容。"
        return SlotFinding(place.name, slot.label, "invalid", text, span, wrong)
    wrong = problem(slot, plain(slot.kind, text, as_of, slot_data()["relative_days"]))
    status: SlotStatus = "filled" if wrong is None else "invalid"
    return SlotFinding(place.name, slot.label, status, text, span, wrong)
