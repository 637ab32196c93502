"""The values that masking works with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

STAR = "*"

Span = tuple[int, int]

# What people call each kind.
KIND_NAMES = {
    "mobile": "手机号码",
    "landline": "固定电话",
    "idcard": "身份证号",
    "bankcard": "银行卡号",
    "email": "邮箱",
    "account": "账号",
    "password": "密码",
    "ip": "网络地址",
    "url_internal": "内部系统地址",
    "person": "姓名",
    "address": "住址",
    "plate": "车牌号",
    "imsi": "卡识别码",
}


@dataclass(frozen=True)
class MaskSpan:
    """One masked stretch ``[start, end)`` of the text that was given."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Masked:
    """A text of the same length with the found stretches starred, and the stretches."""

    text: str
    spans: tuple[MaskSpan, ...]

    def keeping(self, original: str, kept: Collection[str]) -> Masked:
        """Return the text with the finds that read like one of ``kept`` readable again.

        ``original`` is the text that was masked.
        """
        spans = tuple(s for s in self.spans if original[s.start : s.end] not in kept)
        chars = list(self.text)
        for span in set(self.spans) - set(spans):
            chars[span.start : span.end] = original[span.start : span.end]
        return Masked("".join(chars), spans)


@dataclass(frozen=True)
class Finding:
    """A rule's find in the folded text; its first ``clear`` characters stay readable."""

    start: int
    end: int
    kind: str
    clear: int = 0
