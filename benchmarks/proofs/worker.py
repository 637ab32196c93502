"""Work that is killed: each step is announced, done, acknowledged on a pipe."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

from benchmarks.proofs.house import make_record, open_house
from indexing.errors import TousuError
from indexing.library import Library

STEPS = 8


def work(home: Path, texts: dict[str, str], seed: int, pipe: int, steps: int = STEPS) -> None:
    """Do ``steps`` random steps on a library that holds ``texts``."""
    dice = random.Random(seed)
    try:
        library = open_house(home)
        _tell(pipe, "open", None)
        for step in range(steps):
            _step(library, texts, dice, step, pipe)
    except TousuError as error:
        _tell(pipe, "error", f"{type(error).__name__}: {error}")
    except BaseException as error:  # whatever is untyped is a finding
        _tell(pipe, "bug", repr(error))


def _step(
    library: Library, texts: dict[str, str], dice: random.Random, step: int, pipe: int
) -> None:
    kind = ("import", "delete", "import", "compact")[step % 4]
    if kind == "compact" or (kind == "delete" and not texts):
        _tell(pipe, "begin", {})
        library.compact()
        _tell(pipe, "done", {})
        return
    if kind == "import":
        records = [make_record(dice.randrange(60), dice) for _ in range(dice.randint(1, 6))]
        change: dict[str, Any] = {record.id: record.text for record in records}
        _tell(pipe, "begin", change)
        library.write({record.id: record for record in records}.values(), actor="import")
    else:
        change = dict.fromkeys(dice.sample(sorted(texts), min(3, len(texts))))
        _tell(pipe, "begin", change)
        library.delete(list(change), actor="delete")
    apply(texts, change)
    _tell(pipe, "done", change)


def apply(texts: dict[str, str], change: dict[str, Any]) -> None:
    """Bring ``texts`` to what they are after a change; ``None`` deletes."""
    for name, text in change.items():
        if text is None:
            texts.pop(name, None)
        else:
            texts[name] = text


def _tell(pipe: int, what: str, change: Any) -> None:
    line = (json.dumps([what, change], ensure_ascii=False) + "\n").encode()
    try:
        os.write(pipe, line)
    except OSError:  # the injected fault met the pipe: it strikes once
        os.write(pipe, line)
