"""Typed values and placeholders in free text, each given to the slot that it is likeliest for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from kb.checking.cues import slot_data
from kb.checking.rules import fold
from kb.checking.slot_places import SlotPlace, Value, is_free, judged, trimmed
from kb.checking.values import DATETIME, MONEY, PATTERNS, day_of

_NAME = 3  # characters of a number that names something
_NEAR = 10  # characters around a typed value that are compared with the slot's own surroundings


def typed_values(
    reply: str, places: tuple[SlotPlace, ...], found: dict[str, Value], as_of: date
) -> dict[str, Value]:
    """Give values that stand alone to open slots of their type, those with like words first."""
    folded, offers = fold(reply), []
    kinds = Counter(place.slot.kind for place in places if place.name not in found)
    for order, place in enumerate(p for p in places if p.name not in found):
        values = [v for v in candidates(reply, place.slot.kind) if is_free(v, found)]
        values = [v for v in values if in_unit(reply, v, place)]
        only = _only(reply, values, place, as_of) if kinds[place.slot.kind] == 1 else None
        for number, value in enumerate(values):
            timely = in_time(reply, value, place, as_of)
            likeness = max(_likeness(folded, value, place), int(value == only)) + timely
            if likeness > 0 and timely >= 0:
                offers.append((-likeness, abs(order - number), order, place.name, value))
    taken: dict[str, Value] = {}
    for _, _, _, name, value in sorted(offers, key=lambda offer: offer[:3]):
        if name not in taken and is_free(value, taken):
            taken[name] = value
    return taken


def add_placeholders(reply: str, places: tuple[SlotPlace, ...], found: dict[str, Value]) -> None:
    """Give words that stand for a value (“XX元”, “待定”) to the open slot of like surroundings."""
    folded, kinds = fold(reply), slot_data()["placeholder_kinds"]
    for match in re.finditer(slot_data()["placeholder"], reply):
        value = Value(*match.span())
        fit = [kind for word, some in kinds.items() if word in match.group() for kind in some]
        likeness = {
            place.name: _likeness(folded, value, place)
            for place in places
            if place.name not in found and (not fit or place.slot.kind in fit)
        }
        if likeness and is_free(value, found):
            name = max(likeness, key=lambda name: likeness[name])
            if likeness[name] or len(likeness) == 1:
                found[name] = value


def _only(reply: str, values: Sequence[Value], place: SlotPlace, as_of: date) -> Value | None:
    """Return the one of ``values`` that can be no other slot's, whatever stands around it."""
    kind = place.slot.kind
    if kind == "phone":
        values = [v for v in values if judged(reply, place, v, as_of).status == "filled"]
    if kind == "number":
        unit = _unit_of(place)
        values = [v for v in values if _unit(reply[v.end :]) == unit]
        if unit is None:  # a name rather than a count, such as that of an order
            values = [v for v in values if v.end - v.start >= _NAME]
    return values[0] if len(values) == 1 else None


def candidates(reply: str, kind: str) -> Iterator[Value]:
    """Yield what looks like a value of a type; numbers only where they are no time or amount."""
    pattern = PATTERNS.get(kind)
    others = (DATETIME, MONEY) if kind == "number" else ()
    taken = [m.span() for other in others for m in other.finditer(reply)]
    for match in pattern.finditer(reply) if pattern else ():
        inside = any(a < match.end() and match.start() < b for a, b in taken)
        if match.group().strip() and not inside:
            yield trimmed(reply, *match.span())


def in_unit(reply: str, value: Value, place: SlotPlace) -> bool:
    """Tell whether a number has no other unit behind it than the wording has behind the slot."""
    wanted = _unit_of(place)
    return wanted is None or _unit(reply[value.end :]) in (None, wanted)


def _unit_of(place: SlotPlace) -> int | None:
    return _unit(place.right) if place.slot.kind == "number" else None


def _unit(text: str) -> int | None:
    """Return the line of the units that ``text`` begins with one of."""
    lines = enumerate(slot_data()["units"])
    return next((at for at, words in lines if re.match(rf"\s*个?(?:{words})", text)), None)


def in_time(reply: str, value: Value, place: SlotPlace, as_of: date) -> int:
    """Return 1 if a day lies where the label wants it, before or after ``as_of``; -1 if not."""
    if place.slot.kind not in ("date", "datetime"):
        return 0
    data = slot_data()
    day = day_of(reply[value.start : value.end], as_of, data["relative_days"])
    if day is None or day == as_of:
        return 0
    for wanted, lies in (("past", day < as_of), ("future", day > as_of)):
        if re.search(data[wanted], place.slot.label):
            return 1 if lies else -1
    return 0


def _likeness(folded: str, value: Value, place: SlotPlace) -> int:
    near = folded[max(0, value.start - _NEAR) : value.start] + "|"
    near += folded[value.end : value.end + _NEAR]
    own = place.left[-_NEAR:] + "|" + place.right[:_NEAR] + "|" + fold(place.slot.label)
    return len({near[i : i + 2] for i in range(len(near) - 1)} & _bigrams(own))


@lru_cache(maxsize=4096)
def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))
