"""How many replies a second the check takes, by its parts, and whether memory stays flat."""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import kb.checking.checker as engine
from kb.checking import Checker, Item
from kb.wording import Wording

_PARTS = {
    "points": ("find_point", "said_by_values"),
    "forbidden": ("find_forbidden", "find_by_meaning"),
    "slots": ("find_slots",),
    "reading": ("read_text",),
    "advice": ("advise",),
}
_LENGTHS = (70, 130)  # characters of the replies that are taken


def measure(
    checker: Checker, rows: Sequence[dict[str, Any]], wordings: dict[str, Wording], count: int
) -> dict[str, Any]:
    """Check ``count`` replies made from ``rows``, every figure in them drawn anew."""
    items = list(_items(rows, wordings, count))
    checker.check_many(items[:512])  # paraphrases are encoded before the clock starts
    spent: dict[str, float] = defaultdict(float)
    memory, begun = [_resident()], time.perf_counter()
    with _timed(checker, spent):
        for start in range(0, count, engine.BLOCK):
            checker.check_many(items[start : start + engine.BLOCK])
            memory.append(_resident())
    seconds = time.perf_counter() - begun
    parts = {name: round(value / seconds, 3) for name, value in spent.items()}
    return {
        "replies": count,
        "characters_mean": round(sum(len(i.reply) for i in items) / count, 1),
        "seconds": round(seconds, 1),
        "replies_per_second": round(count / seconds, 1),
        "share_of_time": parts | {"other": round(1 - sum(parts.values()), 3)},
        "memory_mb": {"start": memory[0], "end": memory[-1], "most": max(memory)},
    }


def _items(
    rows: Sequence[dict[str, Any]], wordings: dict[str, Wording], count: int
) -> Iterator[Item]:
    draw = random.Random(6)
    fit = [row for row in rows if _LENGTHS[0] <= len(row["reply"]) <= _LENGTHS[1]]
    for _ in range(count):
        row = draw.choice(fit)
        reply = re.sub(r"\d", lambda _match: str(draw.randrange(1, 10)), row["reply"])
        yield Item(wordings[row["wording"]], reply, date.fromisoformat(row["as_of"]))


@contextmanager
def _timed(checker: Checker, spent: dict[str, float]) -> Iterator[None]:
    """Add up the time of the parts in ``spent``, in seconds, while the block runs."""
    kept = {name: getattr(engine, name) for names in _PARTS.values() for name in names}
    own = {"encoding": "_encode", "judging": "_judged"}
    methods = {name: getattr(checker, name) for name in own.values()}
    try:
        for part, names in _PARTS.items():
            for name in names:
                setattr(engine, name, _counting(kept[name], part, spent))
        for part, name in own.items():
            setattr(checker, name, _counting(methods[name], part, spent))
        yield
    finally:
        for name, function in kept.items():
            setattr(engine, name, function)
        for name in methods:
            delattr(checker, name)


def _counting(
    function: Callable[..., Any], part: str, spent: dict[str, float]
) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[part] += time.perf_counter() - begun

    return timed


def _resident() -> int:
    """Return the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * 4096 // 2**20
