"""Fitting how rules and judge are weighed, on replies over wordings that the judge never saw."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from indexing.model.judge import Answer
from kb.checking.judged import Reading
from kb.checking.rules import DATA
from kb.checking.weighing import (
    POINTS,
    SLOTS,
    phrase_features,
    point_features,
    slot_features,
    trust_key,
)

Row = dict[str, Any]
# Chosen by cross-validation over the wordings that are fitted on.
SHRINK = {"points": 3.0, "slots": 1.0, "phrases": 10.0}  # inverse of the penalty on weights
BALANCE = {"points": {0: 1.0, 1: 1.0, 2: 2.0}, "slots": None, "phrases": None}  # the rarer the more
VETO = 0.1  # share below which a phrase that a rule found by likeness does not count
SAID = 0.3  # share from which a phrase counts as said, by cross-validation like the others
TARGET = DATA / "weighing.json"


def trusted(rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, list[float]]:
    """Return how often each outcome is true where a rule gives a status.

    On replies that the rules were not tuned on; every outcome counts once more than it was seen.
    """
    counts: dict[str, list[int]] = {}
    for row, reading in zip(rows, readings, strict=True):
        for point in reading.found.points:
            seen = counts.setdefault(trust_key(point), [1, 1, 1])
            seen[POINTS.index(status_of(row["points"][point.id]))] += 1
    return {name: [round(n / sum(seen), 4) for n in seen] for name, seen in counts.items()}


def fit(
    rows: Sequence[Row],
    readings: Sequence[Reading],
    answers: Sequence[Sequence[Answer]],
    trust: Mapping[str, Sequence[float]],
) -> dict[str, Any]:
    """Return the weights for `kb.checking.weighing`."""
    known = {name: tuple(shares) for name, shares in trust.items()}
    points: list[tuple[list[float], int]] = []
    slots: list[tuple[list[float], int]] = []
    phrases: list[tuple[list[float], int]] = []
    for row, reading, some in zip(rows, readings, answers, strict=True):
        on_points, on_slots, on_phrases = reading.parted(some)
        for point, answer in zip(reading.found.points, on_points, strict=True):
            label = POINTS.index(status_of(row["points"][point.id]))
            points.append((point_features(point, answer, known), label))
        for slot in reading.found.slots:
            kind = reading.version.slots[slot.name].kind
            label = SLOTS.index(status_of(row["slots"][slot.name]))
            slots.append((slot_features(slot, kind, on_slots[slot.name]), label))
        said = {status_of(item) for item in row["forbidden"]}
        named = {item.phrase for item in reading.found.forbidden}
        for phrase, answer in zip(reading.phrases, on_phrases, strict=True):
            if phrase.phrase not in named:
                near = reading.near.get(phrase.phrase, 0.0)
                features = phrase_features(near, answer)
                phrases.append((features, int(phrase.phrase not in said)))
    found = {"points": points, "slots": slots, "phrases": phrases}
    fitted = {name: _rows(some, name) for name, some in found.items()}
    return {"trust": dict(trust), **fitted, "said": SAID, "veto": VETO}


def write(fitted: dict[str, Any]) -> None:
    """Ship the weights."""
    TARGET.write_text(json.dumps(fitted) + "\n", encoding="utf-8")


def status_of(label: Any) -> str:
    """Return the status, or the phrase, of a label with or without evidence."""
    return str(label if isinstance(label, str) else label[0])


def _rows(examples: Sequence[tuple[list[float], int]], name: str) -> list[list[float]]:
    """Return a row of weights and an intercept for each outcome."""
    features = np.array([found for found, _ in examples])
    labels = np.array([label for _, label in examples])
    # To the end: some directions are so flat that an early stop leaves decimals to chance.
    model = LogisticRegression(
        C=SHRINK[name], class_weight=BALANCE[name], max_iter=100_000, tol=1e-9
    )
    model.fit(features, labels)
    weights, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # one row, for the second outcome against the first
        weights, intercepts = (
            np.vstack([-weights / 2, weights / 2]),
            np.array([-1, 1]) * intercepts / 2,
        )
    rows = np.column_stack([weights, intercepts])
    return [[round(float(value), 4) for value in row] for row in rows]
