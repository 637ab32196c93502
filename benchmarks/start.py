"""From starting the program to the first answer, and an answer once it is warm.

    python -m benchmarks.start

Needs a home that ``tousu build`` has filled; each start is a process of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.machine import save
from desk.assistant import Assistant
from desk.settings import load_settings

QUERY = "家里打电话断断续续，换了手机和卡也一样"


def main() -> None:
    """Measure, save."""
    starts = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "desk.cli", "answer", QUERY], capture_output=True)
        starts.append(time.perf_counter() - begun)
    assistant = Assistant.open(load_settings())
    warm = []
    for _ in range(20):
        begun = time.perf_counter()
        assistant.answer(QUERY)
        warm.append(1000 * (time.perf_counter() - begun))
    save(
        "start",
        {
            "passages": assistant.counts()["passages"],
            "start_to_first_answer_seconds": round(statistics.median(starts), 2),
            "warm_answer_ms": round(statistics.median(warm), 1),
        },
    )


if __name__ == "__main__":
    main()
