"""What a reply gives for each slot: from the wording's own words around it, else by type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from kb.checking.cues import cued, is_denied, is_nonsense, slot_data
from kb.checking.likely import Likely
from kb.checking.report import SlotFinding
from kb.checking.rules import fold
from kb.checking.slot_places import (
    BLANK,
    SlotPlace,
    Value,
    is_free,
    judged,
    slot_places,
    trimmed,
)
from kb.checking.slot_typed import add_placeholders, candidates, in_time, in_unit, typed_values
from kb.checking.values import DATETIME, PATTERNS
from kb.wording import SLOT, Version

_CONTEXTS = ((8, 8), (8, 3), (3, 8), (5, 4), (4, 2), (2, 4), (6, 1), (3, 2), (2, 2))
_LEFT_ONLY = ((6, 0), (4, 0), (3, 0), (2, 0))  # for values whose type is evidence enough
_LONGEST = 40  # characters of a value
_SHORTEST = 3  # characters of a clause that gives a value by its meaning
_BREAK = "。；;！？\n"
_NONSENSE = re.compile(  # typed values that say nothing, or that hold figures of another type
    r"(?i)[^，。]{0,6}(?:[x×*＊]{2,}|待定|未知|不详|暂无|[\d{}【】_＿])[^，。]{0,6}|无|某+|"
)
_FIELD = re.compile(r"(?:^|[；;。，,\n])\s*([^：:；;。，,\n]{2,24})[：:]")
_NOTE = re.compile(r"[（(][^（）()]*[)）]")
_MARKS = re.compile(r"[，,。；;！？：:、\s]+")


def find_slots(
    reply: str,
    version: Version,
    as_of: date,
    likely: Sequence[Likely] = (),
) -> tuple[SlotFinding, ...]:
    """Return what ``reply`` gives for each slot of ``version``.

    Args:
        reply: The reply as it was written.
        version: The wording's version of the day.
        as_of: The day of the reply, from which relative days count.
        likely: Where else slots' values may stand, the likeliest first.
    """
    places = slot_places(version)
    found = _whole(reply, version) or _fielded(reply, places) or {}
    if not found:
        found = _left_blank(reply, version)
        _search(reply, places, found, as_of)
    _add_likely(reply, places, found, as_of, likely)
    add_placeholders(reply, places, found)
    return tuple(judged(reply, place, found.get(place.name), as_of) for place in places)


def slot_within(
    reply: str, version: Version, name: str, span: tuple[int, int], as_of: date
) -> SlotFinding:
    """Return the finding for the value of slot ``name`` that somebody has seen at ``span``.

    A value of the slot's type there is checked; words that hold none are taken as they are.
    """
    place = next(place for place in slot_places(version) if place.name == name)
    start, end = span
    typed = (v for v in candidates(reply, place.slot.kind) if v.start < end and start < v.end)
    value = next(typed, None)
    if value is not None:
        return judged(reply, place, value, as_of)
    value = trimmed(reply, start, end)
    text = reply[value.start : value.end]
    if not text or BLANK.fullmatch(text) or is_nonsense(place.slot, text):
        return judged(reply, place, value, as_of)
    return SlotFinding(name, place.slot.label, "filled", text, (value.start, value.end), None)


def _left_blank(reply: str, version: Version) -> dict[str, Value]:
    """Return the slots of the template that ``reply`` has left as they are."""
    marks = (m for m in SLOT.finditer(reply) if m.group(1) in version.slots)
    return {mark.group(1): Value(*mark.span()) for mark in marks}


def _search(
    reply: str, places: tuple[SlotPlace, ...], found: dict[str, Value], as_of: date
) -> None:
    """Add to ``found`` what free text gives for the other slots, typed ones first."""
    for typed in (True, False):
        for place in places:
            if (place.slot.kind in PATTERNS) != typed or place.name in found:
                continue
            if len(place.group) == 1:
                values = (_beside(value, found) for value in _offered(reply, place))
                good = (v for v in values if is_free(v, found))
                timely = (v for v in good if in_time(reply, v, place, as_of) >= 0)
                value = next(timely, None)
                if value is not None and value.end > value.start:
                    found[place.name] = value
        if typed:
            found |= typed_values(reply, places, found, as_of)
    found |= _joined(reply, places, found)


def _add_likely(
    reply: str,
    places: tuple[SlotPlace, ...],
    found: dict[str, Value],
    as_of: date,
    likely: Sequence[Likely],
) -> None:
    """Add to ``found`` what clauses that are near to a slot's give for it, typed values first."""
    by_name = {place.name: place for place in places}
    typed = [by_name[one.slot].slot.kind in PATTERNS for one in likely]
    for one, _ in sorted(zip(likely, typed, strict=True), key=lambda pair: not pair[1]):
        place = by_name[one.slot]
        values = (v for v in _within(reply, place, one, found) if is_free(v, found))
        value = next((v for v in values if in_time(reply, v, place, as_of) >= 0), None)
        if value is not None:
            found.setdefault(one.slot, value)


