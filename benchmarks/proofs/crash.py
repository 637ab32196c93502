"""kill -9 at random points, and at every k-th write, fsync and rename.

python -m benchmarks.proofs.crash [RANDOM_POINTS]
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.proofs.harness import (
    Told,
    injected,
    killed_after,
    look_over,
    resume,
    run_child,
)

CALLS = ("pwrite64,write", "fsync,fdatasync", "rename,renameat,renameat2")
STEPS_TRACED = 4
CHAIN = 25  # kills in a row that one home goes through


def random_points(number: int, seed: int = 1) -> dict[str, Any]:
    """Kill at ``number`` random moments; return counts and what was wrong."""
    dice = random.Random(seed)
    wrong: list[str] = []
    acknowledged = interrupted = 0
    with tempfile.TemporaryDirectory() as folder:
        home, texts = Path(folder), dict[str, str]()
        for point in range(number):
            if point % CHAIN == 0:
                home, texts = Path(tempfile.mkdtemp(dir=folder)), {}
            told = run_child(
                home,
                texts,
                dice.randrange(10**9),
                killed_after(dice.random() * 0.25, opened=point % 4 > 0),
            )
            found, texts = look_over(home, texts, told)
            wrong += [f"{point}: {what}" for what in (*found, *told.bugs, *told.errors)]
            acknowledged += len(told.done)
            interrupted += told.begun is not None
    return {
        "kills": number,
        "acknowledged_steps": acknowledged,
        "killed_within_a_step": interrupted,
        "wrong": wrong,
    }


def every_call(
    calls: str, fault: str, places: int | None = None
) -> tuple[int, list[Told], list[str]]:
    """Put ``fault`` at the first, second, … of ``calls``: ``places`` times, or to the work's end.

    Returns the number of places, what each child said, and what was wrong.
    """
    place, tolds, wrong = 0, [], []
    while places is None or place < places:
        place += 1
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            _, texts = look_over(home, {}, run_child(home, {}, 7, resume, STEPS_TRACED))
            end = injected(calls, fault, place)
            told = run_child(home, texts, place, end, STEPS_TRACED)
            found, _ = look_over(home, texts, told)
        wrong += [f"{calls} {place}: {what}" for what in (*found, *told.bugs)]
        tolds.append(told)
        if places is None and len(told.done) == STEPS_TRACED:
            break
    return place, tolds, wrong


def main() -> None:
    """Kill, save."""
    found: dict[str, Any] = {}
    if shutil.which("strace"):
        for calls in CALLS:
            places, _, wrong = every_call(calls, "signal=KILL")
            found[calls] = {"places": places, "wrong": wrong}
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    save("proof_crash", {"at_every": found, "random": random_points(points)})


if __name__ == "__main__":
    main()
