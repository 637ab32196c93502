"""Drills with the store's cases and wordings, and what each trainee made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from cases.drills import (
    Given,
    Material,
    Paper,
    Result,
    Scope,
    Tally,
    case_of,
    make_paper,
    mark,
    weak_categories,
)
from cases.drills.marking import add_up
from indexing.errors import InputError
from indexing.library import Library
from indexing.records import Filter, Kind
from kb.wording import wording_of

DRILL = "drill"  # journal: subject is the trainee, data a marked paper
LONGEST_NAME = 40


@dataclass(frozen=True)
class Sitting:
    """A paper that a trainee did; ``at`` is UTC in ISO 8601, ``score`` is in [0, 1]."""

    at: str
    paper: str
    score: float


@dataclass(frozen=True)
class TraineeRecord:
    """What a trainee did, oldest first, with the categories to train, the weakest first."""

    sittings: tuple[Sitting, ...]
    weak: tuple[Tally, ...]


def drill(
    library: Library,
    scope: Scope,
    seed: int,
    size: int,
    *,
    day: date,
    focus: Collection[tuple[str, str]] = (),
) -> Paper:
    """Make a paper from what is published and in force on ``day``.

    Raises:
        InputError: ``size`` is out of range.
        NotFoundError: The scope gives no question.
    """
    store = library.store
    cases = store.records(Filter(kinds=(Kind.CASE,), as_of=day))
    wordings = store.records(Filter(kinds=(Kind.WORDING,), as_of=day))
    material = Material.of(map(case_of, cases), (wording_of(w.meta) for w in wordings), day)
    return make_paper(material, scope, seed, size, focus)


def mark_drill(
    library: Library, paper: Paper, answers: Mapping[int, Given], trainee: str
) -> Result:
    """Mark a paper and keep the result under the trainee's name.

    Raises:
        InputError: The trainee has no usable name.
    """
    trainee = _named(trainee)
    result = mark(paper, answers)
    data = {
        "paper": paper.id,
        "seed": paper.seed,
        "categories": list(paper.scope.categories),
        "urgencies": list(paper.scope.urgencies),
        "score": result.score,
        "sources": sorted({question.source for question in paper.questions}),
        "tallies": [[t.category, t.points, t.questions] for t in result.tallies],
    }
    library.store.journal.note(DRILL, trainee, data, actor=trainee)
    return result


def drill_results(library: Library, trainee: str) -> TraineeRecord:
    """Return what a trainee did so far; of a paper done again only the first time counts as weak.

    Raises:
        InputError: The trainee has no usable name.
    """
    notes = library.store.journal.notes(DRILL, _named(trainee))
    first = {note.data["paper"]: note.data["tallies"] for note in reversed(notes)}
    tallies = add_up(Tally(*tally) for paper in first.values() for tally in paper)
    sittings = tuple(Sitting(n.at, n.data["paper"], n.data["score"]) for n in notes)
    return TraineeRecord(sittings, weak_categories(tallies))


def _named(trainee: str) -> str:
    trainee = trainee.strip()
    if not 1 <= len(trainee) <= LONGEST_NAME:
        raise InputError(f"请填写学员姓名或工号，1 到 {LONGEST_NAME} 个字。")
    return trainee
