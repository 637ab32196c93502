"""Fuzzing the readers: mutated files of every format end in text or in a typed error."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.machine import save
from indexing.errors import TousuError
from indexing.formats import Limits, extract
from tests.indexing.formats import samples

_SEED = 20261122
_WORKERS = 2


def mutated(raw: bytes, rng: random.Random) -> bytes:
    """Return ``raw`` flipped, cut, swapped or grown in one to eight places."""
    data = bytearray(raw)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data)) if data else 0
        kind = rng.choice(("flip", "swap", "insert", "truncate"))
        if kind == "flip" and data:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == "swap" and data:
            other = rng.randrange(len(data))
            data[at], data[other] = data[other], data[at]
        elif kind == "insert":
            data[at:at] = rng.randbytes(rng.randint(1, 32))
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def originals(folder: Path) -> dict[str, bytes]:
    """Return one sample of each format by its suffix."""
    writers: dict[str, Callable[[Path], Path]] = {
        ".docx": samples.docx,
        ".pptx": samples.pptx,
        ".xlsx": samples.xlsx,
        ".pdf": samples.pdf,
    }
    made = {suffix: write(folder / f"o{suffix}").read_bytes() for suffix, write in writers.items()}
    texts = {
        ".html": samples.HTML,
        ".csv": "工单号,内容\nA1,断网\n",
        ".md": "# 办法\n\n第一条 先安抚。\n",
        ".txt": "第一条 先安抚。\n",
    }
    return made | {suffix: text.encode() for suffix, text in texts.items()}


def outcome(path: Path) -> str:
    """Return "ok", the name of a typed error, or "!" and the name of anything else."""
    try:
        extract(path, path.name, Limits())
    except TousuError as error:
        return type(error).__name__
    except Exception as error:
        return f"!{type(error).__name__}"
    return "ok"


def main(count: int = 2000) -> None:
    """Fuzz ``count`` files, the formats taking turns."""
    rng = random.Random(_SEED)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kinds = list(originals(folder).items())
        paths = []
        for i in range(count):
            suffix, raw = kinds[i % len(kinds)]
            path = folder / f"f{i}{suffix}"
            path.write_bytes(mutated(raw, rng))
            paths.append(path)
        with ThreadPoolExecutor(_WORKERS) as pool:
            found = Counter(pool.map(outcome, paths))
    untyped = sum(n for kind, n in found.items() if kind.startswith("!"))
    report = {
        "files": count,
        "seed": _SEED,
        "ok": found["ok"],
        "typed_errors": count - found["ok"] - untyped,
        "anything_else": untyped,
        "by_outcome": dict(sorted(found.items())),
        "seconds": round(time.perf_counter() - started, 1),
    }
    save("fuzz_formats", report)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
