"""A reply read for all it is held against, and the rules' findings weighed with what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexing.model.judge import Answer, Question
from kb.checking.forbidden import LOOSE
from kb.checking.questions import phrase_question, point_question, slot_question
from kb.checking.report import ForbiddenFinding, PointFinding, SlotFinding, overlap
from kb.checking.rules import Phrase
from kb.checking.slots import slot_within
from kb.checking.weighing import READ, Weighing
from kb.wording import Point, Version

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Findings:
    """What is found in a reply."""

    points: tuple[PointFinding, ...]
    slots: tuple[SlotFinding, ...]
    forbidden: tuple[ForbiddenFinding, ...]


@dataclass(frozen=True)
class Reading:
    """What to read a reply for, after the rules have looked at it.

    ``near`` tells how near a clause comes to each phrase.
    """

    reply: str
    version: Version
    found: Findings
    phrases: tuple[Phrase, ...]
    near: Mapping[str, float]

    @property
    def questions(self) -> list[Question]:
        """Points, slots and phrases, in this order."""
        return [
            *(point_question(point) for point in self.version.points),
            *(slot_question(self.version, name) for name in self.version.slots),
            *(phrase_question(phrase) for phrase in self.phrases),
        ]

    def parted(
        self, answers: Sequence[Answer]
    ) -> tuple[Sequence[Answer], dict[str, Answer], Sequence[Answer]]:
        """Return the answers on points, on slots by name, and on phrases."""
        points = len(self.version.points)
        slots = points + len(self.version.slots)
        by_name = dict(zip(self.version.slots, answers[points:slots], strict=True))
        return answers[:points], by_name, answers[slots:]


def nearest_phrases(forms: Sequence[tuple[Phrase, str]], likeness: Vectors) -> dict[str, float]:
    """Return how near a clause comes to each phrase; ``likeness`` is ``(clauses, forms)``."""
    nearest: dict[str, float] = {}
    for (phrase, _), value in zip(forms, likeness.max(axis=0, initial=-1.0).tolist(), strict=True):
        nearest[phrase.phrase] = max(nearest.get(phrase.phrase, -1.0), value)
    return nearest


def asked_phrases(
    phrases: Sequence[Phrase], own: int, found: Sequence[ForbiddenFinding]
) -> tuple[Phrase, ...]:
    """Return the phrases to read a reply for.

    Those of the wording, the first ``own``, and those ``found`` by likeness. What stands word for
    word, or nearly so, is not read away, and so not read for.
    """
    rules: dict[str, str] = {}
    for item in found:
        rules.setdefault(item.phrase, item.rule)

    def asked(at: int, name: str) -> bool:
        return rules[name] in LOOSE if name in rules else at < own

    return tuple(phrase for at, phrase in enumerate(phrases) if asked(at, phrase.phrase))


def weighed(
    reading: Reading, answers: Sequence[Answer], weighing: Weighing, as_of: date
) -> Findings:
    """Return what rules and judge find together."""
    points, slots, phrases = reading.parted(answers)
    found = reading.found
    return Findings(
        tuple(map(_explained, map(weighing.point, found.points, points), reading.version.points)),
        tuple(_slot(reading, slot, slots[slot.name], weighing, as_of) for slot in found.slots),
        _forbidden(reading, phrases, weighing),
    )


def _explained(found: PointFinding, point: Point) -> PointFinding:
    """Return a finding of the judge's with the paraphrase that it read the reply for first."""
    if found.rule != READ or found.evidence is None:
        return found
    return replace(found, paraphrase=point.say[0])


def _slot(
    reading: Reading, found: SlotFinding, answer: Answer, weighing: Weighing, as_of: date
) -> SlotFinding:
    if found.status == "empty" and found.span is not None:
        return found  # left open for all to see
    slot = reading.version.slots[found.name]
    status = weighing.slot(found, slot.kind, answer)
    if status == found.status:
        return found
    if status == "empty":
        wrong = f"“{slot.label}”没有填写。" if slot.required else None
        return replace(found, status=status, value="", span=None, problem=wrong)
    if found.span is not None and status == "invalid":
        wrong = f"“{slot.label}”填的“{found.value.strip()}”没有实际内容。"
        return replace(found, status=status, problem=wrong)
    return slot_within(reading.reply, reading.version, found.name, answer.span, as_of)


def _forbidden(
    reading: Reading, answers: Sequence[Answer], weighing: Weighing
) -> tuple[ForbiddenFinding, ...]:
    named = {item.phrase for item in reading.found.forbidden}
    denied, said = set[str](), list[tuple[float, Phrase, Answer]]()
    for phrase, answer in zip(reading.phrases, answers, strict=True):
        if phrase.phrase in named:
            if answer.shares[0] < weighing.veto:
                denied.add(phrase.phrase)
            continue
        share = weighing.phrase(reading.near.get(phrase.phrase, 0.0), answer)
        if share >= weighing.said:
            said.append((share, phrase, answer))
    kept = [item for item in reading.found.forbidden if item.phrase not in denied]
    for share, phrase, answer in sorted(said, key=lambda one: -one[0]):
        if not any(overlap(item.span, answer.span) for item in kept):
            rule = f"{READ}（{share:.2f}）"
            kept.append(
                ForbiddenFinding(phrase.phrase, answer.span, phrase.suggest, phrase.fatal, rule)
            )
    return tuple(sorted(kept, key=lambda item: item.span))
