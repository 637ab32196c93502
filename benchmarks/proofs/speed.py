"""Opening a large library, catching up with an import, and how soon another process sees a write.

python -m benchmarks.proofs.speed [PASSAGES]
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.proofs.house import ANY, Bigrams, make_record, open_house
from indexing.library import Library

DIM = 384  # of the default model
PART = 20_000  # passages


def _seconds(action: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = action()
    return round(time.perf_counter() - begun, 2), found


def _open(home: Path) -> Library:
    return open_house(home, Bigrams(dim=DIM))


def measure(passages: int) -> dict[str, Any]:
    """Fill a library with records of about two passages each, and measure."""
    dice = random.Random(5)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        library = _open(home)
        records = passages // 2
        for first in range(0, records, PART):
            some = range(first, min(first + PART, records))
            library.write((make_record(n, dice) for n in some), actor="proof")
        library.compact()
        library.store.close()
        opening = []
        for _ in range(3):
            seconds, library = _seconds(lambda: _open(home))
            opening.append(seconds)
        other = _open(home)
        more = [make_record(records + n, dice) for n in range(1000)]
        other.write(more, actor="proof")
        behind, _ = _seconds(library.snapshot)
        seen = []
        for number in range(5):
            other.write([make_record(records + 2000 + number, dice)], actor="proof")
            seen.append(_seconds(lambda: library.search("宽带掉线", [ANY]))[0])
        held = len(library.snapshot())
        check, _ = _seconds(library.store.damage)
    return {
        "passages": held,
        "opening_seconds": statistics.median(opening),
        "of_which_sqlite_quick_check_seconds": check,
        "catching_up_1000_records_seconds": behind,
        "first_search_after_another_connections_write_seconds": max(seen),
    }


def main() -> None:
    """Measure, save."""
    save("proof_speed", measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))


if __name__ == "__main__":
    main()
