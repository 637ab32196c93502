"""Cells of a spreadsheet as values: text, dates, numbers, yes and no, choices, phones."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, timedelta

from cases.tickets.fields import Field, FieldKind, FieldTable
from indexing.errors import InputError

Cell = str | int | float | bool | date | datetime | None
Value = str | bool | float | datetime

FORMULA_STARTS = "=+-@\t\r＝＋－＠"
# Blanks, and the apostrophes that keep a spreadsheet from taking a text for a formula.
_GUARD = re.compile(rf"^(?:\s|'+(?=[{re.escape(FORMULA_STARTS)}]))+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - wall-clock times of the desk
_LEAP_BUG = 60  # serials below count a 29 February 1900 that never was
_WRITTEN = re.compile(
    r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"
    r"(?:[ T]*(?P<half>上午|下午|[AP]M)? ?(?P<h>\d{1,2})[:时点](?:(?P<min>\d{1,2})分?)?"
    r"(?::?(?P<s>\d{1,2})(?:\.\d+)?秒?)? ?(?P<after>[AP]M)?(?:\+08:?00)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:[ T]?(?P<h>\d\d):?(?P<min>\d\d)(?::?(?P<s>\d\d))?)?"
)
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:次|个|条|户|元|块|分|%)?")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
_MOBILE = re.compile(r"1[3-9]\d{9}")


class BadValueError(InputError):
    """A cell cannot be read; the message ends a sentence that names column and value."""


def text_of(cell: Cell, table: FieldTable) -> str:
    """Return a cell as clean text; what stands for an empty cell is empty."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = _UNSEEN.sub("", str(cell).replace("\r\n", "\n").replace("\r", "\n"))
    text = _GUARD.sub("", text).rstrip()
    return "" if text.casefold() in table.blank else text


def convert(field: Field, cell: Cell, table: FieldTable) -> Value | None:
    """Return what ``cell`` holds in ``field``, or None where it is empty.

    A number, choice, yes or no that is not understood stays as it was written.

    Raises:
        BadValueError: A date that is none, a damaged ticket number, or too much text.
    """
    text = text_of(cell, table)
    if not text:
        return None
    if len(text) > table.max_chars:
        raise BadValueError(f"有 {len(text)} 字，超过上限 {table.max_chars} 字")
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    match field.kind:
        case FieldKind.DATETIME:
            return read_datetime(cell, text, table.years)
        case FieldKind.ID:
            return _read_id(text)
        case FieldKind.NUMBER:
            number = _NUMBER.fullmatch(folded.replace(",", ""))
            return float(number[1]) if number else text
        case FieldKind.BOOL:
            return folded in table.yes if folded in table.yes | table.no else text
        case FieldKind.CHOICE:
            return field.choices.get(folded, text)
    return text


def read_datetime(cell: Cell, text: str, years: tuple[int, int]) -> datetime:
    """Return a date cell, an Excel serial (1900 system) or a written date as wall-clock time.

    Raises:
        BadValueError: It is no date, or lies outside ``years`` (first and last).
    """
    if isinstance(cell, datetime):
        moment: datetime | None = cell.replace(tzinfo=None, microsecond=0)
    elif isinstance(cell, date):
        moment = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
    else:
        moment = _written(unicodedata.normalize("NFKC", text).strip())
    if moment is None:
        raise BadValueError("不是能识别的日期")
    if not years[0] <= moment.year <= years[1]:
        raise BadValueError(f"不在 {years[0]} 年到 {years[1]} 年之间")
    return moment


def normal_phone(text: str) -> str | None:
    """Return the digits of the first phone number in ``text`` without the country code.

    >>> normal_phone("+86 138-0013-8000"), normal_phone("０５５１ ６２３４５６７")
    ('13800138000', '05516234567')
    """
    digits = re.sub(r"\D", "", re.split(r"[,;/、，；\n]", unicodedata.normalize("NFKC", text))[0])
    digits = re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$|0\d{9,11}$)", "", digits)
    mobile = _MOBILE.match(digits)
    if mobile:
        return mobile.group()
    return digits if len(digits) >= 7 else None


def _read_id(text: str) -> str:
    compact = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _SCIENTIFIC.fullmatch(compact):
        raise BadValueError("已被表格软件改成科学计数法，请把该列设为文本后重新导出")
    return compact.removeprefix("T-")


def _written(text: str) -> datetime | None:
    match = _COMPACT.fullmatch(text) or _WRITTEN.fullmatch(text)
    if match:
        return _moment(match.groupdict())
    if _SERIAL.fullmatch(text) and float(text) > _LEAP_BUG:
        return _EPOCH + timedelta(seconds=round(float(text) * 86400))
    return None


def _moment(parts: dict[str, str | None]) -> datetime | None:
    year, month, day, hour, minute, second = (
        int(parts.get(name) or 0) for name in ("y", "m", "d", "h", "min", "s")
    )
    half = (parts.get("half") or parts.get("after") or "").upper()
    if half in ("下午", "PM") and hour < 12:
        hour += 12
    elif half in ("上午", "AM") and hour == 12:
        hour = 0
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
