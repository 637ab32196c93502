"""Typed values in free text: found where they stand, and written the way the slots' check reads."""

from __future__ import annotations

import re
from datetime import date, timedelta

_N = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_HOUR = (
    r"(?!一点[儿点也都不没关])(?<!有)"  # 一点关系都没有 is no hour
    rf"{_N}\s*(?:[:：]\s*\d{{2}}|[点时](?!间)(?:\s*(?:{_N}分?|半|整|[一三]刻))?)"
)
_PART = r"(?:凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚)?"
_WEEKDAY = r"(?:[上下这本]个?)?(?:周|星期|礼拜)[一二三四五六日天]"
_RELATIVE = (
    r"(?:大后天|今天|今日|今早|今晨|今晚|明天|明日|明早|明晚|后天"
    rf"|大前天|前天|前晚|昨天|昨日|昨早|昨晚|{_WEEKDAY})"
)
_DAY = (
    rf"(?:(?:\d{{4}}|[零〇一二三四五六七八九]{{4}})\s*[-/.年]\s*)?"
    rf"(?:{_N}\s*[-/.]\s*{_N}(?![\d:：]|\s*(?:元|块|公里|[GMTgmt兆%]))\s*[日号]?|(?:{_N}|[本这上下]个?)\s*月\s*(?:份)?{_N}\s*[日号]?)"
)
_BARE = (  # 24号起, 25日之前: a day of the month, and no window, building or staff number
    rf"(?<![\d第工尾编月年.零〇一二三四五六七八九十-])(?:当月)?{_N}[日号]"
    r"(?=[之以]?[前后]|[上下中]午|[早晚夜起开到至就给再能都或]|凌晨|傍晚|当天|\s*\d+[:：点时]|[，。；、！？,;]|$)"
)
DATE = re.compile(rf"{_DAY}|{_RELATIVE}|{_BARE}")
DATETIME = re.compile(rf"(?:{_DAY}|{_RELATIVE}|{_BARE})\s*T?{_PART}\s*(?:{_HOUR})?|{_PART}{_HOUR}")
PHONE = re.compile(
    r"(?<!\d)(?<!工号)(?<!尾号)(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}"
    r"|400-?\d{3}-?\d{4}|\d{3,16})(?!\d)|[零〇一二三四五六七八九幺]{11}"
)
NUMBER = re.compile(
    r"[-负]?\d+(?:,\d{3})*(?:\.\d+)?%?"
    r"|[零〇一二三四五六七八九幺]{4,}|负?(?![百千])[零〇一二两三四五六七八九十百千]+(?=[多来几]?(?:个|次|分钟|小时|公里|户|毫秒|条|G|积分|回|遍|趟|台|兆|度|吨|天|段|截|家|期|档|通|页|份|枚|钟头))"
)
MONEY = re.compile(
    r"[¥￥]\s*\d+(?:,\d{3})*(?:\.\d+)?|(?:(?<![\d元块])-|负)?\d+(?:,\d{3})*(?:\.\d+)?\s*(?:元|块)"
    r"|负?[零一二两三四五六七八九十百千]+(?:元|块)"
)
IP = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}"
)
DOMAIN = re.compile(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,24}")
PATTERNS = {
    "date": DATE,
    "datetime": DATETIME,
    "phone": PHONE,
    "number": NUMBER,
    "money": MONEY,
    "ip": IP,
    "domain": DOMAIN,
}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千幺]+")


def arabic(text: str) -> str:
    """Return ``text`` with Chinese numerals as digits.

    >>> arabic("十一月二十三号")
    '11月23号'
    """
    return _NUMERAL.sub(lambda match: _number(match.group()), text)


def _number(word: str) -> str:
    if not any(char in _UNITS for char in word):
        return "".join(str(_DIGITS[char]) for char in word)
    total, digit = 0, 0
    for char in word:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return str(total + digit)


