"""Which points a reply makes: word for word, nearly so, or by meaning; and which it denies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import jieba
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from kb.checking.report import PointFinding, PointStatus
from kb.checking.rules import Rules, fold
from kb.checking.sentences import Clause, Text, negator_before, negators
from kb.wording import SLOT, Point, Version

Vectors = NDArray[np.float32]
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{2,}")
_KEY_REACH = 8  # characters behind a negator in which it can turn a point's key word
_SHORTEST = 4  # characters that a clause needs to say something by meaning
_BARE = 2  # characters that may follow a withdrawal that turns the clause before it


@dataclass(frozen=True)
class PointRule:
    """A point as the check uses it: all its paraphrases, folded, and its key words."""

    point: Point
    says: tuple[str, ...]
    meanings: tuple[str, ...]  # paraphrases to compare by meaning, with the template's clause
    keys: frozenset[str]
    others: tuple[str, ...]  # clauses of the wording that make other points, or none
    denials: tuple[str, ...]  # denials in the wording's own words: they contradict nothing
    conditional: bool  # the wording itself makes this point under a condition
    slots: tuple[str, ...]  # slots in the wording's clauses that make this point, or right behind


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    paraphrase: str
    similarity: float
    rule: str
    status: PointStatus


def point_rules(version: Version, rules: Rules) -> tuple[PointRule, ...]:
    """Return what to look for, point by point."""
    found = [_point_rule(point, version, rules) for point in version.points]
    owned = {name for rule in found for name in rule.slots}
    names = {fold(name): name for name in version.slots}
    text = fold(version.text)
    for sentence in re.split(
        r"[。；;！？]", text
    ):  # “原因：{cause}”: the slot of the words before it
        makes: list[int] = []
        for clause in re.split(r"[，,：]", sentence):
            here = [i for i, rule in enumerate(found) if any(say in clause for say in rule.says)]
            makes = here or makes
            for name in {names[folded] for folded in SLOT.findall(clause)} - owned:
                for i in makes if version.slots[name].kind == "text" else ():
                    found[i] = replace(found[i], slots=(*found[i].slots, name))
    return tuple(found)


def _point_rule(point: Point, version: Version, rules: Rules) -> PointRule:
    shared = rules.shared_points.items()
    common = (say for key, says in shared if key == point.id or key in point.label for say in says)
    says = tuple(dict.fromkeys(map(fold, (*point.say, *common))))
    anchors = [
        clause
        for clause in re.split(r"[，,。；;！？：]", fold(version.text))
        if any(say in clause for say in says)
    ]
    plain = tuple(SLOT.sub("", anchor) for anchor in anchors)
    words = {w for say in (*says, fold(point.label)) for w in _words(say)}
    conditional = bool(anchors) and all(_conditional(version, a, rules) for a in anchors)
    long = (p for p in plain if len(p) >= rules.values["fuzzy_chars"])
    return PointRule(
        point=point,
        says=says,
        meanings=tuple(dict.fromkeys((*says, *long))),
        keys=frozenset(words - rules.stop_words),
        others=tuple(p for p in _literals(version.text) if not any(say in p for say in says)),
        denials=tuple(p for p in _literals(version.text) if _has_negator(p, rules)),
        conditional=conditional,
        slots=tuple(
            name
            for name, slot in version.slots.items()
            if any(f"{{{fold(name)}}}" in anchor for anchor in anchors)
        ),
    )


def _literals(text: str) -> list[str]:
    return [p for p in re.split(r"[，,。；;！？：]|\{\w+\}", fold(text)) if p.strip()]


def _conditional(version: Version, clause: str, rules: Rules) -> bool:
    text = fold(version.text)
    at = text.find(clause)
    begin = max(text.rfind(mark, 0, at) for mark in "。；！？") + 1
    return rules.condition.search(text, begin, at + len(clause)) is not None


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in jieba.lcut(text) if _WORD.fullmatch(word))


def find_point(
    text: Text, rule: PointRule, rules: Rules, near: Vectors, rivals: Vectors
) -> PointFinding:
    """Return the verdict on a point.

    Args:
        text: The reply.
        rule: The point.
        rules: Thresholds and patterns.
        near: Centred cosine of each piece of the reply with each of the point's meanings.
        rivals: Each piece's highest cosine with a meaning of the other points.
    """
    matches = [*_literal(text, rule, rules)]
    said = [m for m in matches if m.status == "said"]
    if said:
        return _finding(rule, max(said, key=lambda m: (m.similarity, -m.start)))
    matches += _meant(text, rule, rules, near, rivals)
    ranked = sorted(matches, key=lambda m: _rank(m, rules), reverse=True)
    if ranked:
        return _finding(rule, ranked[0])
    return _missing(rule, float(np.max(near, initial=0.0)))


def _rank(match: _Match, rules: Rules) -> tuple[bool, float]:
    """Return what orders matches: a denial counts if it is clearly closer than what is said."""
    lead = rules.values["denial_lead"] if match.status == "contradicted" else 0.0
    return match.status != "missing", match.similarity - lead


def _literal(text: Text, rule: PointRule, rules: Rules) -> Iterator[_Match]:
    for say in rule.says:
        at = text.folded.find(say)
        while at >= 0:
            yield from _judged(text, rule, rules, (at, at + len(say)), say, 1.0, "原话")
            at = text.folded.find(say, at + 1)
    threshold, shortest = rules.values["fuzzy"], rules.values["fuzzy_chars"]
    for clause in text.clauses:
        words = text.of(clause)
        for say in rule.says:
            if not shortest <= len(say) <= 1.3 * len(words):
                continue
            near = fuzz.partial_ratio_alignment(say, words, score_cutoff=threshold)
            if near is None or _has_negator(say, rules) != _has_negator(words, rules):
                continue
            span = (clause.start + near.dest_start, clause.start + near.dest_end)
            yield from _judged(text, rule, rules, span, say, near.score / 100, "近似原话")


def _has_negator(words: str, rules: Rules) -> bool:
    return bool(negators(words, rules))


def _judged(
    text: Text,
    rule: PointRule,
    rules: Rules,
    span: tuple[int, int],
    say: str,
    similarity: float,
    name: str,
) -> Iterator[_Match]:
    clause = text.clause_at(span[0])
    if clause is None or text.is_quoted(*span):
        return
    inside = text.of(clause)
    at = span[0] - clause.start
    status: PointStatus = "said"
    behind = text.folded[span[1] : span[1] + 8]
    if (
        negator_before(inside, at, rules)
        or rules.after_negation.match(behind)
        or rules.refusal.search(inside)
    ):
        status, name = "contradicted", "原话被否定"
    elif _withdrawn(text, clause, span[0], rules):
        status, name = "contradicted", "说了又收回"
    elif clause.depends(*span) and not _may_depend(inside, rule, rules):
        status, name = "missing", "只在条件下说"
    yield _Match(*span, say, similarity, name, status)


def _may_depend(clause: str, rule: PointRule, rules: Rules) -> bool:
    free = rule.conditional or rule.point.id in rules.unconditional
    return free or rules.guidance.search(clause) is not None


def _withdrawn(text: Text, clause: Clause, at: int, rules: Rules) -> bool:
    if rules.withdrawal.search(text.folded, at, clause.end):
        return True
    behind = text.after(clause)
    match = rules.withdrawal.match(behind)
    return match is not None and len(behind) <= match.end() + _BARE


def _meant(
    text: Text, rule: PointRule, rules: Rules, near: Vectors, rivals: Vectors
) -> Iterator[_Match]:
    for clause, row, rival in zip(text.pieces, near, rivals, strict=True):
        best = int(np.argmax(row))
        similarity, say = float(row[best]), rule.meanings[best]
        if similarity < rules.values["contradicted"] or text.is_quoted(clause.start, clause.end):
            continue
        words = text.of(clause)
        if _is_other(words, rule):
            continue
        # What only happens under a condition denies nothing, as the wording's own words do not.
        own = any(denial in words for denial in rule.denials)
        nearest = similarity >= rival - rules.values["denial_rival"]
        turned = _turned(words, say, rule, rules) if nearest and not own else None
        denies = _has_negator(words, rules) or rules.refusal.search(words) is not None
        unlike = denies and not _has_negator(say, rules)
        bonus = rules.values["key_word"] if _shares(words, rule) else 0.0
        close = similarity + bonus >= rules.values["semantic"] and len(words) >= _SHORTEST
        close = close and similarity >= rival - rules.values["rival"]
        if turned or (close and unlike and not own and not _is_long(clause, rules)):
            name = turned or "多了否定"
            yield _Match(clause.start, clause.end, say, similarity, name, "contradicted")
        elif close and not unlike:
            yield _close(text, clause, rule, rules, (say, similarity))


def _is_other(words: str, rule: PointRule) -> bool:
    """Tell whether the clause is one that the wording itself has for something else."""
    return any(
        other in words and len(words) <= len(other) + _BARE
        for other in rule.others
        if len(other) >= _SHORTEST
    )


def _is_long(clause: Clause, rules: Rules) -> bool:
    return clause.window or clause.end - clause.start > rules.values["long_clause"]


def _close(
    text: Text, clause: Clause, rule: PointRule, rules: Rules, best: tuple[str, float]
) -> _Match:
    span, (say, similarity) = (clause.start, clause.end), best
    words = text.of(clause)
    if _withdrawn(text, clause, clause.start, rules):
        return _Match(*span, say, similarity, "说了又收回", "contradicted")
    if clause.conditional and not _may_depend(words, rule, rules):
        return _Match(*span, say, similarity, "只在条件下说", "missing")
    if _has_negator(say, rules) and rules.negator.search(words) is None:
        return _Match(*span, say, similarity, "意思相近但少了否定", "missing")
    return _Match(*span, say, similarity, "意思相近", "said")


def _turned(words: str, say: str, rule: PointRule, rules: Rules) -> str | None:
    """Return what turns the point in the clause ``words``, if anything does."""
    if rules.refusal.search(words) and _shares(words, rule):
        return "拒绝"
    if any(a in say and b in words and a not in words for a, b in rules.opposites):
        return "说了反话"
    ends = negators(words, rules)
    if _has_negator(say, rules):
        silent = rules.negator.search(words) is None  # not even one that denies nothing
        keys = sum(key in words for key in _words(say) & rule.keys)
        return "少了否定" if silent and keys > 1 else None
    if any(_shares(words[end : end + _KEY_REACH], rule) for end in ends):
        return "否定"
    last = len(words) - rules.values["trailing_verb"]
    if any(end >= last and _shares(words[:end], rule) for end in ends):
        return "否定在后"
    return None


def _shares(words: str, rule: PointRule) -> bool:
    return any(key in words for key in rule.keys)


def _finding(rule: PointRule, match: _Match) -> PointFinding:
    point = rule.point
    written = (say for say in point.say if fold(say) == match.paraphrase)
    return PointFinding(
        id=point.id,
        label=point.label,
        level=point.level,
        status=match.status,
        evidence=(match.start, match.end),
        paraphrase=next(written, match.paraphrase),
        similarity=round(min(match.similarity, 1.0), 4),
        rule=match.rule,
    )


def _missing(rule: PointRule, similarity: float) -> PointFinding:
    point = rule.point
    near = round(max(similarity, 0.0), 4)
    return PointFinding(point.id, point.label, point.level, "missing", None, None, near, "没有找到")
