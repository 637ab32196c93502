"""A full disk and I/O errors at every k-th write, fsync and rename.

python -m benchmarks.proofs.faults [PLACES]
"""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from typing import Any

from benchmarks.machine import save
from benchmarks.proofs.crash import CALLS, every_call

FAULTS = ("ENOSPC", "EIO")
PLACES = {"pwrite64,write": 120, "fsync,fdatasync": 40, "rename,renameat,renameat2": 3}


def every_fault(most: int) -> dict[str, Any]:
    """Inject each fault at ``most`` places at most of each kind of call."""
    report: dict[str, Any] = {}
    for fault in FAULTS:
        for calls in CALLS:
            places = min(most, PLACES[calls])
            _, tolds, wrong = every_call(calls, f"error={fault}", places)
            errors = [re.sub(r"（.*?）", "（…）", text) for told in tolds for text in told.errors]
            report[f"{fault} {calls}"] = {
                "places": places,
                "survived_without_an_error": places - len(errors),
                "errors": dict(Counter(errors)),
                "wrong": wrong,
            }
    return report


def main() -> None:
    """Inject, save."""
    if shutil.which("strace") is None:
        sys.exit("这项证明需要 strace。")
    save("proof_faults", every_fault(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))


if __name__ == "__main__":
    main()
