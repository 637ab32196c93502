"""Finds the slide numbers of a presentation that was flattened into one line.

``…分析2咨询…定义3网络…任务…4网络…``: the numbers 2, 3, 4 … stand glued between other characters.
Only a long run that rises by (nearly) one each time counts; the numbers of ordinary sentences
carry units, marks or prefixes, or fall out of the sequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise, product

_DIGITS = re.compile(r"\d+")
_BEFORE = re.compile(r"[\u4e00-\u9fffA-Z。．.！!？?；;）)”》+…%％]$")
_AFTER = re.compile(r"^(?:[\u4e00-\u9fff•▪A-Z“《]|\d|\s*$)")
# A number after these counts something or names something: 第3, 约5, 7*24, V4.
_NUMBER_BEFORE = re.compile(r"(?:[第约近超满每共达至到于为得\d]|[\d][*×x.]|[*×/:：.,-]|[Vv])$")
_DECIMAL_BEFORE = re.compile(r"[\d][*×xX.,:/-]$")
_UNIT_AFTER = re.compile(
    r"^(?:个(?!人)|小时|天|日(?![常志])|月|年|周|季|分(?![析类级布公])|秒|时(?![限间])|点(?!击)|件|次|元|角"
    r"|号(?!码)|位(?!置)|户(?!外)|人(?![工员])|万|亿|千|百|倍|层|级(?!别)|类(?![别型])|条(?!件)|项(?!目)|种"
    r"|楼|栋|页|米|公里|公斤|兆|台|部(?!门)|家(?!庭)|张|份|笔|岁|度|期(?!望)|步|款|章|节|字|名|组(?!织)"
    r"|座|套(?!餐)|格|[GgMmKk%％℃Bb])"
)
_FIRST = (2, 3)  # the title slide carries no number
_ONE = re.compile(r"(?<![\d.,*×第])1(?=[\u4e00-\u9fff])")
_MIN_RUN = 5
_MAX_STEP = 3
_MIN_UNIT_STEPS = 0.7
_MAX_MEAN_GAP_CHARS = 600


@dataclass(frozen=True)
class _Mark:
    """A possible slide number: ``whole`` unless it is part of a longer run of digits."""

    value: int
    start: int
    end: int
    whole: bool


def slide_numbers(text: str) -> list[tuple[int, int]]:
    """Return the spans of glued slide numbers, in order; none if the text has no such run."""
    marks = _marks(text)
    run = _longest_run(marks)
    if len(run) < _MIN_RUN or run[0].value not in _FIRST:
        return []
    if any(
        not _UNIT_AFTER.search(text[m.end() :][:3]) for m in _ONE.finditer(text, 0, run[0].start)
    ):
        return []  # starts at 1: clause numbers, part of the text
    steps = [b.value - a.value for a, b in pairwise(run)]
    gap = (run[-1].start - run[0].start) / len(steps)
    if steps.count(1) < _MIN_UNIT_STEPS * len(steps) or gap > _MAX_MEAN_GAP_CHARS:
        return []
    return [(m.start, m.end) for m in run]


def _marks(text: str) -> list[_Mark]:
    marks: list[_Mark] = []
    for match in _DIGITS.finditer(text):
        start, end = match.span()
        before, after = text[max(0, start - 2) : start], text[end : end + 2]
        if not _BEFORE.search(before) or _DECIMAL_BEFORE.search(before):
            continue
        if not match[0].startswith("0") and len(match[0]) <= 3 and _is_glued(before, after):
            marks.append(_Mark(int(match[0]), start, end, whole=True))
        marks += _parts(match[0], start, after)
    return marks


def _is_glued(before: str, after: str) -> bool:
    return bool(
        _AFTER.search(after)
        and not _UNIT_AFTER.search(after)
        and not _NUMBER_BEFORE.search(before[-1:])
    )


def _parts(digits: str, start: int, after: str) -> list[_Mark]:
    """Return two-digit parts of a short run: ``432用户`` may be slide 43 and point 2."""
    if len(digits) not in (3, 4) or _UNIT_AFTER.search(after):
        return []
    return [
        _Mark(int(digits[i : i + 2]), start + i, start + i + 2, whole=False)
        for i in range(len(digits) - 1)
        if digits[i] != "0"
    ]


def _longest_run(marks: list[_Mark]) -> list[_Mark]:
    """Return the longest rising run, whole numbers and steps of one preferred."""
    scores: list[float] = []
    befores: list[int] = []  # index of the mark before in the best run, -1 for none
    latest: dict[tuple[int, bool], int] = {}  # by value and wholeness: where the best run ends
    for i, mark in enumerate(marks):
        choice = (1.0 if mark.whole and mark.value in _FIRST else float("-inf"), -1)
        for step, whole in product(range(1, _MAX_STEP + 1), (True, False)):
            j = latest.get((mark.value - step, whole), -1)
            fits = step == 1 or (mark.whole and whole)
            if j >= 0 and fits and marks[j].end <= mark.start:
                score = scores[j] + 1.0 - 0.3 * (step - 1) - 0.1 * (not mark.whole)
                choice = max(choice, (score, j))
        scores.append(choice[0])
        befores.append(choice[1])
        key = (mark.value, mark.whole)
        if key not in latest or choice[0] >= scores[latest[key]]:
            latest[key] = i
    at = max(range(len(scores)), key=scores.__getitem__, default=-1)
    run: list[_Mark] = []
    while at >= 0:
        run.append(marks[at])
        at = befores[at]
    return run[::-1]
