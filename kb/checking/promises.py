"""Times that a reply promises, and whether they lie beyond the limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from kb.checking.report import Advice
from kb.checking.rules import Rules
from kb.checking.sentences import Text
from kb.checking.values import DATE, arabic, plain

_N = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+)"
_WITHIN = re.compile(
    rf"({_N})\s*(个)?\s*(工作日|小时|钟头|天|日|周|星期|礼拜|月)(?:之内|以内|内|左右|后|之后|以后)"
)
_HOURS = {"小时": 1, "钟头": 1, "天": 24, "日": 24, "工作日": 24, "周": 168, "星期": 168}
_HOURS |= {"礼拜": 168, "月": 720}


def late_promises(
    text: Text, as_of: date, limit_hours: int, rules: Rules, relative: dict[str, int]
) -> Iterator[Advice]:
    """Yield the times that a reply given on ``as_of`` sets itself beyond ``limit_hours``.

    A working day counts as 24 hours: the least it can be.
    """
    for span, hours in _promised(text, as_of, rules, relative):
        if hours > limit_hours and not text.is_quoted(*span):
            said = text.raw[span[0] : span[1]]
            yield Advice("deadline", span, f"承诺的“{said}”超过了 {limit_hours} 小时的处理时限。")


def _promised(
    text: Text, as_of: date, rules: Rules, relative: dict[str, int]
) -> Iterator[tuple[tuple[int, int], float]]:
    for match in _WITHIN.finditer(text.folded):
        number, counted, unit = match.groups()
        if unit == "月" and not counted:
            continue
        if _promises(text, match.start(), rules):
            yield match.span(), float(arabic(number)) * _HOURS[unit]
    for match in DATE.finditer(text.folded):
        day = _day(match.group(), as_of, relative)
        if day is not None and day > as_of and _promises(text, match.start(), rules):
            yield match.span(), 24.0 * (day - as_of).days


def _promises(text: Text, at: int, rules: Rules) -> bool:
    """Tell whether the clause at ``at`` speaks of what we will do."""
    clause = text.clause_at(at)
    return clause is not None and rules.promise.search(text.of(clause)) is not None


def _day(value: str, as_of: date, relative: dict[str, int]) -> date | None:
    written = plain("date", value, as_of, relative)
    figures = [int(part) for part in re.findall(r"\d+", written)]
    if len(figures) == 2:
        year = as_of.year + (figures[0] < as_of.month - 6)  # 1月3日 said in December
        figures = [year, *figures]
    try:
        return date(*figures[:3])
    except (TypeError, ValueError):
        return None
