"""What kind of cause (原因) a case had, by the words of its section."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).parent / "taxonomy" / "causes.yaml"
SECTION = "原因"


@cache
def load_causes(table: Path = TABLE) -> dict[str, tuple[str, ...]]:
    """Read the causes with the words that speak for each."""
    causes = yaml.safe_load(table.read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in causes.items()}


def cause_of(said: str) -> str:
    """Return the cause that the section ``said`` speaks of, or the empty string.

    >>> cause_of("道路施工挖断小区上联光缆")
    '网络故障与施工'
    >>> cause_of("")
    ''
    """
    causes = load_causes()
    found = {name: sum(word in said for word in words) for name, words in causes.items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] else ""
