"""What a reply gives for each slot: from the wording's own words around it, else by type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kb.checking.cues import cued, is_denied, is_nonsense, slot_data
from kb.checking.likely import Likely
from kb.checking.report import SlotFinding, SlotStatus
from kb.checking.rules import fold
from kb.checking.values import DATETIME, MONEY, PATTERNS, day_of, plain
from kb.slots import problem
from kb.wording import SLOT, Slot, Version

_CONTEXTS = ((8, 8), (8, 3), (3, 8), (5, 4), (4, 2), (2, 4), (6, 1), (3, 2), (2, 2))
_LEFT_ONLY = ((6, 0), (4, 0), (3, 0), (2, 0))  # for values whose type is evidence enough
_LONGEST = 40  # characters of a value
_SHORTEST = 3  # characters of a clause that gives a value by its meaning
_BREAK = "。；;！？\n"
_TELLING = (
    "money",
    "ip",
    "domain",
    "datetime",
    "date",
    "phone",
    "number",
)  # types that show by their look
_NAME = 3  # characters of a number that names something
_NEAR = 10  # characters around a typed value that are compared with the slot's own surroundings
_BLANK = re.compile(
    r"[\s_＿…{}\[\]【】（）()]*|\{\w*\}|【[^】]*】|[（(](?:填写|请填|此处)[^)）]*[)）]"
)
_NONSENSE = re.compile(  # typed values that say nothing, or that hold figures of another type
    r"(?i)[^，。]{0,6}(?:[x×*＊]{2,}|待定|未知|不详|暂无|[\d{}【】_＿])[^，。]{0,6}|无|某+|"
)
_FIELD = re.compile(r"(?:^|[；;。，,\n])\s*([^：:；;。，,\n]{2,24})[：:]")
_NOTE = re.compile(r"[（(][^（）()]*[)）]")
_MARKS = re.compile(r"[，,。；;！？：:、\s]+")


@dataclass(frozen=True)
class SlotPlace:
    """A slot with the literal text around it in the wording."""

    name: str
    slot: Slot
    left: str
    right: str
    group: tuple[str, ...]  # slots that follow each other without a word between, this one in it


@dataclass(frozen=True)
class _Value:
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
    _add_placeholders(reply, places, found)
    return tuple(_judged(reply, place, found.get(place.name), as_of) for place in places)


def slot_within(
    reply: str, version: Version, name: str, span: tuple[int, int], as_of: date
) -> SlotFinding:
    """Return the finding for the value of slot ``name`` that somebody has seen at ``span``.

    A value of the slot's type there is checked; words that hold none are taken as they are.
    """
    place = next(place for place in slot_places(version) if place.name == name)
    start, end = span
    typed = (v for v in _candidates(reply, place.slot.kind) if v.start < end and start < v.end)
    value = next(typed, None)
    if value is not None:
        return _judged(reply, place, value, as_of)
    value = _trimmed(reply, start, end)
    text = reply[value.start : value.end]
    if not text or _BLANK.fullmatch(text) or is_nonsense(place.slot, text):
        return _judged(reply, place, value, as_of)
    return SlotFinding(name, place.slot.label, "filled", text, (value.start, value.end), None)


def _left_blank(reply: str, version: Version) -> dict[str, _Value]:
    """Return the slots of the template that ``reply`` has left as they are."""
    marks = (m for m in SLOT.finditer(reply) if m.group(1) in version.slots)
    return {mark.group(1): _Value(*mark.span()) for mark in marks}


def _search(
    reply: str, places: tuple[SlotPlace, ...], found: dict[str, _Value], as_of: date
) -> None:
    """Add to ``found`` what free text gives for the other slots, typed ones first."""
    for typed in (True, False):
        for place in places:
            if (place.slot.kind in PATTERNS) != typed or place.name in found:
                continue
            if len(place.group) == 1:
                values = (_beside(value, found) for value in _offered(reply, place))
                good = (v for v in values if _free(v, found))
                timely = (v for v in good if _in_time(reply, v, place, as_of) >= 0)
                value = next(timely, None)
                if value is not None and value.end > value.start:
                    found[place.name] = value
        if typed:
            found |= _typed(reply, places, found, as_of)
    found |= _joined(reply, places, found)


def _add_likely(
    reply: str,
    places: tuple[SlotPlace, ...],
    found: dict[str, _Value],
    as_of: date,
    likely: Sequence[Likely],
) -> None:
    """Add to ``found`` what clauses that are near to a slot's give for it, typed values first."""
    by_name = {place.name: place for place in places}
    typed = [by_name[one.slot].slot.kind in PATTERNS for one in likely]
    for one, _ in sorted(zip(likely, typed, strict=True), key=lambda pair: not pair[1]):
        place = by_name[one.slot]
        values = (v for v in _within(reply, place, one, found) if _free(v, found))
        value = next((v for v in values if _in_time(reply, v, place, as_of) >= 0), None)
        if value is not None:
            found.setdefault(one.slot, value)


