"""Questions on a complaint: its cause, its urgency with the deadline, the wording to choose."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz

from cases.drills.material import DrillCase, Material, gives_away, group_of, limits, shuffled
from cases.drills.paper import Question, QuestionKind, Scope
from cases.urgency import Urgency
from kb.wording import Wording


def causes(material: Material, scope: Scope, rng: random.Random) -> Iterator[Question]:
    """Yield: which cause was it? The others are those of contrasting, then of similar cases."""
    known = {case.id: case for case in material.cases}
    for case in shuffled([c for c in material.cases_in(scope) if c.contrasts], rng):
        if not case.cause or gives_away(case.complaint, case.cause, case.title):
            continue
        others = _distinct(case.cause, (other.cause for other in _near(case, known)))
        if len(others) < limits()["options"]:
            continue
        details = (f"{c.case} {c.detail}" for c in case.contrasts if c.case in known)
        lesson = "\n".join((case.lesson, *(f"对照案例 {detail}" for detail in details)))
        yield _choice(QuestionKind.CAUSE, case, shuffled(others, rng), case.cause, lesson)


def _near(case: DrillCase, known: dict[str, DrillCase]) -> Iterator[DrillCase]:
    """Yield contrasting cases, then those of the same class by how alike the complaints are."""
    named = {c.case for c in case.contrasts}
    yield from (known[c.case] for c in case.contrasts if c.case in known)
    alike = [
        other
        for other in known.values()
        if other.id not in named | {case.id} and group_of(other.category) == group_of(case.category)
    ]
    yield from sorted(alike, key=lambda o: (-fuzz.ratio(case.complaint, o.complaint), o.id))


def _distinct(right: str, others: Iterable[str]) -> list[str]:
    """Return ``right`` and the first causes that differ from it and from each other."""
    kept = [right]
    for other in others:
        if len(kept) == limits()["options"]:
            break
        if other and all(fuzz.ratio(other, one) < limits()["same_cause"] for one in kept):
            kept.append(other)
    return kept


def urgencies(material: Material, scope: Scope, rng: random.Random) -> Iterator[Question]:
    """Yield: which grade and deadline? Only cases whose complaint itself shows the grade.

    The grades take turns: most cases are of the lowest one.
    """
    urgency = Urgency()
    options = {name: f"{name}：{grade.act}" for name, grade in urgency.grades.items()}
    waiting = {
        name: shuffled([c for c in material.cases_in(scope) if c.urgency == name], rng)
        for name in shuffled(list(options), rng)
    }
    while any(waiting.values()):
        for name, some in waiting.items():
            if not some:
                continue
            case = some.pop()
            grade, reasons = urgency.grade(case.complaint)
            if grade.name != name or gives_away(case.complaint, options[name]):
                continue
            why = "；".join(map(str, reasons)) or "没有命中升级的情形"
            lesson = f"定级依据：{why}。\n{case.lesson}"
            yield _choice(QuestionKind.URGENCY, case, options.values(), options[name], lesson)


def wordings(material: Material, scope: Scope, rng: random.Random) -> Iterator[Question]:
    """Yield: which wording? The others answer other categories, of the same class if possible."""
    customer = {w.id: w for w in material.wordings if w.audience == "customer"}
    for case in shuffled(material.cases_in(scope), rng):
        right = next((customer[name] for name in case.wordings if name in customer), None)
        if right is None or gives_away(case.complaint, right.title.removesuffix("口径")):
            continue
        others = [w for w in customer.values() if _is_other(w, case, right)]
        ordered = sorted(shuffled(others, rng), key=lambda w: _distance(w, case))
        titles = [right.title, *(w.title for w in ordered[: limits()["options"] - 1])]
        if len(titles) == limits()["options"]:
            yield _choice(
                QuestionKind.WORDING, case, shuffled(titles, rng), right.title, case.lesson
            )


def _is_other(wording: Wording, case: DrillCase, right: Wording) -> bool:
    fits = wording.id in case.wordings or wording.category in (case.category, right.category)
    return not fits and wording.title != right.title


def _distance(wording: Wording, case: DrillCase) -> bool:
    return group_of(wording.category) != group_of(case.category)


def _choice(
    kind: QuestionKind, case: DrillCase, options: Iterable[str], right: str, lesson: str
) -> Question:
    return Question(
        kind=kind,
        source=case.id,
        category=case.category,
        ask=limits()["ask"][kind.value],
        stem=case.complaint,
        lesson=lesson.strip(),
        options=tuple(options),
        right=right,
    )
