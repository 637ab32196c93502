"""Corrupt each file in many ways: what is derived is rebuilt, a damaged database refuses.

python -m benchmarks.proofs.corruption [TIMES_EACH]
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.proofs.house import ANY, QUERIES, make_record, open_house
from indexing import snapshots
from indexing.errors import TousuError
from indexing.records import Filter

DATABASE = "tousu.db"
KINDS = ("flip", "truncate", "swap", "stale")
FILTERS = (ANY, Filter(categories=("B",)))


def make_homes(folder: Path) -> tuple[Path, Path]:
    """Make a home and, of the same store, an older one."""
    new, old, dice = folder / "new", folder / "old", random.Random(3)
    new.mkdir()
    for number in range(2):
        library = open_house(new)
        records = [make_record(12 * number + n, dice) for n in range(12)]
        library.write(records, actor="proof")
        library.compact()
        library.store.close()
        if number == 0:
            shutil.copytree(new, old)
    return new, old


def files_of(home: Path) -> list[Path]:
    """Return the database and every file of the snapshot, relative to the home."""
    found = [home / DATABASE, *sorted((home / "index").glob("*/*"))]
    return [path.relative_to(home) for path in found]


def answers(home: Path) -> Any:
    """Open the library; return whether it used its snapshot, and all that it can say."""
    library = open_house(home)
    try:
        used = snapshots.load(home / "index", library._identity) is not None
        found = [[r.hits for r in library.search(text, FILTERS)] for text in QUERIES]
        return used, found, library.store.records(ANY), library.store.record("C-00001")
    finally:
        library.store.close()


def corrupt(path: Path, kind: str, other: Path, older: Path, dice: random.Random) -> bool:
    """Change a file; tell whether it is another file now."""
    before = path.read_bytes()
    after = bytearray(before)
    if kind == "flip":
        after[dice.randrange(len(after))] ^= 1 << dice.randrange(8)
    elif kind == "truncate":
        del after[dice.randrange(len(after)) :]
    else:
        after = bytearray((other if kind == "swap" else older).read_bytes())
    path.write_bytes(after)
    return bytes(after) != before


def prove(times: int) -> dict[str, dict[str, Any]]:
    """Corrupt each artefact ``times`` times; count what came of it."""
    dice = random.Random(4)
    with tempfile.TemporaryDirectory() as folder:
        new, old = make_homes(Path(folder))
        wanted, before = answers(new), answers(old)
        report = {}
        for name in files_of(new):
            results: Counter[str] = Counter()
            for number in range(times):
                home = Path(folder) / "home"
                shutil.copytree(new, home)
                kind = KINDS[number % len(KINDS)] if number < 8 else dice.choice(KINDS[:2])
                other = home / dice.choice([f for f in files_of(home) if f != name])
                older = next(old.glob(f"**/{name.name}"))
                if corrupt(home / name, kind, other, older, dice):
                    answer = _outcome(home, wanted, before)
                    results[f"{kind}: {answer}"] += 1
                shutil.rmtree(home)
            report[name.name] = dict(sorted(results.items()))
            print(name.name, report[name.name], flush=True)
    return report


def _outcome(home: Path, wanted: Any, before: Any) -> str:
    try:
        used, *said = answers(home)
    except TousuError as error:
        return f"refused, {type(error).__name__}"
    except Exception as error:  # whatever is untyped is a finding
        return f"BUG {type(error).__name__}"
    if tuple(said) == wanted[1:]:
        return "right, snapshot used" if used else "right, rebuilt"
    return "right for its older generation" if tuple(said) == before[1:] else "WRONG"


def main() -> None:
    """Corrupt, save."""
    save("proof_corruption", prove(int(sys.argv[1]) if len(sys.argv) > 1 else 500))


if __name__ == "__main__":
    main()
