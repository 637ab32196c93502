"""Questions on a flawed reply: one point of its wording was taken out."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator

from cases.drills.material import Material, gives_away, limits, shuffled
from cases.drills.paper import Question, QuestionKind, Scope
from cases.drills.values import draw
from kb.checking.points import PointRule, point_rules
from kb.checking.rules import default_rules, fold
from kb.slots import fill
from kb.wording import Version, Wording

_CLAUSE = re.compile(r"[^，,。；;！!？?]+[，,。；;！!？?]*")
_COMMAS = "，,；;"


def flaws(
    material: Material, scope: Scope, rng: random.Random, focus: Collection[tuple[str, str]] = ()
) -> Iterator[Question]:
    """Yield: which point is missing? Points in ``focus`` come up earlier than others."""
    weight = limits()["focus_weight"]
    pairs = [
        (wording, point.id)
        for wording in material.wordings_in(scope)
        for point in wording.on(material.day).points
    ]
    # Weighted order without replacement: P. Efraimidis, P. Spirakis (2006).
    keys = [rng.random() ** (1 / (weight if (w.id, p) in focus else 1)) for w, p in pairs]
    for _, (wording, point) in sorted(zip(keys, pairs, strict=True), key=lambda k: -k[0]):
        question = _question(wording, wording.on(material.day), point, rng)
        if question is not None:
            yield question


def _question(
    wording: Wording, version: Version, missing: str, rng: random.Random
) -> Question | None:
    rules = point_rules(version, default_rules())
    values = draw(version, rng)
    if values is None:
        return None
    reply = without(fill(version.text, version.slots, values), rules, missing)
    point = next(point for point in version.points if point.id == missing)
    labels = list(dict.fromkeys(p.label for p in version.points if p.label != point.label))
    few = len(labels) < limits()["options"] - 1
    if reply is None or few or gives_away(reply, point.label):
        return None
    options = [point.label, *rng.sample(labels, limits()["options"] - 1)]
    return Question(
        kind=QuestionKind.FLAW,
        source=wording.id,
        category=wording.category,
        ask=limits()["ask"][QuestionKind.FLAW.value],
        stem=reply,
        lesson=f"{wording.id} {wording.title}：可以这样说“{point.say[0]}”。",
        options=tuple(shuffled(options, rng)),
        right=point.label,
    )


def without(reply: str, rules: tuple[PointRule, ...], missing: str) -> str | None:
    """Return ``reply`` less the clauses that make one point.

    ``None`` if it did not make every point, or if taking one out takes another with it.
    """
    wanted = {rule.point.id for rule in rules}
    if said(reply, rules) != wanted:
        return None
    [rule] = [rule for rule in rules if rule.point.id == missing]
    kept: list[str] = []
    for match in _CLAUSE.finditer(reply):
        if not any(a < match.end() and match.start() < b for a, b in _spans(reply, rule)):
            kept.append(match.group())
        elif kept and kept[-1][-1] in _COMMAS and match.group()[-1] not in _COMMAS:
            kept[-1] = kept[-1][:-1] + match.group()[-1]
    text = "".join(kept)
    return text if said(text, rules) == wanted - {missing} else None


def said(reply: str, rules: tuple[PointRule, ...]) -> set[str]:
    """Return the points that ``reply`` makes word for word."""
    return {rule.point.id for rule in rules if _spans(reply, rule)}


def _spans(reply: str, rule: PointRule) -> list[tuple[int, int]]:
    return [match.span() for say in rule.says for match in re.finditer(re.escape(say), fold(reply))]
