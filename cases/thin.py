"""What the library lacks and what it has twice: thin places and near-duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

Vectors = NDArray[np.float32]

FEW_CASES = 3  # a category with fewer is thin
NEAR_COSINE = 0.8  # of two complaints' vectors, from which their words are compared
SAME_WORDS = 0.6  # share of the same characters, from which two complaints count as twins
BLOCK = 1024


@dataclass(frozen=True)
class ThinPlaces:
    """Categories with few cases and how many each has; wordings and policies no case names."""

    categories: tuple[tuple[str, int], ...]
    wordings: tuple[str, ...]
    policies: tuple[str, ...]


@dataclass(frozen=True)
class Complaint:
    """How a case's complaint is told, and the cases that it is set against on purpose."""

    id: str
    text: str
    contrasts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Twin:
    """Two cases that tell nearly the same; ``cosine`` ≤ 1, ``words`` the share in common."""

    a: str
    b: str
    cosine: float
    words: float


def thin_places(
    cases: Iterable[tuple[str | None, dict[str, Any]]],
    categories: Sequence[str],
    wordings: Iterable[str],
    policies: Iterable[str],
) -> ThinPlaces:
    """Find the thin places; ``cases`` are categories with front matter.

    >>> thin_places([("N/漫游", {"wording": ["W-1"]})], ["N/漫游"], ["W-1", "W-2"], ["P-1"])
    ThinPlaces(categories=(('N/漫游', 1),), wordings=('W-2',), policies=('P-1',))
    """
    many: Counter[str | None] = Counter()
    used: set[str] = set()
    for category, header in cases:
        many[category] += 1
        used.update(header.get("wording", []), header.get("policies", []))
    few = [(name, many[name]) for name in categories if many[name] < FEW_CASES]
    return ThinPlaces(
        tuple(sorted(few, key=lambda item: item[1])),
        tuple(sorted(set(wordings) - used)),
        tuple(sorted(set(policies) - used)),
    )


def twins(complaints: Sequence[Complaint], vectors: Vectors) -> list[Twin]:
    """Return near-duplicates, the most alike first.

    ``vectors[i]`` is the unit vector of ``complaints[i]``. Cases that contrast with each other on
    purpose are no twins.
    """
    found = []
    for one, other, cosine in _near(vectors):
        a, b = complaints[one], complaints[other]
        if b.id in a.contrasts or a.id in b.contrasts:
            continue
        words = fuzz.ratio(a.text, b.text, score_cutoff=100 * SAME_WORDS) / 100
        if words:
            found.append(Twin(a.id, b.id, round(cosine, 3), round(words, 3)))
    return sorted(found, key=lambda twin: (-twin.cosine - twin.words, twin.a, twin.b))


def _near(vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    for first in range(0, len(vectors), BLOCK):
        cosines = vectors[first : first + BLOCK] @ vectors[first:].T
        for row, column in np.argwhere(np.triu(cosines, 1) >= NEAR_COSINE):
            yield first + int(row), first + int(column), float(cosines[row, column])
