"""The check's thresholds and patterns, read from ``data/``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from indexing.errors import FormatError
from indexing.frontmatter import read_yaml
from kb.wording import Version

DATA = Path(__file__).parent / "data"
FORBIDDEN = Path(__file__).parent.parent / "lexicon" / "forbidden.yaml"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}
_FOLD = _WIDE | {ord("您"): "你", ord("妳"): "你"}


def fold(text: str) -> str:
    """Return ``text`` with look-alike characters unified, each character in its place.

    >>> fold("请您拨１００８６")
    '请你拨10086'
    """
    folded = text.translate(_FOLD).lower()
    return folded if len(folded) == len(text) else text.translate(_FOLD)


@dataclass(frozen=True)
class Phrase:
    """A forbidden phrase with its other forms and the contexts in which it is harmless."""

    phrase: str
    suggest: str
    fatal: bool
    variants: tuple[str, ...] = ()
    unless: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True)
class Rules:
    """Everything that can be edited without touching code."""

    values: dict[str, float]
    score: dict[str, float]
    wording_fatal: bool
    negator: re.Pattern[str]
    not_negator: re.Pattern[str]
    closing: re.Pattern[str]
    withdrawal: re.Pattern[str]
    after_negation: re.Pattern[str]
    refusal: re.Pattern[str]
    condition: re.Pattern[str]
    hedge: re.Pattern[str]
    guidance: re.Pattern[str]
    promise: re.Pattern[str]
    quote: re.Pattern[str]
    boundary: re.Pattern[str]
    stop_words: frozenset[str]
    unconditional: frozenset[str]
    opposites: tuple[tuple[str, str], ...]
    shared_points: dict[str, tuple[str, ...]]
    background: tuple[str, ...]


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of ``words``, longest first."""
    ordered = sorted((re.escape(fold(word)) for word in words), key=len, reverse=True)
    return re.compile("|".join(ordered) or r"(?!)")


def read_rules(folder: Path = DATA) -> Rules:
    """Read the rules of a folder.

    Raises:
        FormatError: A file is not the YAML it should be or lacks a key.
    """
    raw = _mapping(folder / "rules.yaml")
    shared = _mapping(folder / "points.yaml")
    try:
        return Rules(
            values=raw["thresholds"],
            score=raw["score"],
            wording_fatal=bool(raw["wording_phrases_are_fatal"]),
            negator=any_of(raw["negators"]),
            not_negator=re.compile(
                f"{any_of(raw['not_negators']).pattern}|{raw['relative']}|{raw['harmless']}|{raw['asking']}"
            ),
            closing=re.compile(raw["closing"]),
            withdrawal=re.compile(raw["withdrawals"]),
            after_negation=re.compile(raw["after_negation"]),
            refusal=re.compile("|".join(raw["refusals"])),
            condition=re.compile(raw["conditions"]),
            hedge=re.compile(raw["hedges"]),
            guidance=re.compile(raw["guidance"]),
            promise=re.compile(raw["promises"]),
            quote=re.compile(raw["quotes"]),
            boundary=any_of(raw["boundaries"]),
            stop_words=frozenset(fold(word) for word in raw["stop_words"]),
            unconditional=frozenset(raw["unconditional"]),
            opposites=tuple((fold(one), fold(other)) for one, other in raw["opposites"]),
            shared_points={key: tuple(says or ()) for key, says in shared.items()},
            background=tuple((folder / "background.txt").read_text("utf-8").split("\n")[:-1]),
        )
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise FormatError(f"{folder / 'rules.yaml'} 的检查规则不完整：{error}。") from error


@cache
def default_rules() -> Rules:
    """Return the shipped rules."""
    return read_rules()


def read_phrases(path: Path = FORBIDDEN) -> tuple[Phrase, ...]:
    """Read the phrases forbidden in every reply; a missing file holds none.

    Raises:
        FormatError: The file is not a list of phrases.
    """
    if not path.exists():
        return ()
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
        items = next(iter(values.values())) if isinstance(values, dict) else values
        return tuple(map(_phrase, items))
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        StopIteration,
        yaml.YAMLError,
    ) as error:
        raise FormatError(f"{path.name} 的禁用语格式不对：{error}。") from error


def own_phrases(version: Version, general: Iterable[Phrase], *, fatal: bool) -> tuple[Phrase, ...]:
    """Return the wording's own phrases; one that is in the ``general`` list has its forms too."""
    known = {phrase.phrase: phrase for phrase in general}
    found = []
    for item in version.forbidden:
        also = known.get(item.phrase, Phrase(item.phrase, "", fatal=fatal))
        variants = (*item.variants, *also.variants)
        found.append(Phrase(item.phrase, item.suggest, fatal, variants, also.unless))
    return tuple(found)


def _phrase(item: dict[str, Any]) -> Phrase:
    return Phrase(
        phrase=str(item["phrase"]),
        suggest=str(item.get("suggest", "")),
        fatal=bool(item.get("fatal", False)),
        variants=tuple(map(str, item.get("variants") or ())),
        unless=tuple(_pattern(str(text)) for text in item.get("unless") or ()),
    )


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(fold(text))
    except re.error:
        return re.compile(re.escape(fold(text)))


def _mapping(path: Path) -> dict[str, Any]:
    values = read_yaml(path.read_text("utf-8"), path.name).values
    if not isinstance(values, dict):
        raise FormatError(f"{path.name} 应是一个映射。")
    return values
