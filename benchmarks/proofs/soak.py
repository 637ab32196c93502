"""Readers, importers and a deleter at once: each answer equals brute force on its generation.

python -m benchmarks.proofs.soak [SECONDS]

Readers are threads of four processes. Brute force reads the store past the program; an answer is
compared where the store stood at the answer's generation both before and after.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.proofs.house import ANY, QUERIES, disagreements, make_record, open_house, stored
from indexing.library import Library

READERS, PROCESSES = 20, 4
WRITERS = ("import 1", "import 2", "delete")


def read(library: Library, home: Path, until: float, counts: Counter[str]) -> None:
    """Search, and compare with brute force wherever the store stood still long enough."""
    dice = random.Random(threading.get_ident())
    while time.time() < until:
        try:
            [result] = library.search(dice.choice(QUERIES), [ANY])
            counts["answers"] += 1
            snapshot = library.snapshot()
            generation, texts, rows = stored(home)
            if snapshot.generation == generation:
                counts["legs compared"] += 1
                counts["WRONG"] += len(disagreements(snapshot, rows))
            if result.generation == generation:
                counts["answers compared"] += 1
                counts["MIXED"] += not {hit.id for hit in result.hits} <= set(texts)
        except Exception as error:  # each is a finding
            counts[f"ERROR {error!r}"] += 1
        time.sleep(0.05)


def write(home: Path, seconds: float, kind: str, start: Any, out: Any) -> None:
    """Import or delete until the time is up."""
    library, dice, counts = open_house(home), random.Random(kind), Counter[str]()
    start.wait()
    until = time.time() + seconds
    while time.time() < until:
        try:
            if kind == "delete":
                ids = sorted(library.store.ids())
                library.delete(dice.sample(ids, min(2, len(ids))), actor=kind)
            else:
                records = {r.id: r for r in (make_record(dice.randrange(150), dice) for _ in "abc")}
                library.write(records.values(), actor=kind)
            counts["writes"] += 1
        except Exception as error:
            counts[f"ERROR {error!r}"] += 1
        time.sleep(dice.uniform(0.05, 0.3))
    out.put(dict(counts))


def readers(home: Path, seconds: float, start: Any, out: Any) -> None:
    """Run one process's share of the readers; report counts, memory and handles."""
    library, counts = open_house(home), Counter[str]()
    start.wait()
    until = time.time() + seconds
    share = READERS // PROCESSES
    threads = [
        threading.Thread(target=read, args=(library, home, until, counts)) for _ in range(share)
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 4)
    early = _usage()
    for thread in threads:
        thread.join()
    out.put(dict(counts) | {"usage": [early, _usage()]})


def _usage() -> dict[str, int]:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"rss_mb": pages * 4096 // 2**20, "handles": len(os.listdir("/proc/self/fd"))}  # noqa: PTH208


def soak(seconds: float) -> dict[str, Any]:
    """Run everything for ``seconds``; return the sums."""
    context = multiprocessing.get_context("spawn")
    out, sums, usage = context.Queue(), Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        home, start = Path(folder), context.Barrier(PROCESSES + len(WRITERS))
        open_house(home).store.close()
        shared = (start, out)
        jobs = [
            *(
                context.Process(target=readers, args=(home, seconds, *shared))
                for _ in range(PROCESSES)
            ),
            *(
                context.Process(target=write, args=(home, seconds, kind, *shared))
                for kind in WRITERS
            ),
        ]
        for job in jobs:
            job.start()
        for _ in jobs:
            found = out.get(timeout=seconds + 300)  # a job that died is an error here
            usage += found.pop("usage", [])
            sums.update(found)
        for job in jobs:
            job.join()
    early, late = usage[::2], usage[1::2]
    return {
        "seconds": seconds,
        "readers": READERS,
        "importers": 2,
        "deleters": 1,
        "counts": dict(sums),
        "a_quarter_in": early,
        "at_the_end": late,
    }


def main() -> None:
    """Soak, save."""
    save("proof_soak", soak(float(sys.argv[1]) if len(sys.argv) > 1 else 600))


if __name__ == "__main__":
    main()