def plain(kind: str, value: str, today: date, relative: dict[str, int]) -> str:
    """Return ``value`` written as `kb.slots.problem` reads it; relative days count from today.

    >>> plain("datetime", "明天18点", date(2026, 11, 30), {"明天": 1})
    '2026-12-01 18点'
    """
    if kind in ("text", "ip", "domain"):
        return value.strip()
    value = arabic(value).strip()
    if kind in ("date", "datetime"):
        value = _day(value, today, relative)
    if kind == "number":
        value = re.sub(
            r"(?<=\d)\s*(?:兆|M|Mbps|个|次|户|条|台|分钟|小时|天|公里|毫秒|ms|元)$", "", value
        )
    if kind == "date":
        value = re.sub(rf"(?<=[日\d])\s*(?:{_PART}\s*{_HOUR}|{_PART})$", "", value)
    if kind == "datetime":
        value = re.sub(r"(?:凌晨|早上|早晨|中午|傍晚)", "上午", value)
        value = re.sub(r"晚(?!上)", "晚上", value).replace("整", "")
        value = value.replace("1刻", "15分").replace("3刻", "45分")
        value = re.sub(r"(?<=[日\d])\s*(?:上午|下午|晚上)$", "", value)
    return value


def day_of(value: str, today: date, relative: dict[str, int]) -> date | None:
    """Return the day that starts a date or time as said, if it names one that there is.

    Without a year it is the one nearest to ``today``.

    >>> day_of("上周五", date(2026, 11, 23), {})
    datetime.date(2026, 11, 20)
    >>> day_of("1月5日", date(2026, 12, 20), {})
    datetime.date(2027, 1, 5)
    """
    said = plain("datetime", value, today, relative)
    match = re.match(r"(?:(\d{4})\D)?(\d{1,2})\D(\d{1,2})(?:\D|$)", said)
    if match is None:
        return None
    year, month, day = match.groups()
    years = (int(year),) if year else (today.year - 1, today.year, today.year + 1)
    days = (_real(year, int(month), int(day)) for year in years)
    return min((d for d in days if d), key=lambda d: abs(d - today), default=None)


def _nearest(today: date, day: int) -> date | None:
    """Return the ``day`` of a month, of this one or those beside it, that is nearest to today."""
    months = (today.year * 12 + today.month - 1 + step for step in (-1, 0, 1))
    days = (_real(month // 12, month % 12 + 1, day) for month in months)
    return min((d for d in days if d), key=lambda d: abs(d - today), default=None)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day(value: str, today: date, relative: dict[str, int]) -> str:
    """Return ``value`` with the day that it names by its distance from ``today`` as a date."""
    for word in sorted(relative, key=len, reverse=True):
        if value.startswith(word):
            return _at(today + timedelta(days=relative[word]), word, value)
    weekday = re.match(r"([上下]?)(?:这|本)?个?(?:周|星期|礼拜)([1-6日天])", value)
    if weekday is not None:
        weeks = {"上": -1, "下": 1}.get(weekday[1], 0)
        of_week = 7 if weekday[2] in "日天" else int(weekday[2])
        monday = today - timedelta(days=today.weekday())
        return _at(monday + timedelta(weeks=weeks, days=of_week - 1), weekday[0], value)
    month = re.match(r"([本这上下])个?月(\d{1,2})[日号]?", value)
    if month is not None:
        ahead = today.month - 1 + {"上": -1, "下": 1}.get(month[1], 0)
        day = _real(today.year + ahead // 12, ahead % 12 + 1, int(month[2]))
        return _at(day, month[0], value) if day else value
    bare = re.match(r"(?:当月)?(\d{1,2})[日号]", value)
    if bare is not None:
        day = _nearest(today, int(bare[1]))
        return _at(day, bare[0], value) if day else value
    if re.match(rf"{_PART}{_HOUR}$", value):
        return f"{today} {value}"
    return re.sub(r"(?<=\d)号", "日", value).replace("份", "")


def _at(day: date, word: str, value: str) -> str:
    part = {"晚": "晚上", "早": "上午", "晨": "上午"}.get(word[-1], "")
    return f"{day} {part}{value.removeprefix(word).strip()}".strip()
