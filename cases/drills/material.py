"""What papers are made from: cases with their sections, wordings, and the limits."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from cases.drills.paper import Scope
from cases.record import Contrast, sections
from indexing.records import Record
from kb.wording import Wording

T = TypeVar("T")
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class DrillCase:
    """A case as questions use it."""

    id: str
    title: str
    category: str | None
    urgency: str | None
    complaint: str
    cause: str
    lesson: str
    contrasts: tuple[Contrast, ...]
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Material:
    """Everything a paper may draw on, ordered by id; ``day`` chooses the wordings' versions."""

    cases: tuple[DrillCase, ...]
    wordings: tuple[Wording, ...]
    day: date

    @classmethod
    def of(cls, cases: Iterable[DrillCase], wordings: Iterable[Wording], day: date) -> Material:
        """Order cases and wordings, so that where they come from does not matter."""
        valid = (w for w in wordings if any(v.holds_on(day) for v in w.versions))
        return cls(
            tuple(sorted(cases, key=lambda case: case.id)),
            tuple(sorted(valid, key=lambda wording: wording.id)),
            day,
        )

    def cases_in(self, scope: Scope) -> list[DrillCase]:
        """Return the cases in scope."""
        return [
            case
            for case in self.cases
            if scope.covers(case.category)
            and (not scope.urgencies or case.urgency in scope.urgencies)
        ]

    def wordings_in(self, scope: Scope) -> list[Wording]:
        """Return the wordings in scope."""
        return [wording for wording in self.wordings if scope.covers(wording.category)]


def case_of(record: Record) -> DrillCase:
    """Return a stored case as questions use it; sections that it lacks are empty."""
    said = sections(record.text)
    return DrillCase(
        id=record.id,
        title=record.title,
        category=record.category,
        urgency=record.urgency,
        complaint=said.get("投诉描述", ""),
        cause=said.get("原因", ""),
        lesson=said.get("启示", ""),
        contrasts=tuple(Contrast.model_validate(c) for c in record.meta.get("contrasts") or ()),
        wordings=tuple(record.meta.get("wording") or ()),
    )


@cache
def limits() -> dict[str, Any]:
    """Return how papers are made and marked."""
    return dict(yaml.safe_load((FOLDER / "drills.yaml").read_text(encoding="utf-8")))


def gives_away(stem: str, *answers: str) -> bool:
    """Tell whether ``stem`` holds a run of an answer's characters that is long enough to tell.

    >>> gives_away("客户说光缆被挖断了", "光缆被挖断"), gives_away("家里上不了网", "光缆被挖断")
    (True, False)
    """
    for answer in filter(None, answers):
        run = min(limits()["shared_run"], len(answer))
        if any(answer[at : at + run] in stem for at in range(len(answer) - run + 1)):
            return True
    return False


def shuffled(items: Sequence[T], rng: random.Random) -> list[T]:
    """Return ``items`` in a random order."""
    return rng.sample(items, len(items))


def group_of(category: str | None) -> str:
    """Return the class that a category belongs to.

    >>> group_of("N/网络覆盖")
    'N'
    """
    return (category or "").split("/")[0]
