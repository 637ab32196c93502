"""A checked batch and what people said of it, kept in the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from desk.batches.sheet import BatchRow
from desk.checking import Reply, ReplyChecks
from indexing.errors import InputError, NotFoundError, TousuError
from indexing.masking import Masker
from indexing.store.store import Store
from kb.checking import Report

CHECKED, REVIEWED = "checked", "reviewed"
Action = Literal["appeal", "uphold", "change"]
ACTIONS: dict[Action, str] = {"appeal": "申诉", "uphold": "维持", "change": "改判"}


@dataclass(frozen=True)
class Checked:
    """The verdict on one row; ``error`` says why there is none. ``reply`` is masked.

    ``missing`` and ``contradicted`` are ``[id, label]`` of points.
    """

    row: int
    agent: str
    team: str
    category: str
    day: str
    reply: str
    wording: str = ""
    version: str = ""
    passed: bool | None = None
    score: int | None = None
    missing: tuple[tuple[str, str], ...] = ()
    contradicted: tuple[tuple[str, str], ...] = ()
    phrases: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()  # a sentence for each that will not do
    advice: tuple[str, ...] = ()
    better: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Review:
    """An appeal against a verdict, or the decision on one."""

    row: int
    action: Action
    reason: str
    actor: str
    at: str


@dataclass(frozen=True)
class Batch:
    """A sheet's verdicts with their reviews, oldest first."""

    id: str
    rows: tuple[Checked, ...]
    reviews: tuple[Review, ...] = ()

    def standing(self, row: Checked) -> bool | None:
        """Return whether the reply passes after the reviews."""
        changes = sum(r.action == "change" for r in self.reviews if r.row == row.row)
        return row.passed if row.passed is None or changes % 2 == 0 else not row.passed


def check_rows(rows: Sequence[BatchRow], checks: ReplyChecks, masker: Masker) -> Iterator[Checked]:
    """Yield the verdict on each row, in order."""
    good = [row for row in rows if row.problem is None]
    replies = (Reply(row.reply, row.day, row.wording, row.urgency) for row in good)
    verdicts = checks.check_many(replies)
    for row in rows:
        found = InputError(row.problem) if row.problem else next(verdicts)
        yield _checked(row, found, masker)


def _checked(row: BatchRow, found: Report | TousuError, masker: Masker) -> Checked:
    head: dict[str, Any] = {
        "row": row.row,
        "agent": row.agent,
        "team": row.team,
        "category": row.category,
        "day": row.day.isoformat(),
        "reply": masker.mask(row.reply).text,
        "wording": row.wording or "",
    }
    if isinstance(found, TousuError):
        return Checked(**head, error=str(found))
    return Checked(
        **head | {"wording": found.wording},
        version=found.version,
        passed=found.passed,
        score=found.score,
        missing=tuple((p.id, p.label) for p in found.points if p.status == "missing"),
        contradicted=tuple((p.id, p.label) for p in found.points if p.status == "contradicted"),
        phrases=tuple(item.phrase for item in found.forbidden),
        slots=tuple(slot.problem for slot in found.slots if slot.problem),
        advice=tuple(item.message for item in found.advice),
        better=found.better,
    )


def save(store: Store, batch_id: str, rows: Iterable[Checked], *, actor: str) -> None:
    """Keep a batch, whole or not at all."""
    store.journal.note_many(CHECKED, batch_id, [asdict(row) for row in rows], actor=actor)


def load(store: Store, batch_id: str) -> Batch:
    """Return a kept batch.

    Raises:
        NotFoundError: There is none of this id.
    """
    rows = tuple(_row(note.data) for note in store.journal.notes(CHECKED, batch_id))
    if not rows:
        raise NotFoundError(f"没有编号为 {batch_id} 的质检批次。")
    reviews = tuple(
        Review(n.data["row"], n.data["action"], n.data["reason"], n.actor, n.at)
        for n in store.journal.notes(REVIEWED, batch_id)
    )
    return Batch(batch_id, rows, reviews)


def review(
    store: Store, batch: Batch, row: int, action: Action, reason: str, *, actor: str
) -> None:
    """Note an appeal or the decision on one.

    Raises:
        InputError: The row is not in the batch, or no reason is given.
    """
    if all(item.row != row for item in batch.rows):
        raise InputError(f"批次 {batch.id} 没有第 {row} 行。")
    if not reason.strip():
        raise InputError("请写明理由。")
    data = {"row": row, "action": action, "reason": reason.strip()}
    store.journal.note(REVIEWED, batch.id, data, actor=actor)


def _row(data: dict[str, Any]) -> Checked:
    tuples = {k: tuple(data[k]) for k in ("phrases", "slots", "advice")}
    points = {k: tuple((p[0], p[1]) for p in data[k]) for k in ("missing", "contradicted")}
    return Checked(**data | tuples | points)


def batch_id_of(name: str, day: date, taken: Iterable[str]) -> str:
    """Return a new batch's id: its file's name and the day, numbered if need be."""
    base = f"{day.isoformat()} {name}"[:110]
    used = set(taken)
    numbers = (f"{base} ({n})" for n in range(2, len(used) + 3))
    return base if base not in used else next(i for i in numbers if i not in used)
