"""Urgency (紧急程度) by the rules of ``cases/taxonomy/urgency.yaml``, each reason quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent / "taxonomy" / "urgency.yaml"
_BLANK = "\N{IDEOGRAPHIC FULL STOP}"  # in place of what is set aside: no pattern reads across it
_SENTENCE = re.compile(r"[^。!！?？;；\n]+")
_WORD = re.compile(r"\{([a-z]+)\}")
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
        words = data["words"]
        self._aside = _compiled(["|".join(data["aside"])], words)[0]
        self._rules = tuple(_rule(entry, words) for entry in data["rules"] + data["counts"])

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
        matter = self._aside.sub(lambda match: _BLANK * len(match.group()), text)
        for sentence in _SENTENCE.findall(matter):
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
    return _Rule(
        entry["id"],
        entry["grade"],
        entry["label"],
        _compiled(entry["any"], words),
        _compiled(entry.get("unless", []), words),
        entry.get("at_least"),
    )


def _compiled(patterns: list[str], words: dict[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(pattern, words)) for pattern in patterns)


def _filled(pattern: str, words: dict[str, str]) -> str:
    """Put the words in, also those that words are made of."""
    while (filled := _WORD.sub(lambda match: words[match[1]], pattern)) != pattern:
        pattern = filled
    return pattern


def _number(match: re.Match[str]) -> float:
    groups = match.groupdict()
    value = chinese_number(groups["n"])
    return value * _UNITS.get(groups.get("unit") or "", 1)


def chinese_number(text: str) -> float:
    """Read a number in Arabic or Chinese digits.

    >>> chinese_number("6,000"), chinese_number("十二"), chinese_number("五百")
    (6000.0, 12.0, 500.0)
    >>> chinese_number("十一万"), chinese_number("五万二"), chinese_number("三百五")
    (110000.0, 52000.0, 350.0)
    """
    arabic = text.replace(",", "").strip(".")
    if re.fullmatch(r"\d+(\.\d+)?", arabic):
        return float(arabic)
    ten_thousands, _, rest = text.rpartition("万")
    if ten_thousands:
        below = _DIGITS.get(rest, 0) * 1000 or chinese_number(rest)  # 五万二: fifty-two thousand
        return chinese_number(ten_thousands) * _UNITS["万"] + below
    total, digit, unit = 0, 0, 10
    for char in rest:
        if char in _UNITS:
            unit = _UNITS[char]
            total += (digit or 1) * unit
            digit = 0
        else:
            digit = _DIGITS.get(char, 0)
            unit = 10 if char == "零" else unit
    return float(total + digit * unit // 10)
