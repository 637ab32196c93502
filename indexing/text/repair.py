"""Repairs what went wrong with a text's characters, and says so."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

import ftfy
import yaml
from opencc import OpenCC

from indexing.text.shifted import mend_notes, plausible
from indexing.text.traced import TracedText

# Invisible: zero-width and direction marks, soft hyphen, byte order mark, control characters.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f]"
)
_PAGE_BREAK = re.compile("[\x0b\x0c\u2028\u2029]")
_REPLACEMENT = re.compile("\ufffd+")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# Full-width letters and digits (not the sentence marks), Kangxi radicals, compatibility Han.
_FOLDABLE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u2f00-\u2fd5\uf900-\ufaff]")
_RADICAL = re.compile("[\u2e80-\u2ef3]")
_HAN = re.compile("[\u4e00-\u9fff]")
# What single-byte decoders make of bytes: Latin-1, and Windows-1252's marks for 0x80-0x9f.
_HIGH = "\u0080-\u00ffŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™"
_STRETCH = re.compile(rf"[\x20-\x7e{_HIGH}]+")
_LATIN_1 = re.compile("[\u0080-\u00ff]")
_HIGH_CHAR = re.compile(f"[{_HIGH}]")
_MIN_HIGH = 4
_MIN_PLAUSIBLE_SHARE = 0.8
_MIN_TRADITIONAL_SHARE = 0.05


@dataclass(frozen=True)
class Repaired:
    """The repaired text, with notes in Chinese of what was repaired or lost."""

    traced: TracedText
    notes: tuple[str, ...] = ()


def repair(traced: TracedText) -> Repaired:
    """Repair encoding damage, odd characters and traditional script; leave a sound text alone."""
    notes: list[str] = []
    for step in (_mend_mojibake, _mend_pinyin, _drop_broken, _fold, _simplify):
        traced = step(traced, notes)
    return Repaired(traced, tuple(notes))


def _mend_mojibake(traced: TracedText, notes: list[str]) -> TracedText:
    edits = [
        (m.start(), m.end(), mended)
        for m in _STRETCH.finditer(traced.text)
        if _LATIN_1.search(m[0]) and (mended := _unmix(m[0])) != m[0]
    ]
    if edits:
        notes.append(f"修复误用编码的乱码 {len(edits)} 处。")
    return traced.edit(edits)


def _unmix(stretch: str) -> str:
    """Return the Chinese that ``stretch`` was before its bytes were read one by one, or itself."""
    fixed: str = ftfy.fix_encoding(stretch)
    if _HAN.search(fixed):
        return fixed
    data = _single_bytes(stretch)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        wide = [c for c in text if c > "\x7f"]
        usual = sum(plausible(c) for c in wide)
        enough = len(_HIGH_CHAR.findall(stretch)) >= _MIN_HIGH
        if enough and usual >= _MIN_PLAUSIBLE_SHARE * len(wide) and _HAN.search(text):
            return text
    return stretch


def _single_bytes(text: str) -> bytes:
    return b"".join(c.encode("latin-1" if c < "\u0100" else "cp1252") for c in text)


def _mend_pinyin(traced: TracedText, notes: list[str]) -> TracedText:
    mended = mend_notes(traced)
    if mended.notes:
        notes.append(f"去除夹在汉字后的拼音注 {mended.notes} 处。")
    if mended.guesses:
        spots = "、".join(f"“{_converter().convert(g)}”" for g in mended.guesses)
        notes.append(f"猜补错位文字 {len(mended.guesses)} 处，请人工核对：{spots}。")
    if mended.lost:
        notes.append(f"无法还原、已丢弃的错位文字 {mended.lost} 处。")
    return mended.traced


def _drop_broken(traced: TracedText, notes: list[str]) -> TracedText:
    for pattern, label in (
        (_REPLACEMENT, "已丢失的字符（�）"),
        (_PRIVATE, "无法识别的私用区字符"),
        (_INVISIBLE, "不可见字符"),
    ):
        spans = [m.span() for m in pattern.finditer(traced.text)]
        if spans:
            count = sum(end - start for start, end in spans)
            notes.append(f"去除{label} {count} 个。")
        traced = traced.delete(spans)
    return traced.sub(_PAGE_BREAK, "\n")


def _fold(traced: TracedText, notes: list[str]) -> TracedText:
    radicals = _table("radicals")
    edits = [
        (m.start(), m.end(), unicodedata.normalize("NFKC", m[0]))
        for m in _FOLDABLE.finditer(traced.text)
    ]
    edits += [
        (m.start(), m.end(), radicals[m[0]])
        for m in _RADICAL.finditer(traced.text)
        if m[0] in radicals
    ]
    if edits:
        notes.append(f"统一全角字母数字、部首字形等异体字符 {len(edits)} 个。")
    return traced.edit(sorted(edits))


def _simplify(traced: TracedText, notes: list[str]) -> TracedText:
    if not is_traditional(traced.text):
        return traced
    notes.append("原文为繁体，已转换为简体。")
    simplified = traced.map_line(_converter().convert)
    words = _table("words")
    pattern = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
    return simplified.edit(
        (m.start(), m.end(), words[m[0]]) for m in pattern.finditer(simplified.text)
    )


def is_traditional(text: str) -> bool:
    """Tell whether ``text`` is in traditional script rather than quoting a name or two in it."""
    han = _HAN.findall(text)
    traditional = sum(_converter().convert(char) != char for char in han)
    if traditional <= _MIN_TRADITIONAL_SHARE * len(han):
        return False
    simplified = sum(_converter("s2t").convert(char) != char for char in han)
    return bool(traditional > simplified)


@cache
def _converter(config: str = "t2s") -> OpenCC:
    return OpenCC(config)


@cache
def _table(name: str) -> dict[str, str]:
    path = resources.files("indexing.text") / "data" / "characters.yaml"
    tables: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tables[name]
