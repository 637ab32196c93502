"""Plausible values for a wording's blanks, and whether two values are the same."""

from __future__ import annotations

import random
import re
import unicodedata
from functools import cache
from typing import Any

import yaml

from cases.drills.material import FOLDER
from kb.checking.values import arabic
from kb.wording import Slot, Version


@cache
def _table() -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / "values.yaml").read_text(encoding="utf-8")))


def choices_for(slot: Slot) -> tuple[str, ...]:
    """Return values that ``slot`` may hold; none if nothing is known of its label."""
    if slot.kind != "text":
        return tuple(_table()["kinds"][slot.kind])
    for words, values in _table()["text"]:
        if any(word in slot.label for word in words):
            return tuple(values)
    return ()


def draw(version: Version, rng: random.Random) -> dict[str, str] | None:
    """Return a value for each blank, no two alike if possible; ``None`` if a label is unknown."""
    drawn: dict[str, str] = {}
    for name, slot in version.slots.items():
        known = choices_for(slot)
        if not known:
            return None
        drawn[name] = rng.choice([v for v in known if v not in drawn.values()] or known)
    return drawn


def same_value(slot: Slot, a: str, b: str) -> bool:
    """Tell whether two ways of writing give the same value.

    >>> same_value(Slot(label="回电时间", kind="datetime"), "12月3日18:00", "12-03 18点")
    True
    >>> same_value(Slot(label="退费金额", kind="money"), "￥1,280.50", "1280.5元")
    True
    """
    return _normal(slot, a) == _normal(slot, b)


def _normal(slot: Slot, value: str) -> object:
    value = unicodedata.normalize("NFKC", value).casefold().strip()
    if slot.kind in ("date", "datetime"):
        return _moment(value)
    if slot.kind in ("number", "money"):
        match = re.search(r"(-?\d+(?:\.\d+)?)(%?)", value.replace(",", ""))
        return (float(match.group(1)), match.group(2)) if match else value
    if slot.kind == "phone":
        return re.sub(r"\D", "", value)
    return re.sub(r"\s", "", value).rstrip("。.")


def _moment(value: str) -> tuple[int, ...]:
    """Return month, day and what there is of the clock; a year is left out, papers name none."""
    month, *rest = [int(digits) for digits in re.findall(r"\d+", arabic(value))] or [0]
    if month > 31 and rest:
        month, *rest = rest
    day, clock = rest[:1], rest[1:]
    if clock and clock[0] < 12 and re.search("下午|晚上", value):
        clock[0] += 12
    return (month, *day, *(clock[:1] if clock[1:] == [0] else clock))
