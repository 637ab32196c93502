"""A reply beside its wording, sentence by sentence, with what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import jieba
from rapidfuzz import fuzz

from kb.checking.rules import fold

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_BLANK = re.compile(r"(【[^】]*】)")  # as `kb.slots.preview` shows a slot
_LIKE = 45.0  # rapidfuzz ratio from which two sentences say the same thing

Change = Literal["same", "wording", "reply"]


@dataclass(frozen=True)
class Pair:
    """A sentence of the wording and the reply's sentence for it; either may be absent."""

    wording: str | None
    reply: str | None
    parts: tuple[tuple[Change, str], ...]  # what both say, only the wording, only the reply


def align(wording: str, reply: str) -> list[Pair]:
    """Return the sentences of both side by side, in the wording's order.

    Blanks of the wording, 【…】, are like anything; what differs is told word by word.

    >>> [(p.wording, p.reply) for p in align("抱歉。明天修好。", "非常抱歉。再见。")]
    [('抱歉。', '非常抱歉。'), ('明天修好。', None), (None, '再见。')]
    """
    left, right = _sentences(wording), _sentences(reply)
    likeness = [(fuzz.ratio(fold(_BLANK.sub("", a)), fold(b)), i, j) for i, a in enumerate(left)
                for j, b in enumerate(right)]  # fmt: skip
    matched: dict[int, int] = {}
    for like, i, j in sorted(likeness, key=lambda found: (-found[0], found[1], found[2])):
        if like >= _LIKE and i not in matched and j not in matched.values():
            matched[i] = j
    pairs = [_pair(a, right[matched[i]] if i in matched else None) for i, a in enumerate(left)]
    rest = (b for j, b in enumerate(right) if j not in matched.values())
    return [*pairs, *(_pair(None, b) for b in rest)]


def _sentences(text: str) -> list[str]:
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def _pair(wording: str | None, reply: str | None) -> Pair:
    return Pair(wording, reply, tuple(_parts(wording or "", reply or "")))


def _parts(wording: str, reply: str) -> Iterator[tuple[Change, str]]:
    left, right = _words(wording), _words(reply)
    matcher = SequenceMatcher(None, [*map(fold, left)], [*map(fold, right)], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield "same", "".join(right[c:d])
            continue
        if a < b:
            yield "wording", "".join(left[a:b])
        if c < d:
            yield "reply", "".join(right[c:d])


def _words(sentence: str) -> list[str]:
    parts = _BLANK.split(sentence)  # every other one is a blank
    return [
        word for at, part in enumerate(parts) for word in ([part] if at % 2 else jieba.lcut(part))
    ]
