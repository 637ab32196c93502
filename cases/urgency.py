"""Urgency (紧急程度) by the rules of ``cases/taxonomy/urgency.yaml``, each reason quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent / "taxonomy" / "urgency.yaml"
_SENTENCE = re.compile(r"[^。!！?？;；\n]+")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}


@dataclass(frozen=True)
class Grade:
    """A grade with the hours it gives (0: at once) and what it asks for."""

    name: str
    due_hours: int
    act: str


@dataclass(frozen=True)
class Reason:
    """A rule that holds, with the words of the complaint that it rests on."""

    rule: str
    grade: str
    label: str
    quote: str

    def __str__(self) -> str:
        """Return the reason as people read it."""
        return f"{self.label}（“{self.quote}”）"


@dataclass(frozen=True)
class _Rule:
    id: str
    grade: str
    label: str
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    at_least: int | None


class Urgency:
    """Grades a complaint; the grades go from the most urgent down."""

    def __init__(self, rules: Path = RULES) -> None:
        """Read the rules."""
        data = yaml.safe_load(rules.read_text(encoding="utf-8"))
        self.grades = {n: Grade(n, v["due_hours"], v["act"]) for n, v in data["grades"].items()}
        self._negation = re.compile(data["negation"])
        self._settled = re.compile(data["settled"])
        words = data["words"]
        entries = data["rules"] + data["counts"]
        self._rules = tuple(_rule(entry, words) for entry in entries)

    def grade(self, text: str) -> tuple[Grade, tuple[Reason, ...]]:
        """Return the grade of ``text`` and the reasons for it, the most urgent first."""
        order = list(self.grades)
        found: dict[str, Reason] = {}
        for reason in self._reasons(text):
            found.setdefault(reason.rule, reason)
        reasons = sorted(found.values(), key=lambda reason: order.index(reason.grade))
        top = reasons[0].grade if reasons else order[-1]
        return self.grades[top], tuple(reason for reason in reasons if reason.grade == top)

    def _reasons(self, text: str) -> Iterator[Reason]:
        for sentence in _SENTENCE.findall(text):
            if self._settled.search(sentence):
                continue
            for rule in self._rules:
                if any(pattern.search(sentence) for pattern in rule.unless):
                    continue
                quote = self._quote(rule, sentence)
                if quote:
                    yield Reason(rule.id, rule.grade, rule.label, quote)

    def _quote(self, rule: _Rule, sentence: str) -> str | None:
        for pattern in rule.patterns:
            for match in pattern.finditer(sentence):
                if self._negation.search(sentence[: match.start()]):
                    continue
                if rule.at_least is None or _number(match) >= rule.at_least:
                    return match.group().strip()
        return None


def _rule(entry: dict[str, Any], words: dict[str, str]) -> _Rule:
    def compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
        filled = []
        for pattern in patterns:
            for name, value in words.items():
                pattern = pattern.replace("{" + name + "}", value)
            filled.append(re.compile(pattern))
        return tuple(filled)

    return _Rule(
        entry["id"],
        entry["grade"],
        entry["label"],
        compiled(entry["any"]),
        compiled(entry.get("unless", [])),
        entry.get("at_least"),
    )


def _number(match: re.Match[str]) -> float:
    groups = match.groupdict()
    value = chinese_number(groups["n"])
    return value * _UNITS.get(groups.get("unit") or "", 1)


def chinese_number(text: str) -> float:
    """Read a number in Arabic or Chinese digits.

    >>> chinese_number("6,000"), chinese_number("十二"), chinese_number("五百")
    (6000.0, 12.0, 500.0)
    """
    arabic = text.replace(",", "").strip(".")
    if re.fullmatch(r"\d+(\.\d+)?", arabic):
        return float(arabic)
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS.get(char, 0)
    return float(total + digit)