def _within(reply: str, place: SlotPlace, one: Likely, found: dict[str, Value]) -> Iterator[Value]:
    """Yield the typed values in a likely stretch, or what of it no other slot has taken."""
    if place.slot.kind in PATTERNS:
        values = candidates(reply, place.slot.kind)
        inside = (v for v in values if one.start <= v.start and v.end <= one.end)
        yield from (v for v in inside if in_unit(reply, v, place))
        return
    value = _beside(trimmed(reply, one.start, one.end), found)
    long = value.end - value.start >= _SHORTEST
    if long and not is_denied(reply, value.start, value.end):
        yield value


def _whole(reply: str, version: Version) -> dict[str, Value]:
    """Return the values if the reply is the wording, filled in, marks and spaces aside."""
    match = _template(version.text).search(fold(reply))
    if match is None:
        return {}
    found = {}
    for place in slot_places(version):
        if len(place.group) > 1:
            continue
        start, end = match.span(place.name)
        pattern = PATTERNS.get(place.slot.kind)
        spans = [m.span() for m in pattern.finditer(reply, start, end)] if pattern else []
        typed = "，" in reply[start:end] and spans  # words were put before the value
        found[place.name] = trimmed(reply, *(spans[-1] if typed else (start, end)))
    return found


@lru_cache(maxsize=256)
def _template(text: str) -> re.Pattern[str]:
    parts, at, seen = [], 0, set()
    for mark in SLOT.finditer(text):
        parts.append(_literal(text[at : mark.start()]))
        name = mark.group(1)
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>[^。；;\\n]{{0,60}}?)")
        seen.add(name)
        at = mark.end()
    parts.append(_literal(text[at:]))
    end = "" if _MARKS.sub("", text[at:]) else rf"(?=[{_BREAK}]|$)"  # the text ends with a slot
    return re.compile("".join(parts) + end)


def _literal(text: str) -> str:
    pieces = _MARKS.split(fold(text))
    if text and not any(pieces):
        return _MARKS.pattern  # marks alone part one value from the next
    return r"[，,。；;！？：:、\s]*".join(re.escape(piece) for piece in pieces)


def _offered(reply: str, place: SlotPlace) -> Iterator[Value]:
    """Yield values for a slot, those that stand between the wording's own words first."""
    folded = fold(reply)
    typed = place.slot.kind in PATTERNS
    for before, behind in (*_CONTEXTS, *(_LEFT_ONLY if typed else ())):
        left, right = _tail(place.left, before), _head(place.right, behind)
        right = right if _MARKS.sub("", right) else ""
        if len(left) < min(before, 2) and len(right) < 2:
            continue
        for match in _around(left, right).finditer(folded):
            value = _narrowed(reply, place, *match.span(1), before_words=bool(right))
            if value is not None:
                yield value
    yield from _cued(reply, place)


