"""Warnings on simulated series, hot issues of 20,000 orders, volumes of 1,000,000 orders.

    python -m benchmarks.surges

Series have a weekly pattern and days that swing beyond chance; the seeds are fixed. A false alarm
is any raised level on a series without a surge, counted after the weeks that the baseline needs. A
delay of 1 means: on the second day of the surge. Vectors of the hot issues are drawn, not encoded.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.machine import save
from benchmarks.shipped import TEST, read
from benchmarks.simulated import Counts, Plan, draw
from cases.surges.ratios import overdue_share, repeat_share, wan_tou_bi
from cases.surges.rules import load_rules
from cases.surges.tickets import By, TicketRow, Tickets, Window, Words
from cases.surges.topics import Passages, hot_topics
from cases.surges.volumes import volumes
from cases.surges.warnings import NO_LEVEL, Watched, watch
from desk.calibrating import QUERIES
from indexing.tokens import Tokenizer

FIRST = date(2026, 1, 5)  # a Monday, as the weekly pattern has it
RATES = (2, 5, 20, 100, 500)
QUIET = {
    "weekly pattern, swing 15 %": Plan(1),
    "swing 30 %": Plan(1, swing=0.3),
    "growing 20 % in 30 days": Plan(1, drift=0.2),
}
SAID = [query["text"] for query in read(QUERIES) + read(TEST)]
BEGUN, LASTS = 91, 14


def main() -> None:
    """Print and save the figures."""
    quiet = {
        name: {rate: _false(replace(plan, rate=rate)) for rate in RATES}
        for name, plan in QUIET.items()
    }
    found = {
        "series": {"quiet": len(RATES) * 60 * len(QUIET), "days": 182},
        "false_alarms_a_month_and_series": quiet,
        "alarms_after_one_odd_day": {rate: _odd_day(rate) for rate in RATES},
        "planted": {
            factor: {rate: _delay(rate, factor) for rate in RATES} for factor in (1.5, 2, 3, 5)
        },
        "watch_2000_series_90_days": _timed(lambda: _watched(draw(Plan(5, 2000, 90), 9)))[0],
        "hot_topics_20000": _topics(),
        "columns_1000000": _columns(),
    }
    save("surges", found)


def _watched(counts: Counts) -> Watched:
    series = {str(n): counts[:, n].tolist() for n in range(counts.shape[1])}
    return watch(FIRST, series, load_rules().watch)


def _raised(counts: Counts) -> list[tuple[str, int, str]]:
    """Return series, day and level of each raise."""
    order = [NO_LEVEL, *(rule.name for rule in load_rules().watch.levels)]
    return [
        (change.key, (change.day - FIRST).days, change.after)
        for change in _watched(counts).log
        if order.index(change.after) > order.index(change.before)
    ]


def _false(plan: Plan) -> dict[str, float]:
    raised = _raised(draw(plan, 1))
    months = plan.many * (plan.days - 7 * load_rules().watch.min_weeks) / 30
    severe = sum(level != "黄" for _, _, level in raised)
    return {"all": round(len(raised) / months, 4), "above 黄": round(severe / months, 4)}


def _odd_day(rate: float) -> int:
    """Return alarms in the week of a single day of four times the rate, over 60 series."""
    raised = _raised(draw(Plan(rate, factor=4, planted=(BEGUN, BEGUN + 1)), 3))
    return len({key for key, day, _ in raised if BEGUN <= day < BEGUN + 7})


def _delay(rate: float, factor: float) -> dict[str, float | None]:
    plan = Plan(rate, factor=factor, planted=(BEGUN, BEGUN + LASTS))
    delays: dict[str, int] = {}
    for key, day, _ in _raised(draw(plan, 2)):
        if BEGUN <= day < BEGUN + LASTS:
            delays[key] = min(delays.get(key, LASTS), day - BEGUN)
    median = float(np.median(list(delays.values()))) if delays else None
    mean = round(float(np.mean(list(delays.values()))), 2) if delays else None
    return {"found": round(len(delays) / plan.many, 3), "median_days": median, "mean_days": mean}


def _topics() -> dict[str, Any]:
    """Cluster 20,000 orders of 150 matters against 20,000 before, three matters fivefold."""
    random = np.random.default_rng(4)
    middles = random.normal(size=(150, 384)) + 3 * random.normal(size=384)
    weight = random.dirichlet(np.full(150, 2.0))
    grown = np.array([11, 57, 123])
    weight[grown] = 0.002
    window = _passages(random, middles, np.where(np.isin(np.arange(150), grown), 0.01, weight))
    before = _passages(random, middles, weight)
    rules, tokens = load_rules().topics, Tokenizer().tokens
    tokens("先读词典")
    start = _megabytes()
    seconds, topics = _timed(lambda: hot_topics(window, before, tokens, rules))
    first = {topic.text.split()[-1] for topic in topics[: len(grown)]}
    return {
        "seconds": seconds,
        "peak_memory_mb": round(_megabytes()),
        "of_which_clustering_mb": round(_megabytes() - start),
        "topics": len(topics),
        "matters": 150,
        "named_by_their_own_word": sum(topic.text.split()[-1] in topic.words for topic in topics),
        "grown_matters_among_the_first_three": len(first & {f"matter{n}" for n in grown}),
    }


def _passages(random: np.random.Generator, middles: Any, weight: Any) -> Passages:
    matter = random.choice(len(middles), 20_000, p=weight / weight.sum())
    vectors = (middles[matter] + 0.9 * random.normal(size=(20_000, 384))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    said = random.choice(SAID, (20_000, 3))
    texts = [f"{'，'.join(said[n])} matter{m}" for n, m in enumerate(matter)]
    return Passages(vectors, texts, [f"T{n}" for n in range(20_000)])


def _columns() -> dict[str, float]:
    random = np.random.default_rng(5)
    drawn = random.integers(0, [365, 43, 120, 7, 600_000, 5], (1_000_000, 6)).tolist()
    rows = [
        TicketRow(
            f"T{n}",
            FIRST + timedelta(days=day),
            f"N/类{category}",
            f"区{area}",
            f"渠道{channel}",
            f"h{customer}",
            FIRST + timedelta(days=day + took),
            FIRST + timedelta(days=day + 3),
            took < 1,
        )
        for n, (day, category, area, channel, customer, took) in enumerate(drawn)
    ]
    window, now = (
        Window(date(2026, 10, 1), date(2026, 12, 31)),
        datetime.fromisoformat("2027-01-01"),
    )
    read, tickets = _timed(lambda: Tickets.of(rows))
    days = load_rules().ratios.repeat_days
    areas = _timed(lambda: volumes(tickets, window, By.AREA))
    return {
        "read_rows_s": read,
        "columns_mb": round(_bytes(tickets) / 2**20),
        "volumes_by_category_s": _timed(lambda: volumes(tickets, window, By.CATEGORY))[0],
        "volumes_by_area_s": areas[0],
        "wan_tou_bi_s": _timed(lambda: wan_tou_bi(tickets, window, 10_000_000))[0],
        "overdue_s": _timed(lambda: overdue_share(tickets, window, now))[0],
        "repeat_s": _timed(lambda: repeat_share(tickets, window, days))[0],
        "watch_by_area_s": _timed(lambda: _watched(areas[1].table))[0],
    }


def _bytes(tickets: Tickets) -> int:
    columns = list(vars(tickets).values())
    words = [column for column in columns if isinstance(column, Words)]
    arrays = [column for column in columns if isinstance(column, np.ndarray)]
    texts = [*tickets.id, *(name for column in words for name in column.names)]
    held = sum(array.nbytes for array in (*arrays, *(column.codes for column in words)))
    return held + sum(map(sys.getsizeof, texts))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return round(time.perf_counter() - begun, 3), found


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
