"""The proofs with small numbers; ``python -m benchmarks.proofs.NAME`` runs them in full."""

from __future__ import annotations

import shutil

import pytest

from benchmarks.proofs import corruption, crash, identity, soak

pytestmark = pytest.mark.slow
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


def test_what_was_acknowledged_survives_kill_9() -> None:
    found = crash.random_points(30)
    assert (found["kills"], found["wrong"]) == (30, [])


@needs_strace
@pytest.mark.parametrize("calls", crash.CALLS)
@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC", "error=EIO"])
def test_nothing_is_half_done_after_a_fault_at_the_first_calls(calls: str, fault: str) -> None:
    _, _, wrong = crash.every_call(calls, fault, 3)
    assert wrong == []


def test_no_corrupted_file_gives_a_wrong_answer() -> None:
    report = corruption.prove(12)
    assert len(report) == 14
    for name, results in report.items():
        assert [r for r in results if "BUG" in r or "WRONG" in r] == [], name


@pytest.mark.parametrize("way", identity.WAYS)
def test_another_identity_is_refused_or_rebuilt(way: str) -> None:
    said = identity.try_way(way)
    assert said == "rebuilt" or said.startswith("记录库")


def test_answers_hold_while_others_write() -> None:
    counts = soak.soak(5)["counts"]
    assert counts["answers"] > 0
    assert [
        name for name, n in counts.items() if name[:5] in ("ERROR", "WRONG", "MIXED") and n
    ] == []
