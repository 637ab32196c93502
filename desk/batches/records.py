"""A checked batch and what people said of it, kept in the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal

from desk.batches.sheet import BatchRow
from desk.checking import Reply, ReplyChecks
from indexing.errors import InputError, NotFoundError, TousuError
from indexing.masking import Masker
from indexing.store.store import Store
from kb.checking import Report, report_json, report_of
from kb.checking.report import PointStatus, Span

CHECKED, REVIEWED = "checked", "reviewed"
Action = Literal["appeal", "uphold", "change"]
VERDICTS = {True: "通过", False: "不通过", None: "未检查"}
ACTIONS: dict[Action, str] = {"appeal": "申诉", "uphold": "维持", "change": "改判"}


@dataclass(frozen=True)
class Checked:
    """A row with the report on its reply, or the ``error`` that says why there is none.

    The reply, and what the report quotes of it, is masked; spans stay true. ``wording`` is the one
    held against, or asked for.
    """

    row: int
    agent: str
    team: str
    category: str
    day: str
    reply: str
    wording: str = ""
    report: Report | None = None
    error: str | None = None

    @property
    def passed(self) -> bool | None:
        """Whether the reply passes; None if it was not checked."""
        return self.report.passed if self.report else None

    @property
    def score(self) -> int | None:
        """0 to 100; None if the reply was not checked."""
        return self.report.score if self.report else None

    @cached_property
    def missing(self) -> list[tuple[str, str]]:
        """Id and label of each point that is missing."""
        return self._points("missing")

    @cached_property
    def contradicted(self) -> list[tuple[str, str]]:
        """Id and label of each point that is contradicted."""
        return self._points("contradicted")

    @property
    def phrases(self) -> list[str]:
        """The forbidden phrases that are said."""
        return [item.phrase for item in self.report.forbidden] if self.report else []

    @property
    def slots(self) -> list[str]:
        """A sentence for each slot that will not do."""
        return [slot.problem for slot in self.report.slots if slot.problem] if self.report else []

    @property
    def advice(self) -> list[str]:
        """A sentence for each piece of advice."""
        return [item.message for item in self.report.advice] if self.report else []

    def _points(self, status: PointStatus) -> list[tuple[str, str]]:
        points = self.report.points if self.report else ()
        return [(point.id, point.label) for point in points if point.status == status]


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

    @cached_property
    def _turned(self) -> frozenset[int]:
        """The rows whose verdict was changed, and not changed back."""
        changes = Counter(item.row for item in self.reviews if item.action == "change")
        return frozenset(row for row, count in changes.items() if count % 2)

    def standing(self, row: Checked) -> bool | None:
        """Return whether the reply passes after the reviews."""
        return row.passed if row.passed is None else row.passed != (row.row in self._turned)

    def said(self, row: Checked) -> str:
        """Return the verdict that stands, in Chinese."""
        return VERDICTS[self.standing(row)]


def check_rows(rows: Sequence[BatchRow], checks: ReplyChecks, masker: Masker) -> Iterator[Checked]:
    """Yield the verdict on each row, in order."""
    good = [row for row in rows if row.problem is None]
    replies = (Reply(row.reply, row.day, row.wording, row.urgency) for row in good)
    verdicts = checks.check_many(replies)
    for row in rows:
        found = InputError(row.problem) if row.problem else next(verdicts)
        yield _checked(row, found, masker)


def _checked(row: BatchRow, found: Report | TousuError, masker: Masker) -> Checked:
    hidden = masker.mask(row.reply).text
    head = Checked(
        row=row.row,
        agent=row.agent,
        team=row.team,
        category=row.category,
        day=row.day.isoformat(),
        reply=hidden,
        wording=row.wording or "",
    )
    if isinstance(found, TousuError):
        return replace(head, error=str(found))
    return replace(head, wording=found.wording, report=_masked(found, row.reply, hidden))


def _masked(report: Report, reply: str, hidden: str) -> Report:
    """Return ``report`` with what it quotes of ``reply`` as it stands in ``hidden``."""

    def covered(sentence: str, span: Span | None) -> str:
        said = slice(*span) if span else slice(0, 0)
        quoted = reply[said].strip()
        return sentence.replace(quoted, hidden[said].strip()) if quoted else sentence

    slots = (
        replace(
            slot,
            value=hidden[slice(*slot.span)] if slot.span else "",
            problem=slot.problem and covered(slot.problem, slot.span),
        )
        for slot in report.slots
    )
    advice = (replace(item, message=covered(item.message, item.span)) for item in report.advice)
    return replace(report, slots=tuple(slots), advice=tuple(advice))


def save(store: Store, batch_id: str, rows: Iterable[Checked], *, actor: str) -> None:
    """Keep a batch, whole or not at all."""
    names = [field.name for field in fields(Checked)]
    entries = [
        {name: getattr(row, name) for name in names}
        | {"report": row.report and report_json(row.report)}
        for row in rows
    ]
    store.journal.note_many(CHECKED, batch_id, entries, actor=actor)


def load_rows(store: Store, batch_id: str) -> tuple[Checked, ...]:
    """Return the rows of a kept batch.

    Raises:
        NotFoundError: There is none of this id.
    """
    rows = tuple(_row(note.data) for note in store.journal.notes(CHECKED, batch_id))
    if not rows:
        raise NotFoundError(f"没有编号为 {batch_id} 的质检批次。")
    return rows


def load_reviews(store: Store, batch_id: str) -> tuple[Review, ...]:
    """Return what was said of a batch's verdicts, oldest first."""
    return tuple(
        Review(n.data["row"], n.data["action"], n.data["reason"], n.actor, n.at)
        for n in store.journal.notes(REVIEWED, batch_id)
    )


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
    if "report" not in data:
        return _older(data)
    return Checked(**data | {"report": data["report"] and report_of(data["report"])})


def _older(data: dict[str, Any]) -> Checked:
    """Return a row that was kept without its evidence: the verdict is known, not where it shows."""
    head = {key: data[key] for key in ("row", "agent", "team", "category", "day", "reply")}
    if data["passed"] is None:
        return Checked(**head, wording=data["wording"], error=data["error"])
    points = [
        {"id": name, "label": label, "level": "must", "status": status, "evidence": None}
        | {"paraphrase": None, "similarity": 0.0, "rule": "未留依据"}
        for status in ("missing", "contradicted")
        for name, label in data[status]
    ]
    values = {key: data[key] for key in ("wording", "version", "passed", "score", "better")}
    values |= {
        "points": points,
        "forbidden": [
            {"phrase": phrase, "span": (0, 0), "suggest": "", "fatal": False, "rule": "未留依据"}
            for phrase in data["phrases"]
        ],
        "slots": [
            {"name": "", "label": "", "status": "invalid", "value": "", "span": None}
            | {"problem": problem}
            for problem in data["slots"]
        ],
        "advice": [{"kind": "rule", "span": (0, 0), "message": said} for said in data["advice"]],
    }
    return Checked(**head, wording=data["wording"], report=report_of(values))
