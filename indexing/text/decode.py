"""From bytes to text: byte order marks, UTF-8, UTF-16, GB 18030, and a guess last."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from indexing.errors import NotTextError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_USUAL = re.compile(r"[\t\n\r\x20-\x7e\u3000-\u303f\u4e00-\u9fff\uff00-\uffef‘’“”…—·]")
# Frequent in any Chinese text, simplified or traditional: tells GB 18030 from Big5.
_FREQUENT = frozenset(
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于"
    "于著下自之年过過发發后後作里用道行所然家种種事成方多经經么去法学學如都同现現当當没動动面起看定天分还"
    "還进進好小部其些主样樣理心她本前开開但因只从從想实實日者意无無此信户戶号號机機网網话話电電服务務问問题題"
)
_MAX_CONTROL_SHARE = 0.005
_MIN_USUAL_SHARE = 0.7
_MAX_BROKEN_SHARE = 0.01


def decode(raw: bytes, name: str) -> str:
    """Return the text that ``raw`` holds; ``name`` is what messages call the file.

    Raises:
        NotTextError: ``raw`` is binary, or its encoding cannot be told.
    """
    if not raw:
        return ""
    text = None if raw.startswith(_MAGIC) else _decoded(raw)
    if text is None or len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        msg = f"{name}：不是文本文件或编码无法识别，请另存为 UTF-8 文本后再导入。"
        raise NotTextError(msg)
    return text


def _decoded(raw: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _strict(raw, encoding)
    if b"\0" in raw:
        return _utf16(raw)
    return _strict(raw, "utf-8") or _utf8_with_gaps(raw) or _chinese(raw) or _guess(raw)


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf16(raw: bytes) -> str | None:
    """Return UTF-16 without a mark, of the byte order that reads better; None if neither does."""
    readings = (_strict(raw, "utf-16-le"), _strict(raw, "utf-16-be"))
    best = max((t for t in readings if t), key=_usual_share, default=None)
    return best if best is not None and _usual_share(best) >= _MIN_USUAL_SHARE else None


def _usual_share(text: str) -> float:
    return len(_USUAL.findall(text)) / len(text)


def _utf8_with_gaps(raw: bytes) -> str | None:
    """Return UTF-8 with a few broken bytes as U+FFFD, such as a file cut within a character."""
    text = raw.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    valid = sum(c > "\x7f" for c in text) - broken
    return text if valid >= 10 and broken <= max(3, _MAX_BROKEN_SHARE * valid) else None


def _chinese(raw: bytes) -> str | None:
    """Return GB 18030, or Big5 where that reads clearly better: its bytes are often valid GBK."""
    gb, big5 = _strict(raw, "gb18030"), _strict(raw, "big5hkscs")
    if gb is None or big5 is None:
        return gb or big5
    return big5 if _frequent_share(big5) > _frequent_share(gb) + 0.05 else gb


def _frequent_share(text: str) -> float:
    wide = [c for c in text if c > "\x7f"]
    return sum(c in _FREQUENT for c in wide) / len(wide) if wide else 0.0


def _guess(raw: bytes) -> str | None:
    best = from_bytes(raw).best()
    return None if best is None else str(best)