@lru_cache(maxsize=4096)
def _around(left: str, right: str) -> re.Pattern[str]:
    close = _literal(right) if right else rf"(?=[，,{_BREAK}]|$)"
    return re.compile(f"{_literal(left)}([^{_BREAK}]{{0,{_LONGEST}}}?){close}")


def _tail(text: str, size: int) -> str:
    return re.split(rf"[{_BREAK}]", text)[-1][-size:]


def _head(text: str, size: int) -> str:
    return re.split(rf"[{_BREAK}]", text)[0][:size]


def _narrowed(
    reply: str, place: SlotPlace, start: int, end: int, *, before_words: bool
) -> Value | None:
    """Return the typed value within ``[start, end)``, or the whole stretch if it has none.

    Of several the last one stands next to the wording's words behind it, else the first.
    """
    pattern = PATTERNS.get(place.slot.kind)
    if pattern is None:
        value = trimmed(reply, start, end)
        good = value.end - value.start <= _LONGEST and not is_denied(reply, start, end)
        return value if good else None
    matches = [m for m in pattern.finditer(reply, start, end) if m.end() > m.start()]
    if matches:
        return trimmed(reply, *matches[-1 if before_words else 0].span())
    value = trimmed(reply, start, end)
    return value if _NONSENSE.fullmatch(reply[value.start : value.end]) else None


def _cued(reply: str, place: SlotPlace) -> Iterator[Value]:
    for span in cued(reply, place.slot):
        typed = DATETIME.search(reply, *span) if "时" not in place.slot.label else None
        if typed is None:
            yield trimmed(reply, *span)
            continue
        value = trimmed(reply, span[0], typed.start())  # a time belongs to another slot
        if value.end - value.start > 1:
            yield value


def _fielded(reply: str, places: tuple[SlotPlace, ...]) -> dict[str, Value] | None:
    """Return the values of a form (“原因：…；措施：…”) in any order, or nothing if it is none."""
    ends = {p.name: re.split(r"[；;。，,]", p.left)[-1] for p in places if p.left[-1:] == "："}
    names = {_NOTE.sub("", _MARKS.sub("", end)): name for name, end in ends.items()}
    found: dict[str, Value] = {}
    fields = list(_FIELD.finditer(fold(reply)))
    for i, field in enumerate(fields):
        name = names.get(_NOTE.sub("", _MARKS.sub("", field.group(1))))
        if name is not None:
            end = fields[i + 1].start() if i + 1 < len(fields) else len(reply)
            stop = re.compile(r"[；;。\n]").search(reply, field.end(), end)
            found.setdefault(name, trimmed(reply, field.end(), stop.start() if stop else end))
    return found if len(found) * 2 > len(fields) and len(found) > 1 else None


def _joined(reply: str, places: tuple[SlotPlace, ...], found: dict[str, Value]) -> dict[str, Value]:
    """Part slots without a word between them by how each one's value ends."""
    parted: dict[str, Value] = {}
    at = 0
    for place in places:
        if len(place.group) == 1 or place.name in found:
            continue
        shapes = slot_data()["shapes"].items()
        shape = next((s for word, s in shapes if word in place.slot.label), None)
        match = re.compile(rf"(?![，。；,;]){shape}").search(reply, at) if shape else None
        if match is not None and not re.search(r"[，。；,;]", match.group()):
            parted[place.name] = Value(*match.span())
            at = match.end()
    return parted


def _beside(value: Value, found: dict[str, Value]) -> Value:
    """Return ``value``, or the longer part beside those of ``found`` that lie within it."""
    inside = [v for v in found.values() if value.start + 1 < v.start and v.end <= value.end]
    if not inside:
        return value
    left = Value(value.start, min(v.start for v in inside))
    right = Value(max(v.end for v in inside), value.end)
    return max(left, right, key=lambda part: part.end - part.start)
