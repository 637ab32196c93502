"""Facet counts and the first page of the library, over many cases.

    python -m benchmarks.library_page [CASES]

Rows go straight into a store of its own; the page reads no vectors, so none are made.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks.machine import save
from cases.categories import load_categories
from indexing.store.engine import open_engine
from indexing.store.facets import Order, Selection, cards_of
from indexing.store.schema import cards, records
from indexing.store.store import Store

CHANNELS = ("10086热线", "营业厅", "网上营业厅", "短信营业厅", "信函", "客户经理")
CAUSES = ("", "覆盖不足", "设备故障", "规则误解", "办理差错", "客户侧")
STATUSES = ("published",) * 8 + ("draft", "retired")
GRADES = ("特急", "紧急", "一般")
WORDS = ("断网", "掉线", "扣费", "串线", "违约金", "携号转网", "弱覆盖", "漫游", "退订", "积分")
TEXT_CHARS = 900  # as long as the shipped cases are
ROUNDS = 15
BATCH = 5000

SHELVES = {
    "first page, cases": Selection(chosen={"kind": ("case",), "status": ("published",)}),
    "all kinds and states": Selection(),
    "typed word": Selection("漫游", {"kind": ("case",)}),
    "typed word that nothing holds": Selection("红烧肉"),
    "category and urgency": Selection(
        chosen={"category": ("N/漫游",), "urgency": ("紧急", "特急")}
    ),
    "two tags": Selection(chosen={"tag": ("标签1", "断网"), "kind": ("case",)}),
    "by urgency": Selection(order=Order.URGENCY, grades=GRADES),
    "by title": Selection(order=Order.TITLE),
}


def main() -> None:
    """Fill a store, measure, save."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'tousu.db'}"
        store = Store(address)
        begun = time.perf_counter()
        fill(address, many)
        filled = time.perf_counter() - begun
        milliseconds = {name: measure(store, choice) for name, choice in SHELVES.items()}
        size = (Path(folder) / "tousu.db").stat().st_size / 2**20
        store.close()
    worst = max(figures["worst"] for figures in milliseconds.values())
    save(
        "library_page",
        {
            "cases": many,
            "store_mb": round(size),
            "fill_seconds": round(filled, 1),
            "milliseconds": milliseconds,
            "limit_ms": 300,
            "worst_ms": worst,
        },
    )


def fill(address: str, many: int) -> None:
    """Write ``many`` cases with their cards."""
    chance = random.Random(1)
    engine = open_engine(address)
    for first in range(0, many, BATCH):
        rows = [row(number, chance) for number in range(first, min(first + BATCH, many))]
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.execute(insert(records), rows)
            connection.execute(insert(cards), [card for row in rows for card in cards_of(row)])
    engine.dispose()


def row(number: int, chance: random.Random) -> dict[str, Any]:
    """Return one case; tags, categories and days are spread unevenly, as in life."""
    day = date(2021, 1, 1) + timedelta(days=int(2100 * chance.random() ** 0.5))
    word = chance.choice(WORDS)
    tags = {word, f"标签{int(400 * chance.random() ** 3)}", f"标签{chance.randrange(400)}"}
    return {
        "id": f"C-SYN-{number:06d}",
        "kind": "case" if number % 50 else "policy",
        "title": f"客户反映{word}问题第{number}例{chance.choice(WORDS)}核查",
        "text": chance.choice(WORDS) * (TEXT_CHARS // 2),
        "status": chance.choice(STATUSES),
        "category": chance.choice(load_categories().all),
        "urgency": chance.choices(GRADES, (1, 4, 15))[0],
        "valid_from": day,
        "source": "",
        "file_name": "",
        "meta": {
            "tags": sorted(tags),
            "channel": chance.choice(CHANNELS),
            "cause": chance.choice(CAUSES),
        },
        "content_hash": "",
        "generation": 1,
        "updated_at": "",
    }


def measure(store: Store, choice: Selection) -> dict[str, float]:
    """Return the median and the worst time of a shelf, and the processor's share, in ms.

    The first round counts. On a busy machine the processor's time is what an idle one would take.
    """
    took, busy = [], []
    for _ in range(ROUNDS):
        begun, worked = time.perf_counter(), time.process_time()
        store.browse(choice)
        took.append(1000 * (time.perf_counter() - begun))
        busy.append(1000 * (time.process_time() - worked))
    return {
        "median": round(statistics.median(took), 1),
        "worst": round(max(took), 1),
        "processor": round(statistics.median(busy), 1),
    }


if __name__ == "__main__":
    main()
