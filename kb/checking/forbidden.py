"""Forbidden phrases in a reply, with inserted words, by sound or by meaning, unless harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any

import jieba
import numpy as np
from numpy.typing import NDArray

from indexing.frontmatter import read_yaml
from kb.checking.report import ForbiddenFinding
from kb.checking.rules import DATA, Phrase, Rules, any_of, default_rules, fold
from kb.checking.sentences import Text

_STOP = '，。！？!?；;\n,：:“”"「」'
_BREAK = r"[，。！？!?；;\n,]"
_LOOK = 12  # characters around a match in which an exception is looked for
_SHORTEST_SOUND = 3
LOOSE = ("意思相近", "拆开说")  # what help that follows takes the edge off
_GAP = "\x00"  # before every character's sound


@dataclass(frozen=True)
class Exceptions:
    """What makes a match harmless."""

    before: re.Pattern[str]
    kind_not: re.Pattern[str]
    definite: re.Pattern[str]
    vague: frozenset[str]
    fixed: re.Pattern[str]
    asked: re.Pattern[str]
    asked_phrases: frozenset[str]
    between: int
    between_all: int
    homophone_same: float
    particles: str
    sounds_short: frozenset[str]
    meaning_shared: float
    meaning_near: float
    function_words: str
    equivalents: tuple[tuple[str, str], ...]
    content: int
    apart: int
    apart_all: int
    told: re.Pattern[str]
    rhetorical: re.Pattern[str]
    help: re.Pattern[str]


@cache
def exceptions() -> Exceptions:
    """Return the shipped exceptions."""
    name = "forbidden_rules.yaml"
    raw: dict[str, Any] = read_yaml((DATA / name).read_text("utf-8"), name).values
    return Exceptions(
        before=re.compile(raw["before"]),
        kind_not=re.compile(raw["kind_not"]),
        definite=re.compile(raw["definite"]),
        vague=frozenset(raw["vague"]),
        fixed=any_of(raw["fixed"]),
        asked=re.compile(raw["asked"]),
        asked_phrases=frozenset(raw["asked_phrases"]),
        between=int(raw["between"]),
        between_all=int(raw["between_all"]),
        homophone_same=float(raw["homophone_same"]),
        particles=str(raw["particles"]),
        sounds_short=frozenset(raw["sounds_short"]),
        meaning_shared=float(raw["meaning_shared"]),
        meaning_near=float(raw["meaning_near"]),
        function_words=str(raw["function_words"]),
        equivalents=tuple(raw["equivalents"].items()),
        content=int(raw["content"]),
        apart=int(raw["apart"]),
        apart_all=int(raw["apart_all"]),
        told=re.compile("|".join(raw["told"])),
        rhetorical=re.compile(raw["rhetorical"]),
        help=re.compile(raw["help"]),
    )


@dataclass(frozen=True)
class Hit:
    """Where a phrase stands, and how it was found."""

    start: int
    end: int
    rule: str


def find_forbidden(text: Text, phrases: Sequence[Phrase]) -> list[ForbiddenFinding]:
    """Return the phrases that stand in ``text`` and are not harmless there, in reading order."""
    sounds = _sounds(text.folded)
    found: dict[tuple[int, int], ForbiddenFinding] = {}
    for phrase in phrases:
        for form in (phrase.phrase, *phrase.variants):
            for hit in _judged(text, phrase, fold(form), sounds):
                _keep(found, finding_of(phrase, hit))
    return sorted(found.values(), key=lambda item: item.span)


def _judged(text: Text, phrase: Phrase, form: str, sounds: str) -> list[Hit]:
    """Return where ``form`` stands and does harm."""
    said = [*_spelled(text.folded, form), *_heard(text.folded, sounds, form)]
    # Words put between may turn a phrase; its own words said apart are the same words.
    apart = [
        hit
        for hit in _spread(text.folded, form)
        if not any(hit.start < other.end and other.start < hit.end for other in said)
    ]
    return [
        hit
        for hit in (*said, *apart)
        if _is_as_negative(text.folded[hit.start : hit.end], form)
        and not is_harmless(text, phrase, form, hit)
    ]


def _is_as_negative(words: str, form: str) -> bool:
    """Tell whether no negator was put into the phrase; 不就行了 and 不都这样 ask for a yes."""
    return _negations(words) == _negations(form)


def _negations(words: str) -> int:
    plain = exceptions().rhetorical.sub("", words)
    return sum(1 for _ in default_rules().negator.finditer(plain))


def forms_of(phrases: Sequence[Phrase]) -> list[tuple[Phrase, str]]:
    """Return every phrase with each of its forms that is long enough to be compared by meaning."""
    shortest = default_rules().values["forbidden_chars"]
    forms = ((p, fold(form)) for p in phrases for form in (p.phrase, *p.variants))
    return [(phrase, form) for phrase, form in forms if len(form) >= shortest]


def find_by_meaning(
    text: Text, forms: Sequence[tuple[Phrase, str]], near: NDArray[np.float32], rules: Rules
) -> list[ForbiddenFinding]:
    """Return the phrases that a clause rephrases; ``near`` is clauses times ``forms``."""
    found = []
    for clause, row in zip(text.pieces, near, strict=True):
        best = int(np.argmax(row)) if row.size else -1
        if best < 0 or clause.window:
            continue
        (phrase, form), hit = forms[best], Hit(clause.start, clause.end, "意思相近")
        words = text.of(clause)
        own = form == fold(phrase.phrase)
        bar = rules.values["forbidden_semantic" if own else "forbidden_variant"]
        near_enough = row[best] >= bar or (own and _shares(words, form, float(row[best])))
        if any(_spelled(words, form)) or not near_enough:
            continue  # word for word it was judged before
        turned = _negations(words) % 2 != _negations(form) % 2
        if not turned and not is_harmless(text, phrase, form, hit):
            found.append(finding_of(phrase, hit))
    return found


def _shares(words: str, phrase: str, likeness: float) -> bool:
    shared = sum(char in words for char in phrase) / len(phrase)
    return likeness >= exceptions().meaning_near and shared >= exceptions().meaning_shared


def finding_of(phrase: Phrase, hit: Hit) -> ForbiddenFinding:
    """Return the finding for a hit."""
    span = (hit.start, hit.end)
    return ForbiddenFinding(phrase.phrase, span, phrase.suggest, phrase.fatal, hit.rule)


def is_harmless(text: Text, phrase: Phrase, form: str, hit: Hit) -> bool:
    """Tell whether the match is quoted, negated into something kind, fixed, or made definite."""
    rule, folded = exceptions(), text.folded
    left = re.split(_BREAK, folded[max(0, hit.start - _LOOK) : hit.start])[-1]
    right = folded[hit.end : hit.end + _LOOK]
    head = left + ("是" if form.startswith("是") else "")  # 不 + 是…: the phrase is denied
    if text.is_quoted(hit.start, hit.end) or rule.before.search(head):
        return True
    if any(m.start() < hit.end and hit.start < m.end() for m in rule.told.finditer(folded)):
        return True
    if rule.kind_not.match(right):
        return True
    around = (max(0, hit.start - 3), hit.end + 3)
    if any(m.end() > hit.start for m in rule.fixed.finditer(folded, *around)):
        return True
    if form in rule.asked_phrases and rule.asked.search(left):
        return True
    sentence = _sentence(folded, hit)
    if form in rule.vague and rule.definite.search(sentence):
        return True
    if hit.rule in LOOSE and rule.help.match(folded, hit.end):
        return True
    return any(pattern.search(sentence) for pattern in phrase.unless)


def _sentence(folded: str, hit: Hit) -> str:
    start = max(folded.rfind(mark, 0, hit.start) for mark in "。！？!?\n") + 1
    ends = [at for mark in "。！？!?\n" if (at := folded.find(mark, hit.end)) >= 0]
    return folded[start : min(ends, default=len(folded))]


def _spelled(folded: str, form: str) -> Iterator[Hit]:
    core = form.rstrip(exceptions().particles)
    for match in _loose(core if len(core) >= _SHORTEST_SOUND else form).finditer(folded):
        length = match.end() - match.start()
        if length <= len(form) + exceptions().between_all:
            rule = "原话" if length == len(form) else "插入了别的字"
            if length > len(form) and _is_inside_word(folded, match.start()):
                continue
            yield Hit(match.start(), match.end(), rule)


def _is_inside_word(folded: str, at: int) -> bool:
    """Tell whether a word runs over the place ``at``, as 不过 over what follows 不."""
    begin = max(0, at - 4)
    ends = list(accumulate(map(len, jieba.lcut(folded[begin : at + 4], HMM=False)), initial=0))
    return at - begin not in ends


@lru_cache(maxsize=2048)
def _loose(form: str) -> re.Pattern[str]:
    if len(form) < _SHORTEST_SOUND:
        return re.compile(re.escape(form))
    gap = f"[^{re.escape(_STOP)}]{{0,{exceptions().between}}}?"
    # a person's word may grow: 你 → 你们, 我 → 我们; the gap covers it
    return re.compile(gap.join(re.escape(char) for char in form))


def _spread(folded: str, form: str) -> Iterator[Hit]:
    """Yield where the phrase's content stands in order, with other words and commas between."""
    pattern = _content(form)
    if pattern is None:
        return
    for match in pattern.finditer(folded):
        start, end = match.span(1)
        short = end - start <= len(form) + exceptions().apart_all
        cut = _is_inside_word(folded, end)  # 用|户
        if short and not cut and folded.count("，", start, end) <= 1:
            yield Hit(start, end, "拆开说")


