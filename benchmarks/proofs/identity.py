"""Twelve ways to open an index that another program, model or store made: none is used as it is.

python -m benchmarks.proofs.identity
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pysqlite3

from benchmarks.machine import save
from benchmarks.proofs.house import Bigrams, Pairs, disagreements, make_record, open_house, stored
from indexing import snapshots
from indexing.errors import TousuError
from indexing.model.protocol import identity_of

Change = Callable[[Path], Any]
_PARTS = {"weights": "a", "query_prefix": "query: ", "pooling": "mean"}


def _named(parts: Mapping[str, object], backend: str = "torch") -> str:
    return identity_of("bigrams", backend, parts)


def _edit(where: str, value: object) -> Change:
    def change(home: Path) -> None:
        [path] = (home / "index").glob("*/manifest.json")
        manifest = json.loads(path.read_text())
        manifest["identity"][where] = value
        path.write_text(json.dumps(manifest))

    return change


def _renumber(home: Path) -> None:
    [folder] = (home / "index").glob("[0-9]*")
    folder.rename(folder.with_name("00000099"))


def _another_store(home: Path) -> None:
    other = Path(tempfile.mkdtemp(dir=home.parent))
    fill(other, seed=2)
    shutil.rmtree(home / "index")
    shutil.copytree(other / "index", home / "index")


def _newer_database(home: Path) -> None:
    connection = pysqlite3.connect(str(home / "tousu.db"))
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()


def fill(home: Path, seed: int = 1) -> None:
    """Store ten records and save a snapshot."""
    dice = random.Random(seed)
    library = open_house(home, Bigrams(_named(_PARTS)))
    library.write([make_record(n, dice) for n in range(10)], actor="proof")
    library.compact()
    library.store.close()


def _nothing(_home: Path) -> None:
    pass


WAYS: dict[str, tuple[Change, Any, Any]] = {
    "another model of the same dimension": (
        _nothing,
        Bigrams(_named(_PARTS | {"weights": "b"})),
        0,
    ),
    "another query prefix": (_nothing, Bigrams(_named(_PARTS | {"query_prefix": ""})), 0),
    "another pooling": (_nothing, Bigrams(_named(_PARTS | {"pooling": "cls"})), 0),
    "another backend": (_nothing, Bigrams(_named(_PARTS, "fast")), 0),
    "another dimension": (_nothing, Bigrams(_named(_PARTS | {"dim": 32}), 32), 0),
    "another tokenizer": (_nothing, 0, Pairs("words-2")),
    "another dictionary": (_nothing, 0, Pairs("pairs:other-dictionary")),
    "a newer program's database": (_newer_database, 0, 0),
    "an older program's snapshot": (_edit("schema", "0001"), 0, 0),
    "another snapshot format": (_edit("format", 0), 0, 0),
    "another store's snapshot": (_another_store, 0, 0),
    "a snapshot under another generation": (_renumber, 0, 0),
}


def try_way(name: str) -> str:
    """Return the sentence of the refusal, or "rebuilt"; anything else raises."""
    change, encoder, tokenizer = WAYS[name]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        fill(home)
        change(home)
        try:
            library = open_house(home, encoder or Bigrams(_named(_PARTS)), tokenizer or None)
        except TousuError as error:
            return str(error)
        used = snapshots.load(home / "index", library._identity) is not None
        wrong = disagreements(library.snapshot(), stored(home)[2])
        library.store.close()
        return "used" if used or wrong else "rebuilt"


def main() -> None:
    """Try all, save."""
    save("proof_identity", {"ways": {name: try_way(name) for name in WAYS}})


if __name__ == "__main__":
    main()
