"""Clauses of known sense, and replies put together of them.

A line gives the clauses of a wording's point, of a wording's forbidden phrase, or of a phrase that
any reply may be held against (``general.jsonl``): those that say it, and those that only look like
it.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.judging.examples import (
    HERE,
    OUTCOMES,
    STOPS,
    Asked,
    Example,
    phrase_forms,
    point_forms,
)
from kb.checking.rules import Phrase
from kb.wording import Point, Version

ABSENT = 0.15  # share of a wording's points that a reply says nothing near to
DRAWN = {"said": 0.5, "contradicted": 0.3, "missing": 0.2}  # of the other points
VOICED = 2  # phrases that a reply has clauses of, at most
SILENT = 2  # others that it is asked for
RUN_ON = 0.12  # share of replies without a stop, as speech recognition gives them
NOT_SAID = OUTCOMES["phrase"].index("missing")

Clauses = Mapping[str, Sequence[str]]  # by outcome


@dataclass(frozen=True)
class Piece:
    """A clause, and the question that it answers."""

    text: str
    asked: Asked


@dataclass
class Bank:
    """All clauses: of points by wording and point, of phrases by wording (none: any) and phrase."""

    points: dict[str, dict[str, Clauses]] = field(default_factory=lambda: defaultdict(dict))
    phrases: dict[str, list[tuple[Phrase, Clauses]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def read(cls, known: Sequence[Phrase]) -> Bank:
        """Read every file; ``known`` are the phrases of the general list."""
        bank, by_name = cls(), {phrase.phrase: phrase for phrase in known}
        for path in sorted((HERE / "clauses").glob("*.jsonl")):
            for line in path.read_text("utf-8").splitlines():
                bank._add(json.loads(line), by_name)
        return bank

    def _add(self, line: dict[str, Any], known: Mapping[str, Phrase]) -> None:
        wording = line.get("wording", "")
        if "point" in line:
            had = self.points[wording].get(line["point"], {})
            both = {name: [*had.get(name, ()), *line[name]] for name in DRAWN}
            self.points[wording][line["point"]] = both
            return
        name = line["phrase"]
        phrase = known.get(name) or Phrase(name, "", True, tuple(line.get("variants", ())))
        self.phrases[wording].append((phrase, {"said": line["says"], "missing": line["not"]}))

    def composed(self, wording: str, version: Version, chance: random.Random) -> Example | None:
        """Return a reply to be held against ``version``, made of clauses."""
        known = self.points.get(wording, {})
        points = [point for point in version.points if point.id in known]
        if not points:
            return None
        pieces, silent = [], []
        for point in points:
            if chance.random() < ABSENT:
                silent.append(_asked_point(point, "missing"))
                continue
            [outcome] = chance.choices([*DRAWN], [*DRAWN.values()])
            clause = chance.choice(known[point.id][outcome])
            pieces.append(Piece(clause, _asked_point(point, outcome)))
        if chance.random() < 0.3:
            chance.shuffle(pieces)
        for piece in self._voiced(wording, version, chance, chance.randint(0, VOICED)):
            pieces.insert(chance.randint(0, len(pieces)), piece)
        named = {piece.asked.key for piece in pieces}
        others = [p for p in self._phrases(wording, version) if p[0].phrase not in named]
        drawn = chance.sample(others, min(SILENT, len(others)))
        silent += [_asked_phrase(phrase, "missing") for phrase, _ in drawn]
        return _joined(f"{wording}~", wording, pieces, silent, chance)

    def inserted(self, example: Example, version: Version, chance: random.Random) -> Example | None:
        """Return a labelled reply with a clause of a phrase put in, asked for its phrases only.

        A phrase that the reply says already is not put in.
        """
        asked = [one for one in example.asked if one.kind == "phrase"]
        said = {one.key for one in asked if one.outcome != NOT_SAID}
        [piece] = self._voiced(example.wording, version, chance, 1)
        if piece.asked.key in said:
            return None
        ends = [0, *(at + 1 for at, char in enumerate(example.text) if char in STOPS)]
        at = chance.choice(ends)
        text = f"{example.text[:at]}{piece.text}{chance.choice('，。')}{example.text[at:]}"
        new = _placed(piece.asked, at, len(piece.text))
        rest = (one for one in asked if one.key != new.key and one.outcome == NOT_SAID)
        return replace(example, id=f"{example.id}+", text=text, asked=(new, *rest))

    def _phrases(self, wording: str, version: Version) -> list[tuple[Phrase, Clauses]]:
        valid = {item.phrase for item in version.forbidden}
        own = [pair for pair in self.phrases.get(wording, ()) if pair[0].phrase in valid]
        return own + self.phrases[""]

    def _voiced(
        self, wording: str, version: Version, chance: random.Random, count: int
    ) -> list[Piece]:
        """Return clauses of ``count`` phrases, half of them the wording's own where it has any."""
        every = self._phrases(wording, version)
        own = every[: len(every) - len(self.phrases[""])]
        found: dict[str, Piece] = {}
        for _ in range(count):
            phrase, clauses = chance.choice(own if own and chance.random() < 0.5 else every)
            outcome = "said" if chance.random() < 0.6 else "missing"
            clause = chance.choice(clauses[outcome])
            found[phrase.phrase] = Piece(clause, _asked_phrase(phrase, outcome))
        return [*found.values()]


def run_on(example: Example) -> Example:
    """Return a reply without its stops, as speech recognition gives it."""
    kept = [at for at, char in enumerate(example.text) if char not in STOPS]
    text = "".join(example.text[at] for at in kept)
    place = {at: number for number, at in enumerate(kept)}

    def moved(one: Asked) -> Asked:
        if one.span is None:
            return one
        inside = [place[at] for at in range(*one.span) if at in place]
        return replace(one, span=(inside[0], inside[-1] + 1) if inside else None)

    return replace(example, id=f"{example.id}-", text=text, asked=tuple(map(moved, example.asked)))


def _joined(
    name: str, wording: str, pieces: Sequence[Piece], silent: Sequence[Asked], chance: random.Random
) -> Example:
    text, asked = "", []
    stop = "。" if chance.random() < 0.6 else "，"
    for piece in pieces:
        asked.append(_placed(piece.asked, len(text), len(piece.text)))
        text += piece.text + (stop if chance.random() < 0.85 else chance.choice("，。；"))
    example = Example(name, text or "您好", (*asked, *silent), wording)
    return run_on(example) if chance.random() < RUN_ON else example


def _placed(asked: Asked, at: int, size: int) -> Asked:
    """Return ``asked`` with the clause as its evidence, where the outcome has any."""
    shown = OUTCOMES[asked.kind][asked.outcome] != "missing"
    return replace(asked, span=(at, at + size) if shown else None)


def _asked_point(point: Point, outcome: str) -> Asked:
    return Asked(point_forms(point), OUTCOMES["point"].index(outcome), None, point.id)


def _asked_phrase(phrase: Phrase, outcome: str) -> Asked:
    return Asked(phrase_forms(phrase), OUTCOMES["phrase"].index(outcome), None, phrase.phrase)
