"""Names of people in Chinese, found by surname and by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexing.masking.lexicon import Names, Segments, is_han
from indexing.masking.rules import PersonRules, alternatives
from indexing.masking.spans import Finding

_HAN = "[\u4e00-\u9fff]"
_PHONE_AHEAD = (
    r"(?= ?[,，、:(;；/|]? ?(?:(?:的|联系)?(?:手机|电话|号码|联系方式)(?:号码?|是"
    r"|为)?[: ]{0,2})?(?:\+?86[ -]?)?1[3-9]\d)"
)
_REPORT_AHEAD = r"(?=反映|来电|投诉|致电|表示|要求|申告|称)"
_REPORTS = re.compile("反映|来电|投诉|致电|申告")
_DEALT_WITH = "(?:找到?|与|由|给|请|派|交|叫|经|跟|向|回访|联系|拨打)"
_ACTS = "(?:说|称|反映|来电|核实|联系|跟进|处理|上门|确认|沟通|办理|回访|解释|协助|表示|投诉|要求)"
_ACTING = re.compile(_ACTS)
_SURE_FIELDS = (
    "姓名",
    "联系人",
    "机主",
    "户名",
    "收件人",
    "收货人",
    "经办人",
    "我叫",
    "签名",
    "持卡人",
)


class PeopleFinder:
    """Finds names; each finding leaves the surname readable."""

    def __init__(self, rules: PersonRules) -> None:
        """Build the patterns from the word lists."""
        self._rules = rules
        self.names = Names(rules.surnames, rules.lookalikes)
        single = "".join(sorted(name for name in rules.surnames if len(name) == 1))
        double = alternatives(name for name in rules.surnames if len(name) > 1)
        surname = f"(?:[{single}]|{double})"
        self._field = re.compile(
            rf"(?P<cue>{alternatives(rules.fields)})(?:[(（][^)）\n]{{0,6}}[)）])?"
            rf" {{0,2}}[:=(\[【「“\"]+ {{0,2}}(?={surname}{_HAN})"
        )
        self._cue = re.compile(
            rf"(?P<cue>{alternatives((*rules.cues, *rules.weak_cues))}) {{0,2}}(?={surname}{_HAN})"
        )
        self._title = re.compile(alternatives(rules.titles))
        self._listed = re.compile(
            rf"(?<!{_HAN})(?={surname}{_HAN}{{1,2}}(?:{_PHONE_AHEAD}|{_REPORT_AHEAD}))"
        )
        self._acting = re.compile(
            rf"(?:{_DEALT_WITH}|(?<!{_HAN}))(?={surname}{_HAN}{{1,2}}(?:{_ACTS}|(?!{_HAN})))"
        )
        self._long_followers = tuple(word for word in rules.followers if len(word) > 1)
        self._short_followers = tuple(word for word in rules.followers if len(word) == 1)

    def find(self, text: str, segments: Segments) -> Iterator[Finding]:
        """Yield the names in ``text``."""
        for match in self._field.finditer(text):
            yield from self._finding(text, match.end(), self._field_end(text, match, segments))
        for match in self._cue.finditer(text):
            weak = match["cue"] in self._rules.weak_cues
            end = self._name_end(text, match.end(), segments, weak=weak)
            yield from self._finding(text, match.end(), end)
        for match in self._listed.finditer(text):
            yield from self._finding(
                text, match.end(), self._listed_end(text, match.end(), segments)
            )
        for match in self._acting.finditer(text):
            yield from self._finding(text, match.end(), self._acting_end(text, match))
        for match in self._title.finditer(text):
            yield from self._titled(text, match, segments)

    def _finding(self, text: str, start: int, end: int | None) -> Iterator[Finding]:
        if end is not None:
            yield Finding(start, end, "person", clear=self._surname(text, start))

    def _surname(self, text: str, start: int) -> int:
        """Return the length of the surname at ``start``: 2, 1 or 0."""
        if text[start : start + 2] in self._rules.surnames:
            return 2
        return 1 if text[start : start + 1] in self._rules.surnames else 0

    def _bounded_name(self, run: str, *, sure: bool) -> bool:
        """Whether a run of characters between non-Chinese ones is a whole name."""
        surname = self._surname(run, 0)
        if not surname or not surname < len(run) <= surname + 2 or self.names.begins_like(run):
            return False
        if set(run[surname:]) & self._rules.not_given:
            return False
        return sure or self.names.is_name(run) or not self.names.is_other(run[: surname + 1])

    def _field_end(self, text: str, match: re.Match[str], segments: Segments) -> int | None:
        start = match.end()
        run = _han_run(text, start, 5)
        if self._bounded_name(run, sure=match["cue"].endswith(_SURE_FIELDS)):
            return start + len(run)
        return self._name_end(text, start, segments, weak=False)

    def _listed_end(self, text: str, start: int, segments: Segments) -> int | None:
        """Return the end of a name that opens a phrase, before a phone number or a report."""
        run = _han_run(text, start, 4)
        if self._bounded_name(run, sure=False):
            return start + len(run)
        return self._name_end(text, start, segments, weak=True)

    def _acting_end(self, text: str, match: re.Match[str]) -> int | None:
        """Return the end of a known name that somebody deals with, or that does something."""
        start = match.end()
        surname = self._surname(text, start)
        if surname == 1 and text[start] in self._rules.doubtful:
            return None
        for size in (4, 3, 2):
            name, behind = text[start : start + size], start + size
            if len(name) < size or not self.names.is_name(name):
                continue
            if not self._may_be_given(name[surname:]):
                continue
            acts = _ACTING.match(text, behind) is not None
            longer = size > surname + 1  # two characters alone are too often a word
            dealt_with = bool(match.group())
            if (longer and (dealt_with or acts)) or (dealt_with and acts):
                return behind
        return None

    def _name_end(self, text: str, start: int, segments: Segments, *, weak: bool) -> int | None:
        """Return where the name at ``start`` ends, or None when it looks like no name."""
        surname = self._surname(text, start)
        given = start + surname
        word = segments.at(start)
        known = word is not None and self.names.is_name(word)
        if self.names.begins_like(text[start : start + 4]) or self._follows(text, given):
            return None
        if text.startswith(self._rules.titles, given):
            return None
        doubtful = text[start] in self._rules.doubtful and surname == 1
        if doubtful and not known and not self._reports(text, given):
            return None
        if word is not None and len(word) > surname and self.names.is_other(word):
            return None
        return self._choose(text, given, segments, guess=not weak or known)

    def _reports(self, text: str, given: int) -> bool:
        """Tell whether one or two given characters are followed by what a customer does."""
        return any(
            self._may_be_given(text[given : given + size]) and _REPORTS.match(text, given + size)
            for size in (1, 2)
        )

    def _choose(self, text: str, given: int, segments: Segments, *, guess: bool) -> int | None:
        """Choose between one and two given characters from ``given`` on."""
        one = self._may_be_given(text[given : given + 1])
        two = self._may_be_given(text[given : given + 2]) and len(text) >= given + 2
        if one and self._ends(text, given + 1):
            return given + 1
        if two and self._ends(text, given + 2):
            return given + 2
        short = one and text.startswith(self._short_followers, given + 1)
        if (
            two
            and text.startswith(self._short_followers, given + 2)
            and not (short and text[given + 1] in self._rules.not_last)
        ):
            return given + 2
        if short:
            return given + 1
        if guess and two and segments.at(given + 2) is not None:
            return given + 2
        return given + 1 if guess and one and segments.at(given + 1) is not None else None

    def _may_be_given(self, given: str) -> bool:
        if not given or not all(map(is_han, given)) or set(given) & self._rules.not_given:
            return False
        return len(given) == 1 or given[-1] not in self._rules.not_last

    def _follows(self, text: str, place: int) -> bool:
        return text.startswith(self._long_followers, place)

    def _ends(self, text: str, place: int) -> bool:
        return place >= len(text) or not is_han(text[place]) or self._follows(text, place)

    def _titled(self, text: str, match: re.Match[str], segments: Segments) -> Iterator[Finding]:
        """Yield the name, or the bare surname with its title, before a title."""
        for given in (2, 1, 0):
            for surname in (2, 1):
                start = match.start() - given - surname
                if start >= 0 and text[start : start + surname] in self._rules.surnames:
                    if surname == 1 and text[start : start + 2] in self._rules.surnames:
                        continue
                    if not self._title_fits(text, start, surname, match, segments):
                        continue
                    end = match.start() if given else match.end()
                    yield Finding(start, end, "person", clear=surname)
                    return

    def _title_fits(
        self, text: str, start: int, surname: int, match: re.Match[str], segments: Segments
    ) -> bool:
        given = text[start + surname : match.start()]
        word = segments.at(start)
        opening = start == 0 or not is_han(text[start - 1])
        if word is None and not opening:
            return False
        if self.names.begins_like(text[start : start + 4]):
            return False
        if given and not self._may_be_given(given):
            return False
        office = match.group() in self._rules.office_titles
        if text[start] in self._rules.doubtful and surname == 1:
            polite = not given and not office
            return (polite and (opening or text[start - 1] in "户主客是")) or bool(
                given and word is not None and self.names.is_name(word)
            )
        if word is not None and len(word) > surname and self.names.is_other(word):
            return False
        return not (office and given and text[start + surname] in "级副")


def _han_run(text: str, start: int, longest: int) -> str:
    end = start
    while end < min(len(text), start + longest) and is_han(text[end]):
        end += 1
    return text[start:end]