@lru_cache(maxsize=2048)
def _content(form: str) -> re.Pattern[str] | None:
    rule = exceptions()
    units: list[str] = []
    at = size = 0
    while at < len(form):
        same = next(((w, p) for w, p in rule.equivalents if form.startswith(w, at)), None)
        if same is not None:
            units.append(f"(?:{same[1]})")
            size += len(same[0])
        elif form[at] not in rule.function_words:
            units.append(re.escape(form[at]))
            size += 1
        at += len(same[0]) if same else 1
    if size < rule.content:
        return None
    inside = f"[^。！？!?；;\\n“”]{{0,{rule.apart}}}?".join(units)
    return re.compile(f"(?=({inside}))")  # every start: the nearest words may come later


def _sounds(folded: str) -> str:
    """Return what the characters sound like, a mark before each and at the end."""
    return "".join(_GAP + _sound(char) for char in folded) + _GAP


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    from pypinyin import lazy_pinyin  # a quarter of a second that an answer does not need

    return lazy_pinyin(char)[0] if "\u4e00" <= char <= "\u9fff" else char


def _heard(folded: str, sounds: str, form: str) -> Iterator[Hit]:
    wanted, size = _form_sounds(form), len(form)
    if size < _SHORTEST_SOUND and form not in exceptions().sounds_short:
        return
    found = sounds.find(wanted)
    while found >= 0:
        at = sounds.count(_GAP, 0, found)
        same = sum(a == b for a, b in zip(folded[at : at + size], fold(form), strict=True))
        if exceptions().homophone_same <= same / size < 1:
            yield Hit(at, at + size, "同音字")
        found = sounds.find(wanted, found + 1)


@lru_cache(maxsize=4096)
def _form_sounds(form: str) -> str:
    return _sounds(fold(form))


def _keep(found: dict[tuple[int, int], ForbiddenFinding], new: ForbiddenFinding) -> None:
    for span, old in list(found.items()):
        if span[0] < new.span[1] and new.span[0] < span[1]:
            if (old.fatal, len(old.phrase)) >= (new.fatal, len(new.phrase)):
                return
            del found[span]
    found[new.span] = new
