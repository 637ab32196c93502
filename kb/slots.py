"""Blanks (空位) of standard wording: what may be filled in, and filling them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time

from indexing.errors import InputError
from kb.wording import SLOT, Slot

_DATE = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(上午|下午|晚上)?\s*(\d{1,2})\s*[:：点时]\s*(?:(\d{1,2})\s*分?|半)?")
_PHONE = re.compile(
    r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}\d{7,8}|[2-9]\d{6,7}|400\d{7}|9\d{4}|1[0-2]\d{3,8}"
)
_NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?%?")
_MONEY = re.compile(r"[¥￥]?\s*(\d+(?:,\d{3})*|\d+)(?:\.\d{1,2})?\s*(?:元|块)?")
_DOMAIN = re.compile(r"(?i)(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_EMPTY_WORDS = re.compile(
    r"(?i)[x×*＊_\-—.。,，?？!！\s/\\{}【】()（）]*|待定|未知|不详|无|暂无|n/?a|none|null|test|测试|某+"
)


def problem(slot: Slot, value: str) -> str | None:
    """Return what is wrong with ``value`` for ``slot`` as a Chinese sentence, or ``None``.

    >>> problem(Slot(label="预计解决时间", kind="date"), "2月30日")
    '“预计解决时间”填的“2月30日”不是真实的日期。'
    """
    value = value.strip()
    if not value:
        return f"“{slot.label}”还没有填。" if slot.required else None
    if _EMPTY_WORDS.fullmatch(value) or SLOT.search(value) or re.search(r"[xX×]{3,}", value):
        return f"“{slot.label}”填的“{value}”没有实际内容。"
    wrong = _CHECKS[slot.kind](value)
    return None if wrong is None else f"“{slot.label}”填的“{value}”{wrong}"


def fill(text: str, slots: Mapping[str, Slot], values: Mapping[str, str]) -> str:
    """Return ``text`` with every blank filled.

    Raises:
        InputError: A value is missing or makes no sense.
    """
    for name, slot in slots.items():
        wrong = problem(slot, values.get(name, ""))
        if wrong is not None:
            raise InputError(wrong)
    return SLOT.sub(lambda match: values.get(match.group(1), "").strip(), text)


def preview(text: str, slots: Mapping[str, Slot], values: Mapping[str, str]) -> str:
    """Return ``text`` with the good values filled in and 【label】 for the other blanks."""

    def shown(match: re.Match[str]) -> str:
        slot, value = slots[match.group(1)], values.get(match.group(1), "").strip()
        return value if value and problem(slot, value) is None else f"【{slot.label}】"

    return SLOT.sub(shown, text)


def _text(_value: str) -> str | None:
    return None


def _date(value: str) -> str | None:
    match = _DATE.fullmatch(value)
    return "不是真实的日期。" if match is None or not _is_day(match) else None


def _is_day(match: re.Match[str]) -> bool:
    year, month, day = match.groups()
    try:
        date(int(year or 2024), int(month), int(day))  # 29 February is a day if no year is given
    except ValueError:
        return False
    return True


def _datetime(value: str) -> str | None:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        pass
    else:
        return None
    match = _DATE.match(value)
    if match is None or not _is_day(match):
        return "不是真实的日期和时间。"
    rest = value[match.end() :].strip(" T，,")
    clock = _TIME.fullmatch(rest)
    if not rest or (clock is not None and _is_time(clock)):
        return None
    return "不是真实的日期和时间。"


def _is_time(match: re.Match[str]) -> bool:
    try:
        time(int(match.group(2)) % 24, int(match.group(3) or 0))
    except ValueError:
        return False
    return int(match.group(2)) <= 24


def _phone(value: str) -> str | None:
    digits = re.sub(r"[\s()（）-]", "", value)
    return None if _PHONE.fullmatch(digits) else "不是有效的电话号码。"


def _number(value: str) -> str | None:
    return None if _NUMBER.fullmatch(value) else "不是数字。"


def _money(value: str) -> str | None:
    return None if _MONEY.fullmatch(value) else "不是有效的金额。"


def _ip(value: str) -> str | None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return "不是有效的 IP 地址。"
    return None


def _domain(value: str) -> str | None:
    return None if _DOMAIN.fullmatch(value) else "不是有效的域名。"


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "text": _text,
    "date": _date,
    "datetime": _datetime,
    "phone": _phone,
    "number": _number,
    "money": _money,
    "ip": _ip,
    "domain": _domain,
}
