"""Mends GBK text into which pinyin notes, as in 訓(xùn), were inserted byte by byte.

A note that fell between two characters is just dropped. One that fell between the two bytes of a
character shifted all that follows by one byte, and took a byte along (shown as ``?``): there the
bytes are paired again, the missing ones tried in turn, and the readings compared with the rest of
the same document.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from opencc import OpenCC

from indexing.text.traced import Edit, TracedText

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńň"
_SYLLABLE = rf"(?=[a-zü]*[{_TONED}])([a-zü{_TONED}]{{1,6}})"
_NOTED = re.compile(rf"([\u4e00-\u9fff])(\({_SYLLABLE}\))")
_NOTE = re.compile(rf"\({_SYLLABLE}\)")
_REST_OF_NOTE = re.compile(rf"{_SYLLABLE}\)")  # its bracket was taken along by the lost byte
_PUNCTUATION = frozenset("。，、；：！？“”（）《》")
_FLATTENED = "?!;:,()"  # full-width marks that the site turned into ASCII
_MIN_NOTES = 3
_PAIR_WEIGHT = 1000  # one pair seen outweighs any frequency
_MAX_SHIFTED_CHARS = 60


@dataclass(frozen=True)
class Mended:
    """The text without notes: how many were dropped, what was guessed, how many spots lost."""

    traced: TracedText
    notes: int = 0
    guesses: tuple[str, ...] = ()
    lost: int = 0


@dataclass(frozen=True)
class _Shift:
    """A shifted stretch: its end, its bytes (None: lost), and the notes at either side."""

    end: int
    data: list[int | None]
    opening: str = ""
    closing: str = ""
    before: str = ""


def mend_notes(traced: TracedText) -> Mended:
    """Drop inserted pinyin notes and mend the spots they shifted, if the text has such notes."""
    noted = list(_NOTED.finditer(traced.text))
    if len(noted) < _MIN_NOTES:
        return Mended(traced)
    known = _Known.of(traced.text, noted)
    edits: list[Edit] = []
    guesses: list[str] = []
    lost = 0
    for start, end, guess in _spots(traced.text, known):
        edits.append((start, end, guess))
        if guess:
            guesses.append(guess)
        else:
            lost += 1
    taken = [(start, end) for start, end, _ in edits]
    edits += [
        (m.start(2), m.end(2), "")
        for m in noted
        if not any(start <= m.start() < end for start, end in taken)
    ]
    return Mended(traced.edit(sorted(edits)), len(noted), tuple(guesses), lost)


@dataclass(frozen=True)
class _Known:
    """What the sound part of the document says: which characters, pairs and readings occur."""

    single: Counter[str]
    pairs: Counter[str]
    readings: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, noted: list[re.Match[str]]) -> _Known:
        bare = _NOTE.sub("", text)
        readings: dict[str, Counter[str]] = defaultdict(Counter)
        for match in noted:
            readings[match[3]][match[1]] += 1
        pairs = Counter(bare[i : i + 2] for i in range(len(bare) - 1))
        return cls(Counter(bare), pairs, dict(readings))

    def score(self, before: str, char: str, after: str) -> int:
        """Score ``char`` by its pairs with both neighbours; its own frequency breaks ties."""
        pairs = self.pairs[before + char] + self.pairs[char + after]
        return _PAIR_WEIGHT * pairs + self.single[char]

    def reads(self, char: str, note: str) -> bool:
        return note != "" and char in self.readings.get(note, ())


def _spots(text: str, known: _Known) -> Iterator[Edit]:
    """Yield each broken spot with its mended text, empty where nothing fits."""
    at = 0
    while (at := text.find("?", at)) >= 0:
        shift = _shift(text, at)
        guess = _solve(shift, text[shift.end : shift.end + 1], known) if shift else ""
        rest = _REST_OF_NOTE.match(text, at + 1)
        if shift and guess:
            yield at, shift.end, guess
            at = shift.end
        elif rest:
            yield at, rest.end(), ""
            at = rest.end()
        else:
            at += 1


def _shift(text: str, at: int) -> _Shift | None:
    """Read the shifted bytes after the ``?`` at ``at``; None if they never fall into step."""
    opening = _REST_OF_NOTE.match(text, at + 1)
    begin = opening.end() if opening else at + 1
    data: list[int | None] = [None]
    for i in range(begin, min(begin + _MAX_SHIFTED_CHARS, len(text))):
        char = text[i]
        closing = _REST_OF_NOTE.match(text, i + 1) if char == "?" else None
        if i > begin and (closing or "@" <= char <= "~"):
            data.append(None if closing else ord(char))
            closing = closing or _NOTE.match(text, i + 1)
            note = closing[1] if closing else ""
            end = closing.end() if closing else i + 1
            first = opening[1] if opening else ""
            sound = all(plausible(c) for c in text[begin:i])
            return None if sound else _Shift(end, data, first, note, text[at - 1 : at])
        if char in _FLATTENED and i == begin:
            data += (0xA3, ord(char) + 0x80)
        elif len(pair := _gbk(char)) == 2:
            data += pair
        else:
            return None
    return None


def _solve(shift: _Shift, after: str, known: _Known) -> str:
    """Return the mended characters, or an empty text if none read well."""
    pairs = list(zip(shift.data[::2], shift.data[1::2], strict=True))
    middle = [_char(lead, trail) for lead, trail in pairs[1:-1] if lead and trail]
    if not all(plausible(c) for c in middle):
        return ""
    before = shift.before
    follower = middle[0] if middle else ""
    firsts = _fillings(pairs[0])
    if shift.opening:  # the note belongs to the wrong pair: previous trail byte + lost byte
        spoken = [c for c in firsts if known.reads(_misread(before, c), shift.opening)]
        firsts = spoken or firsts
    first = _best(firsts, before, follower, known)
    if len(pairs) == 1:
        return first
    lasts = _fillings(pairs[-1])
    lasts = [c for c in lasts if known.reads(c, shift.closing)] or lasts
    last = _best(lasts, middle[-1] if middle else first, after, known)
    return first + "".join(middle) + last if first and last else ""


def _fillings(pair: tuple[int | None, int | None]) -> list[str]:
    lead, trail = pair
    leads = range(0x81, 0xFF) if lead is None else (lead,)
    trails = range(0x40, 0xFF) if trail is None else (trail,)
    return [c for a in leads for b in trails if plausible(c := _char(a, b))]


def _best(options: list[str], before: str, after: str, known: _Known) -> str:
    best = max(options, key=lambda c: known.score(before, c, after), default="")
    return best if best and known.score(before, best, after) > 0 else ""


def _misread(before: str, char: str) -> str:
    trail, lead = _gbk(before)[-1:], _gbk(char)[:1]
    return _char(trail[0], lead[0]) if trail and lead else ""


def _char(lead: int, trail: int) -> str:
    try:
        return bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""


def _gbk(char: str) -> bytes:
    """Return the two GBK bytes of ``char``, also of the code pages' user-defined areas."""
    code = ord(char or " ")
    if 0xE000 <= code < 0xE4C6:  # rows AA-AF, then F8-FE
        row, cell = divmod(code - 0xE000, 94)
        return bytes((0xAA + row if row < 6 else 0xF2 + row, 0xA1 + cell))
    if 0xE815 <= code <= 0xE864:  # FE50-FEA0
        trail = 0x50 + code - 0xE815
        return bytes((0xFE, trail if trail < 0x7F else trail + 1))
    try:
        return char.encode("gbk")
    except UnicodeEncodeError:
        return b""


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


@cache
def plausible(char: str) -> bool:
    """Tell whether ``char`` is a Chinese mark or, simplified, one of GB 2312's 3,755 usual ones."""
    if char in _PUNCTUATION:
        return True
    try:
        data = _to_simplified().convert(char).encode("gb2312") if char else b""
    except UnicodeEncodeError:
        return False
    return len(data) == 2 and 0xB0 <= data[0] <= 0xD7
