"""From a scope and a seed to a paper: the same ones and the same library give the same paper."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Iterator

from cases.drills.blanks import blanks
from cases.drills.choices import causes, urgencies, wordings
from cases.drills.flaws import flaws
from cases.drills.material import Material, limits
from cases.drills.paper import Paper, Question, QuestionKind, Scope
from indexing.errors import InputError, NotFoundError


def make_paper(
    material: Material,
    scope: Scope,
    seed: int,
    size: int,
    focus: Collection[tuple[str, str]] = (),
) -> Paper:
    """Return a paper of ``size`` questions, fewer if the scope does not give more.

    The kinds take turns, and no record is asked about twice. ``focus`` holds the wording and point
    ids that questions on flawed replies should prefer.

    Raises:
        InputError: ``size`` is out of range.
        NotFoundError: The scope gives no question at all.
    """
    most = limits()["most_questions"]
    if not 1 <= size <= most:
        raise InputError(f"题数 {size} 不在 1 到 {most} 之间。")

    def rng(kind: QuestionKind) -> random.Random:
        return random.Random(f"{seed}/{kind}")  # noqa: S311 - repeatable, not secret

    sources = [
        causes(material, scope, rng(QuestionKind.CAUSE)),
        urgencies(material, scope, rng(QuestionKind.URGENCY)),
        wordings(material, scope, rng(QuestionKind.WORDING)),
        flaws(material, scope, rng(QuestionKind.FLAW), focus),
        blanks(material, scope, rng(QuestionKind.BLANKS)),
    ]
    questions = _in_turns(sources, size)
    if not questions:
        raise NotFoundError("所选范围内没有可以出题的案例或口径，请放宽分类或紧急程度。")
    return Paper(_name(scope, seed, questions), scope, seed, questions)


def _in_turns(sources: list[Iterator[Question]], size: int) -> tuple[Question, ...]:
    chosen: dict[str, Question] = {}
    while sources and len(chosen) < size:
        source = sources.pop(0)
        question = next((q for q in source if q.source not in chosen), None)
        if question is not None:
            chosen[question.source] = question
            sources.append(source)
    return tuple(chosen.values())


def _name(scope: Scope, seed: int, questions: tuple[Question, ...]) -> str:
    content = repr((sorted(scope.categories), sorted(scope.urgencies), seed, questions))
    return hashlib.sha256(content.encode()).hexdigest()[:12]
