"""Running the worker in a child that dies, and looking over what it leaves."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.proofs.house import ANY, QUERIES, disagreements, open_house, stored
from benchmarks.proofs.worker import STEPS, apply, work
from indexing.errors import TousuError

# Brings a stopped child to its end; given its process id and the pipe on which it speaks.
End = Callable[[int, int], None]


@dataclass(frozen=True)
class Told:
    """What a child said before its end: acknowledged changes, the one begun, its errors."""

    opened: bool
    done: list[dict[str, Any]] = field(default_factory=list)
    begun: dict[str, Any] | None = None
    errors: tuple[str, ...] = ()
    bugs: tuple[str, ...] = ()


def run_child(home: Path, texts: dict[str, str], seed: int, end: End, steps: int = STEPS) -> Told:
    """Fork a worker, stopped; ``end`` sets it going and brings it to its end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.kill(os.getpid(), signal.SIGSTOP)
        work(home, dict(texts), seed, writer, steps)
        os._exit(0)
    os.close(writer)
    os.waitpid(child, os.WUNTRACED)
    end(child, reader)
    with os.fdopen(reader) as stream:
        lines = stream.read().splitlines()
    os.waitpid(child, 0)
    return _told([json.loads(line) for line in lines])


def _told(lines: list[Any]) -> Told:
    done = [change for what, change in lines if what == "done"]
    begun = [change for what, change in lines if what == "begin"]
    return Told(
        any(what == "open" for what, _ in lines),
        done,
        begun[-1] if len(begun) > len(done) else None,
        tuple(text for what, text in lines if what == "error"),
        tuple(text for what, text in lines if what == "bug"),
    )


def resume(child: int, _said: int) -> None:
    """Let the child do all of its work."""
    os.kill(child, signal.SIGCONT)


def killed_after(seconds: float, *, opened: bool) -> End:
    """Return an ``end`` that kills the child a time after its start, or after its opening."""

    def end(child: int, said: int) -> None:
        os.kill(child, signal.SIGCONT)
        if opened:
            select.select([said], [], [], 60)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)

    return end


def injected(calls: str, fault: str, place: int) -> End:
    """Return an ``end`` under strace: ``fault`` at the child's ``place``-th of ``calls``."""

    def end(child: int, _said: int) -> None:
        options = ["-qq", "-f", "-o", "/dev/null", "-e", f"trace={calls}"]
        options += ["-e", f"inject={calls}:{fault}:when={place}", "-p", str(child)]
        tracer = subprocess.Popen(["strace", *options])
        while "TracerPid:\t0" in Path(f"/proc/{child}/status").read_text():
            time.sleep(0.002)
        os.kill(child, signal.SIGCONT)
        tracer.wait()

    return end


def look_over(home: Path, texts: dict[str, str], told: Told) -> tuple[list[str], dict[str, str]]:
    """Return what is wrong after a child's end, and the texts that are stored now."""
    before = dict(texts)
    for change in told.done:
        apply(before, change)
    after = dict(before)
    apply(after, told.begun or {})
    try:
        library = open_house(home)
    except TousuError as error:
        return [f"does not open: {error}"], before
    try:
        _, found, rows = stored(home)
        wrong = [] if found in (before, after) else ["lost or half there"]
        wrong += [] if {row[1] for row in rows} == set(found) else ["passages without records"]
        wrong += disagreements(library.snapshot(), rows)
        hits = {hit.id for text in QUERIES for hit in library.search(text, [ANY])[0].hits}
        wrong += [] if hits <= set(found) else ["a deleted record is found"]
        return wrong, found
    finally:
        library.store.close()
