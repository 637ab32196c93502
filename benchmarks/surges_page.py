"""The trends page and the list of open work orders over a million work orders.

    python -m benchmarks.surges_page [TICKETS]

Rows go straight into a store of its own. "columns" is what the first look
after such an import pays, "first" what a freshly started process pays then, "again" every later
look; memory is the most that the process held.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks.machine import save
from cases.categories import load_categories
from cases.surges.tickets import Only
from desk.assistant import Assistant
from desk.settings import Settings
from desk.watching import last_days
from indexing.store.digests import content_hash, record_mark
from indexing.store.engine import open_engine
from indexing.store.facets import cards_of
from indexing.store.schema import cards, records

NOW = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - as in exports
BATCH = 20_000
ROUNDS = 7
AREAS = tuple(f"第{n}区" for n in range(12))
CHANNELS = ("10086热线", "营业厅", "网上营业厅", "短信营业厅")


def rows(many: int) -> Iterator[dict[str, Any]]:
    """Yield work orders spread over three years; one in 2,000 is still open."""
    dice, categories = random.Random(9), load_categories().all
    for number in range(many):
        at = NOW - timedelta(minutes=1.5 * (many - number) + dice.randrange(600))
        meta: dict[str, Any] = {
            "accepted_at": at.isoformat(timespec="seconds"),
            "area": dice.choice(AREAS),
            "channel": dice.choice(CHANNELS),
            "customer_hash": f"{dice.randrange(many // 3):016x}",
            "closed_at": (at + timedelta(hours=dice.randrange(1, 100))).isoformat(),
            "due_at": (at + timedelta(hours=72)).isoformat(),
            "solved": dice.random() < 0.8,
            "sections": {"description": [8, 28]},
        }
        if number % 2000 == 0:
            meta |= {"status": "处理中", "tags": ["处理中"]}
        values: dict[str, Any] = {
            "id": f"T-GD{number:09d}",
            "kind": "ticket",
            "title": "宽带晚上掉线要求上门",
            "text": "## 投诉描述\n家里宽带每天晚上八点以后掉线要求上门",
            "status": "published",
            "category": dice.choice(categories),
            "urgency": "一般",
            "valid_from": None,
            "valid_until": None,
            "meta": meta,
        }
        yield values


def fill(address: str, many: int) -> None:
    """Write the rows as one import of one generation."""
    engine, batch = open_engine(address), list[dict[str, Any]]()

    def flush() -> None:
        with engine.execution_options(write=True).connect() as connection, connection.begin():
            connection.execute(insert(records), batch)
            connection.execute(insert(cards), [c for row in batch for c in cards_of(row)])
        batch.clear()

    for values in rows(many):
        marks = {"content_hash": content_hash(values), "mark": record_mark(values["id"], values)}
        stamp = {"source": "", "file_name": "", "generation": 1, "updated_at": NOW.isoformat()}
        batch.append(values | marks | stamp)
        if len(batch) == BATCH:
            flush()
    if batch:
        flush()
    engine.dispose()


def main() -> None:
    """Fill, measure, save."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), model="build/model")
        Assistant.open(settings).generation()
        fill(settings.store_address, many)
        begun = time.perf_counter()
        Assistant.open(settings).watching.tickets()
        columns = round(time.perf_counter() - begun, 1)
        desk = Assistant.open(settings)
        month, day = last_days(30, NOW.date()), last_days(1, NOW.date())
        overview = _timed(lambda: desk.watching.overview(month, Only(), None, NOW))
        found = {
            "tickets": many,
            "columns_once_seconds": columns,
            "overview_first_seconds": overview[0],
            "overview_again_seconds": statistics.median(overview[1:]),
            "orders_behind_a_click_seconds": statistics.median(
                _timed(lambda: desk.watching.orders(day, Only(area=AREAS[:1])))
            ),
            "open_orders_seconds": statistics.median(
                _timed(lambda: desk.ticketing.open_orders("处理中", NOW.astimezone()))
            ),
            "memory_mb": _memory(),
        }
    save("surges_page", found)


def _timed(action: Callable[[], Any]) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        action()
        times.append(round(time.perf_counter() - begun, 3))
    return times


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
