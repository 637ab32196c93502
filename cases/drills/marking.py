"""Marking a paper: points by question, with the right answer, the lesson and what is weak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cases.drills.material import limits
from cases.drills.paper import Paper, Question, QuestionKind
from cases.drills.values import same_value
from kb.slots import problem

Given = str | Mapping[str, str]  # the chosen option, or values by the blanks' names


@dataclass(frozen=True)
class Mark:
    """What an answer was worth: ``points`` in [0, 1], for blanks the share filled rightly."""

    kind: QuestionKind
    source: str
    category: str | None
    points: float
    given: str
    right: str
    lesson: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tally:
    """Points that were won in a category, out of how many questions."""

    category: str
    points: float
    questions: int

    @property
    def share(self) -> float:
        """Points won per question."""
        return self.points / self.questions


@dataclass(frozen=True)
class Result:
    """A marked paper."""

    paper: str
    marks: tuple[Mark, ...]

    @property
    def score(self) -> float:
        """Points won per question, in [0, 1]."""
        return sum(mark.points for mark in self.marks) / len(self.marks)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Points by category, by name."""
        return add_up(Tally(m.category, m.points, 1) for m in self.marks if m.category)

    @property
    def weak(self) -> tuple[Tally, ...]:
        """The categories to train, the weakest first."""
        return weak_categories(self.tallies)


def mark(paper: Paper, answers: Mapping[int, Given]) -> Result:
    """Mark ``answers``, kept by the questions' numbers from 1; what is left out earns nothing."""
    return Result(
        paper.id,
        tuple(
            _mark(question, answers.get(number, {} if question.blanks else ""))
            for number, question in enumerate(paper.questions, 1)
        ),
    )


def _mark(question: Question, given: Given) -> Mark:
    if question.blanks:
        return _filled(question, {} if isinstance(given, str) else given)
    said = given if isinstance(given, str) else ""
    points = float(said == question.right)
    return Mark(
        question.kind,
        question.source,
        question.category,
        points,
        said,
        question.right,
        question.lesson,
    )


def _filled(question: Question, given: Mapping[str, str]) -> Mark:
    right = 0
    problems = []
    for blank in question.blanks:
        value = given.get(blank.name, "")
        if same_value(blank.slot, value, blank.value):
            right += 1
        else:
            wrong = problem(blank.slot, value)
            problems.append(wrong or f"“{blank.slot.label}”与记录不符。")
    return Mark(
        question.kind,
        question.source,
        question.category,
        right / len(question.blanks),
        "；".join(f"{b.slot.label}：{given.get(b.name, '').strip()}" for b in question.blanks),
        answer_of(question),
        question.lesson,
        tuple(problems),
    )


def answer_of(question: Question) -> str:
    """Return the right answer in one line."""
    if not question.blanks:
        return question.right
    return "；".join(f"{blank.slot.label}：{blank.value}" for blank in question.blanks)


def add_up(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """Return one tally a category, by name."""
    sums: dict[str, Tally] = {}
    for one in tallies:
        held = sums.get(one.category, Tally(one.category, 0.0, 0))
        sums[one.category] = Tally(
            one.category, held.points + one.points, held.questions + one.questions
        )
    return tuple(sums[name] for name in sorted(sums))


def weak_categories(tallies: Sequence[Tally]) -> tuple[Tally, ...]:
    """Return the tallies below the limit, the weakest first."""
    low = (tally for tally in tallies if tally.share < limits()["weak_below"])
    return tuple(sorted(low, key=lambda tally: (tally.share, tally.category)))
