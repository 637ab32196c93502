"""Clauses that may give a slot's value, found by their nearness to what the wording says there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.frontmatter import read_yaml
from kb.checking.points import PointRule
from kb.checking.rules import DATA, Rules, fold
from kb.checking.sentences import Text, negators
from kb.wording import SLOT, Version

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class LikelySlot:
    """A slot with examples of the clauses that give its value, one row of ``vectors`` each.

    Examples of a text slot are values as people say them; those of a typed one the wording's own
    clause with such a value in it, and the label.
    """

    name: str
    typed: bool
    examples: tuple[str, ...]
    vectors: Vectors
    rivals: tuple[int, ...]  # the wording's points that the slot's own clause does not make


@dataclass(frozen=True, order=True)
class Likely:
    """A stretch ``[start, end)`` of a reply that may give a slot's value."""

    similarity: float
    slot: str
    start: int
    end: int


def likely_slots(
    version: Version, points: Sequence[PointRule], encode: Callable[[Sequence[str]], Vectors]
) -> tuple[LikelySlot, ...]:
    """Return the slots of a version of which examples are known."""
    found = []
    for name, slot in version.slots.items():
        typed = slot.kind != "text"
        examples = _own_clauses(version, name) if typed else _examples(slot.label)
        if examples:
            rivals = tuple(i for i, rule in enumerate(points) if name not in rule.slots)
            found.append(LikelySlot(name, typed, examples, encode(examples), rivals))
    return tuple(found)


def likely_places(
    text: Text, slots: Sequence[LikelySlot], pieces: Vectors, points: Vectors, rules: Rules
) -> list[Likely]:
    """Return where a reply may give slots' values, the likeliest first.

    Args:
        text: The reply.
        slots: The slots to look for.
        pieces: A unit row for each piece of the reply.
        points: Each point's nearness to each piece, points times pieces.
        rules: Thresholds and negators.
    """
    found = []
    for slot in slots:
        near = pieces @ slot.vectors.T
        likeness = np.max(near, axis=1, initial=-1.0)
        rival = np.max(points[list(slot.rivals)], axis=0, initial=-1.0)
        if slot.typed:
            good = likeness >= rules.values["likely_typed"]
        else:
            good = (likeness >= rules.values["likely"]) & (likeness >= rival)
        found += [
            Likely(float(likeness[i]), slot.name, text.pieces[i].start, text.pieces[i].end)
            for i in np.flatnonzero(good)
            if slot.typed or _says(text, int(i), slot.examples[int(np.argmax(near[i]))], rules)
        ]
    return sorted(found, reverse=True)


def _says(text: Text, piece: int, example: str, rules: Rules) -> bool:
    """Tell whether the piece says the like of ``example``, and does not deny it."""
    clause = text.pieces[piece]
    if clause.conditional:
        return False
    return bool(negators(example, rules)) or not negators(text.of(clause), rules)


def _own_clauses(version: Version, name: str) -> tuple[str, ...]:
    """Return the wording's clause around a slot, filled in, and the slot's label."""
    clause = re.search(rf"[^，。；！？\n]*\{{{name}\}}[^，。；！？\n]*", version.text)
    samples = _shipped()["samples"]
    kinds = {key: slot.kind for key, slot in version.slots.items()}
    filled = SLOT.sub(lambda m: samples.get(kinds[m.group(1)], ""), clause[0]) if clause else ""
    return tuple(fold(said) for said in (filled, version.slots[name].label) if said)


@cache
def _shipped() -> dict[str, Any]:
    name = "examples.yaml"
    raw: dict[str, Any] = read_yaml((DATA / name).read_text("utf-8"), name).values
    return raw


def _examples(label: str) -> tuple[str, ...]:
    said = next((said for part, said in _shipped()["text"].items() if part in label), ())
    return tuple(map(fold, said))
