"""Batches of replies: checked while their page may be left, kept, reviewed."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from desk.batches.records import (
    CHECKED,
    Action,
    Batch,
    Checked,
    check_rows,
    load_reviews,
    load_rows,
    review,
    save,
)
from desk.batches.sheet import BatchRow, read_batch
from desk.batches.summary import summarise
from desk.checking import ReplyChecks
from indexing.errors import InputError, TousuError
from indexing.formats import Limits
from indexing.masking import Masker
from indexing.store.store import Store

KEPT = 4  # batches whose rows are held in memory

logger = logging.getLogger(__name__)


@dataclass
class Running:
    """A sheet that is being checked; ``batch`` is its id once it is kept, ``error`` why not."""

    name: str
    whole: int
    done: int = 0
    batch: str | None = None
    error: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return self.batch is not None or self.error is not None


class Batches:
    """Checks sheets of replies and keeps what came of them."""

    def __init__(
        self,
        store: Store,
        checks: ReplyChecks,
        masker: Masker,
        limits: Limits,
        *,
        today: Callable[[], date],
        actor: str,
    ) -> None:
        """Check with ``checks``, keep in ``store``; ``today`` is the day of replies without one."""
        self._store = store
        self._checks = checks
        self._masker = masker
        self._limits = limits
        self._today = today
        self._actor = actor
        self._lock = threading.Lock()
        self._rows = lru_cache(KEPT)(lambda batch_id: load_rows(store, batch_id))
        self._missed = cache(self._missed_in)  # no review changes it
        self.running: Running | None = None

    def check(self, path: Path, name: str) -> Batch:
        """Check every reply of a sheet and keep the verdicts as a batch.

        Raises:
            InputError: The file is no table, or has no column of replies.
        """
        return self._kept(name, read_batch(path, name, self._limits, self._today()))

    def start(self, path: Path, name: str) -> Running:
        """Check a sheet in the background; `running` tells how far it is.

        Raises:
            InputError: As `check`, or another sheet is not done yet.
        """
        with self._lock:
            if self.running is not None and not self.running.ended:
                raise InputError(f"正在检查“{self.running.name}”，请等它结束再传下一张。")
            rows = read_batch(path, name, self._limits, self._today())
            running = self.running = Running(name, len(rows))
        threading.Thread(target=self._run, args=(running, rows), daemon=True).start()
        return running

    def _run(self, running: Running, rows: Sequence[BatchRow]) -> None:
        def count(done: int) -> None:
            running.done = done

        try:
            running.batch = self._kept(running.name, rows, count).id
        except TousuError as error:
            running.error = str(error)
        except Exception as error:  # nobody waits for the thread: say it on the page
            logger.exception("批次“%s”没有检查完", running.name)
            running.error = f"“{running.name}”没有检查完，什么也没有保存：{error}。"

    def _kept(
        self, name: str, rows: Sequence[BatchRow], count: Callable[[int], None] = lambda _done: None
    ) -> Batch:
        checked: list[Checked] = []
        for item in check_rows(rows, self._checks, self._masker):
            checked.append(item)
            count(len(checked))
        batch_id = batch_id_of(name, self._today(), self.names())
        save(self._store, batch_id, checked, actor=self._actor)
        return self.get(batch_id)

    def names(self) -> list[str]:
        """Return the kept batches' ids, the newest first."""
        return self._store.journal.subjects(CHECKED)

    def get(self, batch_id: str) -> Batch:
        """Return a kept batch.

        Raises:
            NotFoundError: There is none of this id.
        """
        return Batch(batch_id, self._rows(batch_id), load_reviews(self._store, batch_id))

    def review(self, batch: Batch, row: int, action: Action, reason: str) -> Batch:
        """Note an appeal against a row's verdict, or the decision on one; return the batch anew.

        Raises:
            InputError: The row is not in the batch, or no reason is given.
        """
        hidden = self._masker.mask(reason).text
        review(self._store, batch, row, action, hidden, actor=self._actor)
        return self.get(batch.id)

    def missed_points(self) -> list[tuple[str, str]]:
        """Return wording and point ids that replies missed, the most missed first."""
        counts = sum(map(self._missed, self.names()), Counter[tuple[str, str]]())
        return [pair for pair, _ in counts.most_common()]

    def _missed_in(self, batch_id: str) -> Counter[tuple[str, str]]:
        found = summarise(Batch(batch_id, load_rows(self._store, batch_id))).missed
        return Counter({(wording, point): count for wording, point, _, count in found})


def batch_id_of(name: str, day: date, taken: Iterable[str]) -> str:
    """Return a new batch's id: its file's name and the day, numbered if need be."""
    base = f"{day.isoformat()} {name}"[:110]
    used = set(taken)
    numbers = (f"{base} ({n})" for n in range(2, len(used) + 3))
    return base if base not in used else next(i for i in numbers if i not in used)
