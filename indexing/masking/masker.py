"""The masker: every rule's finds, by rank, written as stars into a text of the same length."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from indexing.masking.credentials import find_credentials
from indexing.masking.fold import Folded, Folder
from indexing.masking.lexicon import Segments
from indexing.masking.named import TaggedPeople, joined_places, tagged
from indexing.masking.numbers import find_numbers
from indexing.masking.people import PeopleFinder
from indexing.masking.places import PlaceFinder
from indexing.masking.rules import load_rules
from indexing.masking.spans import STAR, Finding, Masked, MaskSpan
from indexing.masking.suspects import Suspects

# Where two finds overlap, the kind that comes first wins.
_KINDS = (
    *("url_internal", "password", "email", "idcard", "imsi", "bankcard", "ip"),
    *("mobile", "landline", "account", "plate", "address", "person"),
)
_RANK = {kind: rank for rank, kind in enumerate(_KINDS)}
_PUBLIC = re.compile(r"(?:95\d{3}|96\d{3,4}|[48]00\d{7}|10[06]\d{2,15})")


class Masker:
    """Finds what belongs to a person or an inner system and stars it out.

    >>> Masker().mask("请回电15800002719").text
    '请回电1**********'
    """

    def __init__(self, keep: Collection[str] = ()) -> None:
        """Read the rules; ``keep`` adds service numbers to the built-in ones."""
        rules = load_rules()
        self._keep = rules.keep | {re.sub(r"[ -]", "", number) for number in keep}
        self._folder = Folder()
        self._people = PeopleFinder(rules.person)
        self._suspects = Suspects(rules.person, self._people.names)
        self._tagged = TaggedPeople(rules.person, self._people.names)
        self._places = PlaceFinder(rules.address)

    def mask(self, text: str) -> Masked:
        """Return ``text`` masked; masking the result again changes nothing."""
        taken = bytearray(len(text))
        spans: list[MaskSpan] = []
        current = text
        cuts: dict[str, list[str]] = {}
        # Stars can bare a neighbour that a longer run hid: go on until nothing more is found.
        while True:
            masked, found = self._pass(current, taken, cuts)
            spans += found
            if masked == current:
                return Masked(masked, tuple(sorted(spans, key=lambda span: span.start)))
            current = masked

    def _pass(
        self, text: str, taken: bytearray, cuts: dict[str, list[str]]
    ) -> tuple[str, list[MaskSpan]]:
        folded = self._folder.fold(text)
        chars = list(text)
        spans: list[MaskSpan] = []
        findings = sorted(self._findings(folded.text, cuts), key=_order)
        for finding in findings:
            start, end = folded.original(finding.start, finding.end)
            if finding.kind == "person" and any(taken[start:end]):
                continue
            first = _first_starred(folded, finding)
            if all(char == STAR for char in text[first:end]):
                continue
            # What an earlier find left readable on purpose stays so.
            free = [place for place in range(start, end) if not taken[place]]
            for place in free:
                if place >= first:
                    chars[place] = STAR
                taken[place] = 1
            spans += [MaskSpan(left, right, finding.kind) for left, right in _runs(free)]
        return "".join(chars), spans

    def _findings(self, text: str, cuts: dict[str, list[str]]) -> Iterator[Finding]:
        segments = Segments(text, cuts)
        yield from find_credentials(text, self._keeps)
        yield from find_numbers(text, self._keeps)
        entities = tagged(text, lambda sentence: self._suspects.is_suspect(sentence, cuts))
        yield from self._places.find(text, segments, joined_places(text, entities))
        yield from self._people.find(text, segments)
        yield from self._tagged.find(text, entities)

    def _keeps(self, number: str) -> bool:
        return number in self._keep or _PUBLIC.fullmatch(number) is not None


def _order(finding: Finding) -> tuple[int, int, int]:
    return _RANK[finding.kind], finding.start, -finding.end


def _first_starred(folded: Folded, finding: Finding) -> int:
    return folded.original(finding.start + finding.clear, finding.end)[0]


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Yield ``[start, end)`` of each unbroken run in ascending ``places``."""
    start = 0
    for index in range(1, len(places) + 1):
        if index == len(places) or places[index] != places[index - 1] + 1:
            yield places[start], places[index - 1] + 1
            start = index
