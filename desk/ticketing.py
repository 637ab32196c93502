"""Work orders opened, followed and closed in the app, and what becomes of them afterwards.

The loop of case-based reasoning: retrieve and reuse while the order is open, revise when it is
closed, retain it as a case or under the case that says the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import yaml

from cases.categories import Categories
from cases.deadlines import ZONE, Deadline, TimeLeft, deadlines, time_left
from cases.record import SECTIONS
from cases.tickets.record import OPEN, sections_of, to_record
from cases.tickets.revising import revised, values_of
from cases.tickets.rows import Ticket
from cases.tickets.values import Value
from cases.urgency import Urgency
from desk.reading import Reader
from desk.tickets import TicketReader
from indexing.errors import InputError
from indexing.library import Library
from indexing.records import Filter, Hit, Kind, Record, Status
from indexing.store.facets import Selection
from indexing.store.journal import Note

CONTACT = "contact"  # journal: subject is the work order, data what was said to whom
RETAINED = "retained"  # journal: subject is the work order, data the case that keeps it
OPEN_AS, LEFT, CLOSED = "处理中", "遗留", "已归档"
_MAX_LISTED = 500
_NEAREST = 3


@dataclass(frozen=True)
class WorkOrder:
    """A work order with its time limit; ``due`` is None where it was never accepted."""

    record: Record
    due: datetime | None
    left: TimeLeft | None


@dataclass(frozen=True)
class CaseDraft:
    """A closed work order as a case file would tell it, and the cases most like it."""

    title: str
    category: str | None
    urgency: str
    sections: dict[str, str]
    nearest: tuple[Hit, ...]


class Ticketing:
    """Keeps the work orders of one library."""

    def __init__(self, library: Library, tickets: TicketReader, reader: Reader, actor: str) -> None:
        self._library = library
        self._tickets = tickets
        self._reader = reader
        self._actor = actor

    # -- the list --------------------------------------------------------------------------------

    def open_orders(self, status: str, now: datetime) -> list[WorkOrder]:
        """Return the open work orders of a status, those due first at the top.

        Raises:
            InputError: ``status`` is none of an open work order.
        """
        if status not in OPEN:
            raise InputError(f"“{status}”不是未办结工单的状态，应为{'、'.join(OPEN)}。")
        chosen = {"kind": (Kind.TICKET.value,), "tag": (status,)}
        records = self._library.store.page(Selection(chosen=chosen, page_size=_MAX_LISTED))
        found = [self._order(record, now) for record in records]
        last = datetime.max.replace(tzinfo=ZONE)
        return sorted(found, key=lambda order: order.due or last)

    def order(self, ticket_id: str, now: datetime) -> WorkOrder:
        """Return one work order.

        Raises:
            NotFoundError: There is none of this id.
            InputError: The id is another kind of record's.
        """
        return self._order(self._record(ticket_id), now)

    def _order(self, record: Record, now: datetime) -> WorkOrder:
        values = values_of(record)
        limit = _limit(record, values)
        due = limit.due if limit is not None else None
        written = values.get("planned_at" if values.get("status") == LEFT else "due_at")
        if isinstance(written, datetime):
            due = written.replace(tzinfo=ZONE)
        if limit is None or due is None:
            return WorkOrder(record, due, None)
        return WorkOrder(record, due, time_left(Deadline(limit.rule, limit.start, due), now))

    # -- a work order's life ---------------------------------------------------------------------

    def open(self, fields: Mapping[str, Value], now: datetime) -> Record:
        """Store a new work order; name and numbers are masked and hashed as in imports.

        Raises:
            InputError: The complaint itself is missing.
        """
        if not str(fields.get("description", "")).strip():
            raise InputError("请先写下投诉内容，再开工单。")
        number = f"GD{now:%y%m%d%H%M}{secrets.token_hex(2).upper()}"
        values = {key: value for key, value in fields.items() if value not in (None, "")}
        values |= {"accepted_at": now.replace(tzinfo=None, microsecond=0), "status": OPEN_AS}
        ticket = Ticket(number, "", values)
        record = to_record(ticket, self._reader.masker, self._categories, self._tickets.key)
        self._library.write([record], actor=self._actor)
        return record

    def change(self, ticket_id: str, changes: Mapping[str, Value | None]) -> Record:
        """Store a work order with some fields changed.

        Raises:
            NotFoundError: There is none of this id.
            InputError: A field is unknown or has to be filled.
        """
        record = self._record(ticket_id)
        masker, key = self._reader.masker, self._tickets.key
        new = revised(record, changes, masker, self._categories, key)
        self._library.write([new], actor=self._actor)
        return new

    def contact(self, ticket_id: str, how: str, said: str) -> None:
        """Add to the record of contacts with the customer; what was said is masked.

        Raises:
            InputError: Nothing was said.
        """
        self._record(ticket_id)
        if not said.strip():
            raise InputError(f"工单 {ticket_id}：联系记录是空的，请写下联系的内容。")
        data = {"how": how, "said": self._reader.masker.mask(said.strip()).text}
        self._library.store.journal.note(CONTACT, ticket_id, data, actor=self._actor)

    def contacts(self, ticket_id: str) -> list[Note]:
        """Return the contacts with the customer, oldest first."""
        return self._library.store.journal.notes(CONTACT, ticket_id)

    def leave(self, ticket_id: str, planned_at: datetime, now: datetime) -> Record:
        """Move a work order to what is left unsolved (遗留问题), with the day planned for it.

        Raises:
            InputError: The day has passed.
        """
        if planned_at.date() < now.date():
            raise InputError(f"工单 {ticket_id}：计划解决时间 {planned_at:%Y-%m-%d} 已经过去。")
        planned = planned_at.replace(tzinfo=None)
        return self.change(ticket_id, {"status": LEFT, "planned_at": planned})

    def close(self, ticket_id: str, result: Mapping[str, Value | None], now: datetime) -> Record:
        """Close a work order with its result.

        Raises:
            InputError: It is not said what was done.
        """
        values = values_of(self._record(ticket_id)) | dict(result)
        if not str(values.get("measure") or "").strip():
            raise InputError(f"工单 {ticket_id}：请写明处理过程再归档。")
        ended = now.replace(tzinfo=None, microsecond=0)
        return self.change(ticket_id, {**result, "status": CLOSED, "closed_at": ended})

    # -- retain ----------------------------------------------------------------------------------

    def case_draft(self, ticket_id: str) -> CaseDraft:
        """Return a closed work order as a case, and the published cases most like it."""
        record = self._record(ticket_id)
        said = sections_of(record)
        parts = {
            "投诉描述": said.get("description", ""),
            "核查过程": "；".join(str(note.data["said"]) for note in self.contacts(ticket_id)),
            "原因": said.get("cause", ""),
            "处理": said.get("measure", ""),
            "回复": said.get("reply", ""),
            "启示": "",
        }
        where = Filter(kinds=(Kind.CASE,))
        [found] = self._library.search(parts["投诉描述"][:500], [where], limit=_NEAREST)
        grade = record.urgency or Urgency().grade(parts["投诉描述"])[0].name
        return CaseDraft(record.title, record.category, grade, parts, found.hits)

    def retain(self, ticket_id: str, draft: CaseDraft) -> str:
        """Store a draft case made from a work order; return its id.

        Raises:
            TousuError: The case is not complete.
        """
        case_id = f"C-{ticket_id.removeprefix('T-')}"[:64]
        text = _case_text(case_id, draft, source=f"工单 {ticket_id}")
        found = self._reader.read_text(text, Kind.CASE, f"{case_id}.md", publish=False)
        self._library.write([found.record], actor=self._actor)
        self._retained(ticket_id, case_id)
        return case_id

    def keep_under(self, ticket_id: str, case_id: str) -> None:
        """Note that an existing case tells the same, so that no twin is made.

        Raises:
            NotFoundError: There is no such case.
        """
        self._library.store.record(case_id)
        self._retained(ticket_id, case_id)

    def retained_as(self, ticket_id: str) -> str | None:
        """Return the case that keeps a work order, if any."""
        notes = self._library.store.journal.notes(RETAINED, ticket_id)
        return str(notes[-1].data["case"]) if notes else None

    def _retained(self, ticket_id: str, case_id: str) -> None:
        self._library.store.journal.note(RETAINED, ticket_id, {"case": case_id}, actor=self._actor)

    def _record(self, ticket_id: str) -> Record:
        record = self._library.store.record(ticket_id)
        if record.kind is not Kind.TICKET:
            raise InputError(f"{ticket_id} 不是工单。")
        return record

    @property
    def _categories(self) -> Categories:
        return self._reader.categories


def _limit(record: Record, values: Mapping[str, Value]) -> Deadline | None:
    """Return the limit for handling the complaint, counted from when it was accepted."""
    accepted = values.get("accepted_at")
    if not isinstance(accepted, datetime):
        return None
    urgency = record.urgency or "一般"
    found = deadlines(accepted, urgency=urgency, category=record.category)
    return next((limit for limit in found if limit.rule.urgencies), None)


def _case_text(case_id: str, draft: CaseDraft, source: str) -> str:
    header = {
        "id": case_id,
        "title": draft.title,
        "category": draft.category,
        "urgency": draft.urgency,
        "status": Status.DRAFT.value,
        "source": source,
    }
    front = yaml.safe_dump(header, allow_unicode=True, sort_keys=False)
    body = "\n\n".join(
        f"## {name}\n{draft.sections[name].strip()}"
        for name in SECTIONS
        if draft.sections.get(name, "").strip()
    )
    return f"---\n{front}---\n{body}\n"
