"""What a ticket's own columns betray: its people's names and numbers, hidden in every text."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

from cases.tickets.fields import FieldKind, FieldTable
from cases.tickets.values import normal_phone
from indexing.masking.spans import STAR

_SHORTEST_NUMBER = 7
_AREA_CODE = re.compile(r"^0(?:10|2\d|[3-9]\d\d)")
_POLITE = ("先生", "女士", "小姐")


def star_name(name: str) -> str:
    """Return a name with only its first character left.

    >>> star_name("张小明")
    '张**'
    """
    return name[:1] + STAR * (len(name) - 1)


def hide(text: str, values: Mapping[str, object], table: FieldTable) -> str:
    """Return ``text`` with the names and numbers that stand in ``values`` starred.

    ``values`` are a ticket's, by field. The length stays; the masker still has to look for all
    that no column names.
    """
    for key, value in values.items():
        kind = table.fields[key].kind
        if kind is FieldKind.PERSON:
            for name in _names(str(value), table):
                text = text.replace(name, star_name(name))
        elif kind is FieldKind.PHONE:
            for number in _numbers(str(value)):
                text = text.replace(number, number[0] + STAR * (len(number) - 1))
    return text


def customer_hash(phone: str | None, key: bytes) -> str | None:
    """Return 16 hex digits that stand for the phone number and do not lead back without ``key``.

    HMAC-SHA256 over the digits; None without a number.
    """
    number = normal_phone(phone) if phone else None
    return keyed_hash(number, key) if number else None


def keyed_hash(text: str, key: bytes) -> str:
    """Return the first 16 hex digits of HMAC-SHA256."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def _names(value: str, table: FieldTable) -> list[str]:
    names = {*re.split(r"[\W_]+", value), value}
    return sorted(
        (
            name
            for name in names
            if len(name) > 1
            and not name.isdecimal()
            and name not in table.not_names
            and not name.endswith(_POLITE)
        ),
        key=len,
        reverse=True,
    )


def _numbers(value: str) -> list[str]:
    parts = {part for part in re.split(r"[\s,，、/;；]+", value) if part}
    plain = {normal_phone(part) or "" for part in (value, *parts)}
    parts |= {value, *plain, *(_AREA_CODE.sub("", number) for number in plain)}
    return sorted(
        (part for part in parts if sum(map(str.isdigit, part)) >= _SHORTEST_NUMBER),
        key=len,
        reverse=True,
    )
