"""Street and house addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexing.masking.lexicon import Segments
from indexing.masking.rules import AddressRules, alternatives
from indexing.masking.spans import Finding, Span

_HAN = "[\u4e00-\u9fff]"
# A character inside the name of a building, which no joining word is.
_NAMED = "(?![和与及或跟到至在的])[\u4e00-\u9fff]"
_NUMBER = (
    r"(?!一户)(?:附|负(?=[一二三\d]层)|地下(?=\d层[A-Z]?\d))?(?:\d{1,5}|[A-Za-z]\d{0,4}|[一二三四五六七八九十百]{1,4}|[甲乙丙丁东西南北])"
    r"(?:[-#]\d{1,5}){0,3}"
)
_SUFFIX = r"(?:号楼(?![下顶道上梯])|号院|号|弄|栋|幢|座|单元|室|楼|层|门|组|队|社|户|房|#)"
_NO_ADDRESS_AFTER = (
    r"(?!主|牌|口|店|诊|区|会|线|机|站|基站|频|口|载|扇|资源|信元|地块|工单|电梯|次|上午|下午|晚)"
)
_ROOM = (
    r"[A-Z]?\d{1,4}(?:-\d{1,4}){1,3}(?![\d-])|[A-Z]?\d{2,4}(?![\d-]|[元块年月日个条次KMGkmg.%:])"
)
_PART = rf"第?{_NUMBER} ?{_SUFFIX}{_NO_ADDRESS_AFTER}"
_CHAIN = (
    rf"(?:{_PART}(?:[ ,，-]?{_PART}){{0,5}}(?:[ -]?(?:{_ROOM}))?"
    r"|\d{1,3}-\d{1,4}(?:-\d{1,5}){1,2}(?!\d))"
)
_BUILDING = "(?:栋|幢|座|号楼|单元)"
_HOUSE_PART = re.compile(_CHAIN)
_REST = re.compile(rf" ?(?:{_CHAIN}|{_ROOM})")
_VILLAGE = re.compile("(?:村|屯|庄|寨|社|组|队|村委会|嘎查)$")
_LEVEL = re.compile("[省市州盟县区旗镇乡]|街道")
# Bases that public buildings end in too: only a house or group number makes an address of them.
_LOOSE = (
    "村",
    "屯",
    "庄",
    "镇",
    "乡",
    "中心",
    "院",
    "园",
    "城",
    "湾",
    "郡",
    "里",
    "国际",
    "一期",
    "二期",
    "社区",
    "苑",
)
_HOUSE = re.compile(r"栋|幢|座|单元|室|号楼|组|队|户|房|号")
_STRICT = ("大学", "学院", "中学", "小学", "中心", "院", "园", "城", "里", "国际")
_STRICT_HOUSE = re.compile(r"栋|幢|单元|室|号楼|座")
_NOT_IN_ADDRESS = frozenset("是否的了我不没在您他她这那")
_LONGEST = 30
_NEAR_PLACE = 4  # characters of a road's name behind a place that the tagger sees
_OFFICES = ("营业厅", "分公司", "支局")
_PUBLIC_AFTER = ("营业厅", "店", "厅", "基站", "机房", "支局", "分公司", "沿线", "信号", "覆盖")


class PlaceFinder:
    """Finds addresses; a leading province and city stay readable."""

    def __init__(self, rules: AddressRules) -> None:
        """Build the patterns from the word lists."""
        self._rules = rules
        base = alternatives((*rules.roads, *rules.estates))
        block = rf"(?<={_HAN}{_HAN})(?={_NUMBER}(?:栋|幢|座|号楼) ?(?:\d|[一二三四五六]单元))"
        self._numbered = re.compile(
            rf"(?P<base>{base}|{block})(?:[（(]{_HAN}{{1,8}}[)）])? ?(?P<chain>{_CHAIN})"
        )
        self._more = re.compile(
            rf" ?(?:{_NAMED}){{1,10}}?(?:{base}) ?(?:{_CHAIN}|{_ROOM})|[ ,，]?(?:{_CHAIN})"
            rf"|(?:{_NAMED}){{1,8}}?(?={_NUMBER}{_BUILDING})(?:{_CHAIN})"
        )
        self._cued = re.compile(
            rf"(?:{alternatives(rules.cues)})[: 是为在于]{{0,3}}(?P<run>(?:{_HAN}|[0-9A-Za-z#()-]"
            rf"| ){{4,40}})"
        )
        provinces, cities = alternatives(rules.provinces), alternatives(rules.cities)
        self._region = re.compile(
            rf"(?:{provinces})(?:省|市|自治区)|(?:{cities})市|(?:{provinces})(?=(?:{cities})市?)"
        )
        self._clear = re.compile(
            rf"(?:(?:{provinces})(?:省|市|(?:壮族|回族|维吾尔)?自治区|(?=(?:{cities})市)))? ?"
            rf"(?:(?:{cities})市|(?<=省){_HAN}{{2,4}}?市)?"
        )
        self._place = re.compile(
            rf"{_HAN}(?:{alternatives((*rules.places, *rules.estates))})|\d{_SUFFIX}"
        )

    def find(self, text: str, segments: Segments, places: Sequence[Span]) -> Iterator[Finding]:
        """Yield the addresses in ``text``; ``places`` are those that the tagger sees in it."""
        yield from self._numbered_places(text, segments, places)
        for match in self._cued.finditer(text):
            end = self._cued_end(text, match)
            if end is not None:
                yield self._finding(text, match.start("run"), end)
        for start, end in places:
            last = self._tagged_end(text, start, end)
            if last is not None:
                yield self._finding(text, start, last)

    def _numbered_places(
        self, text: str, segments: Segments, places: Sequence[Span]
    ) -> Iterator[Finding]:
        done = 0
        for match in self._numbered.finditer(text):
            seen = any(left <= match.start("base") <= right + _NEAR_PLACE for left, right in places)
            if match.start() < done or not self._fits(text, match, seen=seen):
                continue
            start = self._start(text, match, segments, done)
            if start is None:
                continue
            start = _begun(start, match.start("base"), places)
            done = self._end(text, match.end())
            if not text.startswith(_OFFICES, done):
                yield self._finding(text, start, done)

    def _tagged_end(self, text: str, start: int, end: int) -> int | None:
        """Return where a place that the tagger saw ends, if it is somebody's address."""
        levels = len(_LEVEL.findall(text, start, end))
        if _HOUSE_PART.search(text, start, end):
            rest = _REST.match(text, end)
        else:
            rest = _HOUSE_PART.match(text, end)
            if rest is None:
                village = _VILLAGE.search(text, start, end)
                return end if village and levels > 1 else None
        if not levels:
            return None
        last = self._end(text, rest.end() if rest else end)
        return None if text.startswith(_PUBLIC_AFTER, last) else last

    def _finding(self, text: str, start: int, end: int) -> Finding:
        while text[end - 1] in " ,，-":
            end -= 1
        clear = self._clear.match(text, start, end)
        kept = clear.end() - start if clear else 0
        return Finding(start, end, "address", clear=kept if start + kept < end else 0)

    def _fits(self, text: str, match: re.Match[str], *, seen: bool) -> bool:
        base, chain = match["base"], match["chain"]
        before = text[max(0, match.start() - 3) : match.end("base")]
        road = base in self._rules.roads and not seen
        if road and before.endswith(self._rules.not_roads):
            return False
        if base in _STRICT:
            return _STRICT_HOUSE.search(chain) is not None
        return base not in _LOOSE or _HOUSE.search(chain) is not None

    def _start(self, text: str, match: re.Match[str], segments: Segments, floor: int) -> int | None:
        """Walk back word by word from the base; None when nothing names the place."""
        base = match.start("base")
        start = max(segments.start_of(base), floor) if match["base"] else base
        if start < base and text[start:base] in self._rules.stops:
            start = base
        while start > max(floor, base - _LONGEST):
            place = start - 1
            if text[place] == " " and place and text[place - 1] in "省市区县镇乡路村道":
                start = place
                continue
            left = max(segments.start_of(place), floor)
            if text[left:start] in self._rules.stops or not re.fullmatch(
                f"{_HAN}+", text[left:start]
            ):
                break
            start = left
        region = self._region.search(text, start, base)
        if region:
            start = region.start()
        return start if start < base and text[start:base].strip() else None

    def _end(self, text: str, end: int) -> int:
        while True:
            more = self._more.match(text, end)
            if more is None or more.end() == end:
                return end
            end = more.end()

    def _cued_end(self, text: str, match: re.Match[str]) -> int | None:
        """Return the end of an address that a cue introduces and no house number closes."""
        run = match["run"]
        places = list(self._place.finditer(run))
        region = self._region.search(run)
        if not places or (region is None and len(places) < 2) or (region and region.start() > 2):
            return None
        if set(run[: places[-1].end()]) & _NOT_IN_ADDRESS:
            return None
        end = match.start("run") + places[-1].end()
        if text.startswith(_PUBLIC_AFTER, end) or places[-1].end() < 5:
            return None
        return end


def _begun(start: int, base: int, places: Sequence[Span]) -> int:
    """Return where the address that reaches ``base`` begins, as the tagger sees it if it does."""
    for left, right in places:
        if left <= base < right or left < start <= right:
            return left
    return start