def _add_placeholders(reply: str, places: tuple[SlotPlace, ...], found: dict[str, _Value]) -> None:
    """Give words that stand for a value (“XX元”, “待定”) to the open slot of like surroundings."""
    folded, kinds = fold(reply), slot_data()["placeholder_kinds"]
    for match in re.finditer(slot_data()["placeholder"], reply):
        value = _Value(*match.span())
        fit = [kind for word, some in kinds.items() if word in match.group() for kind in some]
        likeness = {
            place.name: _likeness(folded, value, place)
            for place in places
            if place.name not in found and (not fit or place.slot.kind in fit)
        }
        if likeness and _free(value, found):
            name = max(likeness, key=lambda name: likeness[name])
            if likeness[name] or len(likeness) == 1:
                found[name] = value


def _within(
    reply: str, place: SlotPlace, one: Likely, found: dict[str, _Value]
) -> Iterator[_Value]:
    """Yield the typed values in a likely stretch, or what of it no other slot has taken."""
    if place.slot.kind in PATTERNS:
        values = _candidates(reply, place.slot.kind)
        inside = (v for v in values if one.start <= v.start and v.end <= one.end)
        yield from (v for v in inside if _in_unit(reply, v, place))
        return
    value = _beside(_trimmed(reply, one.start, one.end), found)
    long = value.end - value.start >= _SHORTEST
    if long and not is_denied(reply, value.start, value.end):
        yield value


def _whole(reply: str, version: Version) -> dict[str, _Value]:
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
        found[place.name] = _trimmed(reply, *(spans[-1] if typed else (start, end)))
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


def _offered(reply: str, place: SlotPlace) -> Iterator[_Value]:
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
) -> _Value | None:
    """Return the typed value within ``[start, end)``, or the whole stretch if it has none.

    Of several the last one stands next to the wording's words behind it, else the first.
    """
    pattern = PATTERNS.get(place.slot.kind)
    if pattern is None:
        value = _trimmed(reply, start, end)
        good = value.end - value.start <= _LONGEST and not is_denied(reply, start, end)
        return value if good else None
    matches = [m for m in pattern.finditer(reply, start, end) if m.end() > m.start()]
    if matches:
        return _trimmed(reply, *matches[-1 if before_words else 0].span())
    value = _trimmed(reply, start, end)
    return value if _NONSENSE.fullmatch(reply[value.start : value.end]) else None


def _cued(reply: str, place: SlotPlace) -> Iterator[_Value]:
    for span in cued(reply, place.slot):
        typed = DATETIME.search(reply, *span) if "时" not in place.slot.label else None
        if typed is None:
            yield _trimmed(reply, *span)
            continue
        value = _trimmed(reply, span[0], typed.start())  # a time belongs to another slot
        if value.end - value.start > 1:
            yield value


def _fielded(reply: str, places: tuple[SlotPlace, ...]) -> dict[str, _Value] | None:
    """Return the values of a form (“原因：…；措施：…”) in any order, or nothing if it is none."""
    ends = {p.name: re.split(r"[；;。，,]", p.left)[-1] for p in places if p.left[-1:] == "："}
    names = {_NOTE.sub("", _MARKS.sub("", end)): name for name, end in ends.items()}
    found: dict[str, _Value] = {}
    fields = list(_FIELD.finditer(fold(reply)))
    for i, field in enumerate(fields):
        name = names.get(_NOTE.sub("", _MARKS.sub("", field.group(1))))
        if name is not None:
            end = fields[i + 1].start() if i + 1 < len(fields) else len(reply)
            stop = re.compile(r"[；;。\n]").search(reply, field.end(), end)
            found.setdefault(name, _trimmed(reply, field.end(), stop.start() if stop else end))
    return found if len(found) * 2 > len(fields) and len(found) > 1 else None


def _joined(
    reply: str, places: tuple[SlotPlace, ...], found: dict[str, _Value]
) -> dict[str, _Value]:
    """Part slots without a word between them by how each one's value ends."""
    parted: dict[str, _Value] = {}
    at = 0
    for place in places:
        if len(place.group) == 1 or place.name in found:
            continue
        shapes = slot_data()["shapes"].items()
        shape = next((s for word, s in shapes if word in place.slot.label), None)
        match = re.compile(rf"(?![，。；,;]){shape}").search(reply, at) if shape else None
        if match is not None and not re.search(r"[，。；,;]", match.group()):
            parted[place.name] = _Value(*match.span())
            at = match.end()
    return parted


