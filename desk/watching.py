"""Trends over the work orders in the store: volumes, ratios, warnings, hot issues, gaps."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from cases.surges.ratios import (
    Ratio,
    first_answer_resolution,
    overdue_share,
    repeat_share,
    wan_tou_bi,
)
from cases.surges.rules import load_rules
from cases.surges.tickets import By, Only, TicketRow, Tickets, Window
from cases.surges.topics import Gap, Passages, Topic, hot_topics, knowledge_gaps
from cases.surges.volumes import Volumes, orders, volumes
from cases.surges.warnings import Watched, watch
from indexing.library import Library
from indexing.masking import Masker
from indexing.records import Filter, Hit, Kind, Record

COLUMNS_FILE = "trends.npz"  # a head start, like the index
QUESTIONS_FILE = "questions.jsonl"
_MOST_QUESTIONS = 20_000
_WORTH_KEEPING = 20_000  # new work orders
_META = ("accepted_at", "area", "channel", "customer_hash", "closed_at", "due_at")
_FLAGS = ("solved", "repeat")
_TOPIC_CHARS = 200


@dataclass(frozen=True)
class Overview:
    """What a page of trends shows for a window."""

    window: Window
    count: int
    volumes: dict[By, Volumes]
    ratios: tuple[Ratio, ...]
    watched: dict[By, Watched]


@dataclass(frozen=True)
class HotTopic:
    """A hot issue with the clause that is nearest to it, if there is any in force."""

    topic: Topic
    clause: Hit | None


class Watching:
    """Watches the work orders of one library; columns are read once and then kept up."""

    def __init__(self, library: Library, masker: Masker, home: Path) -> None:
        self._library = library
        self._masker = masker
        self._questions = home / QUESTIONS_FILE
        self._kept = home / COLUMNS_FILE
        self._generation = -1
        self._tickets = Tickets.of(())
        self._lock = threading.Lock()

    def tickets(self) -> Tickets:
        """Return the columns of all work orders whose time of acceptance is known."""
        if self._library.store.generation() == self._generation:
            return self._tickets
        with self._lock:  # one of several lookers reads, the others wait for it
            if self._generation < 0:
                self._open()
            if self._library.store.generation() != self._generation:
                self._catch_up()
            return self._tickets

    def _open(self) -> None:
        lineage, current = self._library.store.lineage(), self._library.store.generation()
        kept = Tickets.load(self._kept)
        if kept is not None:
            owner, _, generation = kept[1].partition(" ")
            if owner == lineage and int(generation) <= current:
                self._tickets, self._generation = kept[0], int(generation)

    def _catch_up(self) -> None:
        store = self._library.store
        generation = store.generation()
        changed = store.columns(Kind.TICKET, _META, _FLAGS, since=self._generation)
        rows = [row for row in map(_row, changed) if row[1]]
        gone = store.deleted_since(self._generation) | {row.id for row in changed}
        if rows or gone:
            self._tickets = self._tickets.updated(gone, Tickets.of(rows))
        self._generation = generation
        if len(rows) > _WORTH_KEEPING:
            self._tickets.save(self._kept, f"{store.lineage()} {generation}")

    def span(self) -> Window | None:
        """Return the days from the first work order to the last, or nothing if there is none."""
        days = self.tickets().day
        if not len(days):
            return None
        return Window(days.min().astype(object), days.max().astype(object))

    def overview(self, window: Window, only: Only, users: int | None, now: datetime) -> Overview:
        """Return volumes and ratios of the window, and the warnings in force at its end.

        ``users`` is the number of users in the chosen area, without which there is no 万投比.
        """
        tickets = self.tickets()
        repeats = load_rules().ratios.repeat_days
        return Overview(
            window,
            int(tickets.chosen(window, only).sum()),
            {by: volumes(tickets, window, by, only) for by in By},
            (
                wan_tou_bi(tickets, window, users, only),
                first_answer_resolution(tickets, window, only),
                overdue_share(tickets, window, now, only),
                repeat_share(tickets, window, repeats, only),
            ),
            {by: self._watch(tickets, by, only, window, now) for by in (By.CATEGORY, By.AREA)},
        )

    def _watch(
        self, tickets: Tickets, by: By, only: Only, window: Window, now: datetime
    ) -> Watched:
        """Walk all whole days up to the window's end; a day that goes on is no day yet."""
        rules = load_rules().watch
        last = min(window.last, now.date() - timedelta(days=1))
        span = self.span()
        if span is None or last < span.first:
            return Watched((), (), ())
        reach = timedelta(weeks=rules.lookback_weeks + rules.weeks, days=window.days)
        whole = Window(max(span.first, last - reach), last)
        counted = volumes(tickets, whole, by, only)
        series = {key: counted.table[:, n].tolist() for n, key in enumerate(counted.keys) if key}
        return watch(whole.first, series, rules)

    def orders(self, window: Window, only: Only, top: int = 100) -> list[Record]:
        """Return up to ``top`` work orders behind a count, the latest first."""
        ids = orders(self.tickets(), window, only, top)
        return self._library.store.records_of(ids)

    # -- hot issues ------------------------------------------------------------------------------

    def topics(self, window: Window, only: Only) -> list[HotTopic]:
        """Return the hot issues of a window against the one before, with the nearest clause."""
        tickets = self.tickets()
        now, before = (self._passages(tickets, part, only) for part in (window, window.before()))
        found = hot_topics(now, before, self._library.tokenizer.tokens, load_rules().topics)
        return [HotTopic(topic, self._clause(topic.text, window.last)) for topic in found]

    def _clause(self, text: str, day: date) -> Hit | None:
        where = Filter(kinds=(Kind.POLICY,), as_of=day)
        [result] = self._library.search(text[:_TOPIC_CHARS], [where], limit=1)
        return next(iter(result.hits), None)

    def _passages(self, tickets: Tickets, window: Window, only: Only) -> Passages:
        """Return the first passage of each work order of a window: what the customer said."""
        wanted = set(tickets.id[tickets.chosen(window, only)].tolist())
        first: dict[str, tuple[int, Any]] = {}
        for part in self._library.snapshot().parts:
            words = part.columns.words["record_id"]
            codes = np.array([words[name] for name in wanted if name in words], dtype=np.int32)
            rows = np.flatnonzero(part.live & np.isin(part.columns.codes["record_id"], codes))
            names = {code: name for name, code in words.items()}
            owners = part.columns.codes["record_id"][rows].tolist()
            vectors = part.segment.vectors(rows)
            for owner, passage, vector in zip(
                owners, part.segment.ids[rows].tolist(), vectors, strict=True
            ):
                first.setdefault(str(names[owner]), (passage, vector))
        rows_of = self._library.store.passage_rows([passage for passage, _ in first.values()])
        kept = {name: pair for name, pair in first.items() if pair[0] in rows_of}
        stacked = [vector for _, vector in kept.values()]
        shape = (0, self._library.encoder.dim)
        return Passages(
            np.stack(stacked) if stacked else np.zeros(shape, np.float32),
            [rows_of[passage].text for passage, _ in kept.values()],
            list(kept),
        )

    # -- knowledge gaps --------------------------------------------------------------------------

    def note_question(self, text: str, score: float) -> None:
        """Note what was asked, masked, with the score of its best hit (0 without one).

        Questions are lines of a file of their own, so that asking never waits for an import.
        """
        line = {"text": self._masker.mask(text.strip()).text, "score": round(score, 4)}
        with self._questions.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    def gaps(self) -> tuple[Gap, ...]:
        """Return the questions that the library answers badly, clustered, most asked first."""
        asked = list(self._asked())[-_MOST_QUESTIONS:]
        if not asked:
            return ()
        texts = [line["text"] for line in asked]
        vectors = self._library.encoder.encode_queries(texts)
        scores = [float(line["score"]) for line in asked]
        rules = load_rules()
        return knowledge_gaps(
            texts, vectors, scores, self._library.tokenizer.tokens, rules.topics, rules.gaps
        )

    def _asked(self) -> Iterator[dict[str, Any]]:
        if not self._questions.exists():
            return
        for line in self._questions.read_text(encoding="utf-8").splitlines():
            try:
                found = json.loads(line)
            except ValueError:  # a line that was cut off
                continue
            if isinstance(found, dict) and {"text", "score"} <= set(found):
                yield found


def _row(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row of the store as a `TicketRow`; no acceptance is an empty day."""
    name, category, accepted, area, channel, customer, closed, due, solved, repeat = values
    return TicketRow(
        name,
        accepted or "",
        category or "",
        area or "",
        channel or "",
        customer or "",
        closed,
        due,
        None if solved is None else bool(solved),
        bool(repeat),
    )


def last_days(days: int, today: date) -> Window:
    """Return the window of ``days`` whole days before ``today``."""
    return Window(today - timedelta(days=days), today - timedelta(days=1))
