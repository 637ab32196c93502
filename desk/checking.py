"""Checking replies with the store's wordings, and what people said of the verdicts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from cases.urgency import Urgency
from indexing.errors import InputError, NotFoundError, TousuError
from indexing.library import Library
from indexing.masking import Masker
from indexing.model.judge import Judging
from indexing.records import Filter, Kind, Status
from kb.checking import Checker, Item, Report, demoted
from kb.checking.rules import default_rules
from kb.wording import Wording, wording_of

OVERRULE = "overrule"
BATCH = 32  # replies checked together: a few seconds of work, so that progress is seen
LONGEST = 20_000  # characters of a reply
AT_ONCE_HOURS = 24  # what is handled at once is answered within a day


@dataclass(frozen=True)
class Reply:
    """A reply to check; without a ``wording`` the one that fits best is taken."""

    text: str
    as_of: date
    wording: str | None = None
    urgency: str | None = None  # sets the limit for promises


@dataclass(frozen=True)
class Overruling:
    """A verdict that a person did not accept."""

    rule: str
    reason: str
    actor: str
    at: str


@dataclass(frozen=True)
class OverruledRule:
    """How often a rule's verdicts were not accepted; overruled too often it only ``advises``."""

    rule: str
    count: int
    reason: str  # the last one given
    advises: bool


class ReplyChecks:
    """Checks replies; keeps up with changed wordings and overruled rules."""

    def __init__(
        self,
        library: Library,
        masker: Masker,
        urgency: Urgency,
        judge: Callable[[], Judging | None] = lambda: None,
    ) -> None:
        self._library = library
        self._judge = judge
        self._masker = masker
        self._hours = {name: grade.due_hours for name, grade in urgency.grades.items()}
        self._made: tuple[int, frozenset[str]] | None = None  # what the checker is up to date with
        self._wordings: dict[str, Wording] = {}
        self._held: tuple[list[Wording], frozenset[str], Checker] | None = None

    def check(self, reply: Reply) -> Report:
        """Check one reply.

        Raises:
            TousuError: Reply, wording or day cannot be used.
        """
        checker = self._checker()
        return checker.check_many([self._item(reply, checker)])[0]

    def check_many(self, replies: Iterable[Reply]) -> Iterator[Report | TousuError]:
        """Yield a report for each reply, in order; what cannot be checked yields its error."""
        checker = self._checker()
        stream = iter(replies)
        while some := list(islice(stream, BATCH)):
            items = [self._try_item(reply, checker) for reply in some]
            reports = iter(checker.check_many([i for i in items if isinstance(i, Item)]))
            for item in items:
                yield next(reports) if isinstance(item, Item) else item

    def rank(self, text: str, as_of: date) -> list[tuple[str, float]]:
        """Return wordings' ids with how well ``text`` fits each, best first.

        Raises:
            InputError: The reply is empty.
        """
        return self._checker().rank(text, as_of)

    def overrule(self, rule: str, reason: str, *, text: str, actor: str) -> None:
        """Note that a verdict was not accepted; the reply itself is kept as a hash only.

        Raises:
            InputError: No reason is given.
        """
        if not reason.strip():
            raise InputError("请写明推翻的理由。")
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        data = {"reason": self._masker.mask(reason.strip()).text, "reply": digest}
        self._library.store.journal.note(OVERRULE, rule, data, actor=actor)

    def overrulings(self) -> list[Overruling]:
        """Return every verdict that was not accepted, oldest first."""
        return [
            Overruling(note.subject, str(note.data["reason"]), note.actor, note.at)
            for note in self._library.store.journal.notes(OVERRULE)
        ]

    def overruled(self) -> list[OverruledRule]:
        """Return the rules whose verdicts were not accepted, the most often first."""
        by_rule: dict[str, list[Overruling]] = {}
        for item in self.overrulings():
            by_rule.setdefault(item.rule, []).append(item)
        soft = _soft(item.rule for some in by_rule.values() for item in some)
        found = [
            OverruledRule(rule, len(some), some[-1].reason, rule in soft)
            for rule, some in by_rule.items()
        ]
        return sorted(found, key=lambda item: (-item.count, item.rule))

    def _checker(self) -> Checker:
        generation = self._library.store.generation()
        soft = _soft(item.rule for item in self.overrulings())
        if self._held is None or self._made != (generation, soft):
            self._held, self._made = self._renewed(soft), (generation, soft)
        return self._held[2]

    def _renewed(self, soft: frozenset[str]) -> tuple[list[Wording], frozenset[str], Checker]:
        """Return a checker of today's wordings; the same one if none of them has changed.

        A new one embeds all wordings anew, which takes seconds.
        """
        where = Filter(kinds=(Kind.WORDING,), statuses=(Status.PUBLISHED, Status.RETIRED))
        found = self._library.store.records(where)
        self._wordings = {record.id: wording_of(record.meta) for record in found}
        current = [self._wordings[r.id] for r in found if r.status is Status.PUBLISHED]
        if self._held is not None and self._held[:2] == (current, soft):
            return self._held
        checker = Checker(
            self._library.encoder,
            judge=self._judge(),
            masker=self._masker,
            wordings=current,
            demoted=soft,
        )
        return current, soft, checker

    def _try_item(self, reply: Reply, checker: Checker) -> Item | TousuError:
        try:
            return self._item(reply, checker)
        except TousuError as error:
            return error

    def _item(self, reply: Reply, checker: Checker) -> Item:
        if not reply.text.strip():
            raise InputError("回复内容是空的，没有可以检查的文字。")
        if len(reply.text) > LONGEST:
            raise InputError(f"回复有 {len(reply.text)} 字，超过上限 {LONGEST} 字。")
        wanted = reply.wording
        if not wanted:
            ranked = checker.rank(reply.text, reply.as_of)
            if not ranked:
                raise NotFoundError(f"{reply.as_of} 没有可用的口径，请先导入口径。")
            wanted = ranked[0][0]
        if wanted not in self._wordings:
            raise InputError(f"没有编号为 {wanted} 的口径。")
        if reply.urgency is not None and reply.urgency not in self._hours:
            raise InputError(f"紧急程度“{reply.urgency}”不认识，应为{'、'.join(self._hours)}。")
        try:
            self._wordings[wanted].on(reply.as_of)
        except NotFoundError as error:
            raise InputError(str(error)) from error
        hours = None if reply.urgency is None else self._hours[reply.urgency] or AT_ONCE_HOURS
        return Item(self._wordings[wanted], reply.text, reply.as_of, hours)


def _soft(overruled: Iterable[str]) -> frozenset[str]:
    return demoted(overruled, default_rules().values["overruled"])