def _typed(
    reply: str, places: tuple[SlotPlace, ...], found: dict[str, _Value], as_of: date
) -> dict[str, _Value]:
    """Give values that stand alone to open slots of their type, those with like words first."""
    folded, offers = fold(reply), []
    kinds = Counter(place.slot.kind for place in places if place.name not in found)
    for order, place in enumerate(p for p in places if p.name not in found):
        values = [v for v in _candidates(reply, place.slot.kind) if _free(v, found)]
        values = [v for v in values if _in_unit(reply, v, place)]
        only = _only(reply, values, place, as_of) if kinds[place.slot.kind] == 1 else None
        for number, value in enumerate(values):
            timely = _in_time(reply, value, place, as_of)
            likeness = max(_likeness(folded, value, place), int(value == only)) + timely
            if likeness > 0 and timely >= 0:
                offers.append((-likeness, abs(order - number), order, place.name, value))
    taken: dict[str, _Value] = {}
    for _, _, _, name, value in sorted(offers, key=lambda offer: offer[:3]):
        if name not in taken and _free(value, taken):
            taken[name] = value
    return taken


def _only(reply: str, values: Sequence[_Value], place: SlotPlace, as_of: date) -> _Value | None:
    """Return the one of ``values`` that can be no other slot's, whatever stands around it."""
    kind = place.slot.kind
    if kind == "phone":
        values = [v for v in values if _judged(reply, place, v, as_of).status == "filled"]
    if kind == "number":
        unit = _unit_of(place)
        values = [v for v in values if _unit(reply[v.end :]) == unit]
        if unit is None:  # a name rather than a count, such as that of an order
            values = [v for v in values if v.end - v.start >= _NAME]
    return values[0] if len(values) == 1 and kind in _TELLING else None


def _candidates(reply: str, kind: str) -> Iterator[_Value]:
    pattern = PATTERNS.get(kind)
    others = (DATETIME, MONEY) if kind == "number" else ()
    taken = [m.span() for other in others for m in other.finditer(reply)]
    for match in pattern.finditer(reply) if pattern else ():
        inside = any(a < match.end() and match.start() < b for a, b in taken)
        if match.group().strip() and not inside:
            yield _trimmed(reply, *match.span())


def _in_unit(reply: str, value: _Value, place: SlotPlace) -> bool:
    """Tell whether a number has no other unit behind it than the wording has behind the slot."""
    wanted, given = _unit_of(place), _unit(reply[value.end :])
    return None in (wanted, given) or wanted == given


def _unit_of(place: SlotPlace) -> int | None:
    return _unit(place.right) if place.slot.kind == "number" else None


def _unit(text: str) -> int | None:
    """Return the line of the units that ``text`` begins with one of."""
    lines = enumerate(slot_data()["units"])
    return next((at for at, words in lines if re.match(rf"\s*个?(?:{words})", text)), None)


def _in_time(reply: str, value: _Value, place: SlotPlace, as_of: date) -> int:
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


def _likeness(folded: str, value: _Value, place: SlotPlace) -> int:
    near = folded[max(0, value.start - _NEAR) : value.start] + "|"
    near += folded[value.end : value.end + _NEAR]
    own = place.left[-_NEAR:] + "|" + place.right[:_NEAR] + "|" + fold(place.slot.label)
    return len({near[i : i + 2] for i in range(len(near) - 1)} & _bigrams(own))


@lru_cache(maxsize=4096)
def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _free(value: _Value, found: dict[str, _Value]) -> bool:
    return all(v.end <= value.start or value.end <= v.start for v in found.values())


def _beside(value: _Value, found: dict[str, _Value]) -> _Value:
    """Return ``value``, or the longer part beside those of ``found`` that lie within it."""
    inside = [v for v in found.values() if value.start + 1 < v.start and v.end <= value.end]
    if not inside:
        return value
    left = _Value(value.start, min(v.start for v in inside))
    right = _Value(max(v.end for v in inside), value.end)
    return max(left, right, key=lambda part: part.end - part.start)


def _trimmed(reply: str, start: int, end: int) -> _Value:
    while start < end and reply[start] in " \t，,：:、":
        start += 1
    while end > start and reply[end - 1] in " \t，,：:、":
        end -= 1
    return _Value(start, end)


def _judged(reply: str, place: SlotPlace, value: _Value | None, as_of: date) -> SlotFinding:
    slot = place.slot
    text = reply[value.start : value.end] if value else ""
    span = (value.start, value.end) if value else None
    if value is None or _BLANK.fullmatch(text):
        wrong = f"“{slot.label}”没有填写。" if slot.required else None
        return SlotFinding(place.name, slot.label, "empty", text, span, wrong)
    if is_nonsense(slot, text.strip()):
        wrong = f"“{slot.label}”填的“{text.strip()}”没有实际内容。"
        return SlotFinding(place.name, slot.label, "invalid", text, span, wrong)
    wrong = problem(slot, plain(slot.kind, text, as_of, slot_data()["relative_days"]))
    status: SlotStatus = "filled" if wrong is None else "invalid"
    return SlotFinding(place.name, slot.label, status, text, span, wrong)
