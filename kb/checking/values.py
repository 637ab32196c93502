"""Typed values in free text: found where they stand, and written the way the slots' check reads."""

from __future__ import annotations

import re
from datetime import date, timedelta

_N = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_HOUR = rf"{_N}\s*(?:[:：]\s*\d{{2}}|[点时](?!间)(?:\s*(?:{_N}分?|半|整))?)"
_PART = r"(?:凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚)?"
_RELATIVE = r"(?:大后天|今天|今日|当天|今晚|明天|明日|明早|明晚|后天)"
_DAY = (
    rf"(?:(?:\d{{4}}|[零〇一二三四五六七八九]{{4}})\s*[-/.年]\s*)?"
    rf"(?:{_N}\s*[-/.]\s*{_N}(?![\d:：])\s*[日号]?|{_N}\s*月\s*(?:份)?{_N}\s*[日号]?)"
)
DATE = re.compile(rf"{_DAY}|{_RELATIVE}")
DATETIME = re.compile(rf"(?:{_DAY}|{_RELATIVE})\s*T?{_PART}\s*(?:{_HOUR})?|{_PART}{_HOUR}")
PHONE = re.compile(
    r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}"
    r"|400-?\d{3}-?\d{4}|\d{3,16})(?!\d)"
)
NUMBER = re.compile(
    r"-?\d+(?:,\d{3})*(?:\.\d+)?%?"
    r"|[零〇一二两三四五六七八九十百千]+(?=个|次|分钟|小时|公里|户|毫秒|条|G|积分)"
)
MONEY = re.compile(
    r"[¥￥]\s*\d+(?:,\d{3})*(?:\.\d+)?|\d+(?:,\d{3})*(?:\.\d+)?\s*(?:元|块)"
    r"|[零一二两三四五六七八九十百千]+(?:元|块)"
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
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千]+")


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
    if kind == "date":
        value = re.sub(rf"(?<=[日\d])\s*{_PART}\s*{_HOUR}$", "", value)
    if kind == "datetime":
        value = re.sub(r"(?:凌晨|早上|早晨|中午|傍晚)", "上午", value)
        value = re.sub(r"晚(?!上)", "晚上", value).replace("整", "")
    return value


def _day(value: str, today: date, relative: dict[str, int]) -> str:
    for word in sorted(relative, key=len, reverse=True):
        if value.startswith(word):
            rest = value[len(word) :].strip()
            part = "晚上" if word.endswith("晚") else ""
            return f"{today + timedelta(days=relative[word])} {part}{rest}".strip()
    if re.match(rf"{_PART}{_HOUR}$", value):
        return f"{today} {value}"
    return re.sub(r"(?<=\d)号", "日", value).replace("份", "")
