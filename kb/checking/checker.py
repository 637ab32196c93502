"""Holding replies against the standard wording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexing.errors import InputError
from indexing.masking import Masker
from indexing.model.judge import Judging
from indexing.model.protocol import Encoder
from kb.checking.advice import advise
from kb.checking.fit import WordingFit, in_force
from kb.checking.forbidden import find_by_meaning, find_forbidden, forms_of
from kb.checking.given import said_by_values
from kb.checking.judged import Findings, Reading, asked_phrases, nearest_phrases, weighed
from kb.checking.likely import LikelySlot, likely_places, likely_slots
from kb.checking.overrules import split_phrases, split_points, split_slots
from kb.checking.points import PointRule, find_point, point_rules
from kb.checking.report import ForbiddenFinding, Item, Report, overlap
from kb.checking.rules import Phrase, Rules, default_rules, own_phrases, read_phrases
from kb.checking.score import passes, score_of
from kb.checking.sentences import Text, read_text
from kb.checking.slots import find_slots
from kb.checking.weighing import default_weighing
from kb.wording import Version, Wording

Vectors = NDArray[np.float32]
BLOCK = 256  # replies whose clauses are encoded together


@dataclass(frozen=True)
class _Prepared:
    points: tuple[PointRule, ...]
    vectors: tuple[Vectors, ...]  # of each point's meanings
    phrases: tuple[Phrase, ...]
    own: int  # of the phrases, those of the wording stand first
    forms: tuple[tuple[Phrase, str], ...]  # of the phrases, to compare by meaning
    form_vectors: Vectors
    slots: tuple[LikelySlot, ...]


@dataclass(frozen=True)
class _Look:
    """A reply with a row of ``clauses`` for each piece, and what the rules find in it."""

    text: Text
    clauses: Vectors
    reading: Reading


class Checker:
    """Checks replies; paraphrases are encoded once a wording's version.

    With a ``judge`` replies are read as a whole, too, and what it reads is weighed with what the
    rules find. With a ``masker`` personal data in a reply is pointed out; with ``wordings``, a
    reply that is made from another one of them. Rules in ``demoted`` only advise.
    """

    def __init__(
        self,
        encoder: Encoder,
        rules: Rules | None = None,
        phrases: Sequence[Phrase] | None = None,
        *,
        judge: Judging | None = None,
        masker: Masker | None = None,
        wordings: Sequence[Wording] = (),
        demoted: frozenset[str] = frozenset(),
    ) -> None:
        self._encoder = encoder
        self._judge = judge
        self._masker = masker
        self._wordings = tuple(wordings)
        self._demoted = demoted
        self._fits: dict[tuple[str, ...], WordingFit] = {}  # by the versions in force
        self._rules = rules or default_rules()
        self._phrases = tuple(read_phrases() if phrases is None else phrases)
        self._cache: dict[tuple[str, str], tuple[Version, _Prepared]] = {}
        self._centre = np.mean(encoder.encode_queries(self._rules.background), axis=0)

    def check(self, wording: Wording, reply: str, as_of: date) -> Report:
        """Check one reply.

        Raises:
            InputError: The reply is empty.
            NotFoundError: No version of the wording is valid on ``as_of``.
        """
        return self.check_many([Item(wording, reply, as_of)])[0]

    def rank(self, reply: str, as_of: date) -> list[tuple[str, float]]:
        """Return the known wordings' ids with how well ``reply`` fits each (≤ 1), best first.

        Raises:
            InputError: The reply is empty.
        """
        text = self._read(reply)
        return self._fit(as_of).rank(self._encode([text.of(clause) for clause in text.clauses]))

    def check_many(self, items: Iterable[Item]) -> list[Report]:
        """Check replies, encoding the clauses of many together.

        Raises:
            InputError: A reply is empty.
            NotFoundError: No version of a wording is valid on the day.
        """
        todo = list(items)
        reports: list[Report] = []
        for start in range(0, len(todo), BLOCK):
            reports += self._check_block(todo[start : start + BLOCK])
        return reports

    def look(self, items: Iterable[Item]) -> list[Reading]:
        """Return what the rules alone find in replies, and what the judge would read them for.

        Raises:
            InputError: A reply is empty.
            NotFoundError: No version of a wording is valid on the day.
        """
        todo = list(items)
        starts = range(0, len(todo), BLOCK)
        return [one.reading for at in starts for one in self._look(todo[at : at + BLOCK])]

    def _check_block(self, items: Sequence[Item]) -> list[Report]:
        looks = self._look(items)
        found = self._judged(items, [look.reading for look in looks])
        return [self._report(*one) for one in zip(items, looks, found, strict=True)]

    def _look(self, items: Sequence[Item]) -> list[_Look]:
        texts, versions = [], []
        for item in items:
            texts.append(self._read(item.reply))
            versions.append(item.wording.on(item.as_of))
        prepared = [self._prepare(i.wording.id, v) for i, v in zip(items, versions, strict=True)]
        wanted = dict.fromkeys(text.of(piece) for text in texts for piece in text.pieces)
        rows = {words: row for row, words in enumerate(wanted)}
        vectors = self._encode(list(wanted))
        looks = []
        for item, text, version, parts in zip(items, texts, versions, prepared, strict=True):
            clauses = _rows(text, rows, vectors)
            looks.append(_Look(text, clauses, self._looked(item, version, text, parts, clauses)))
        return looks

    def _looked(
        self, item: Item, version: Version, text: Text, parts: _Prepared, clauses: Vectors
    ) -> Reading:
        """Return what the rules find, and what is left to read the reply for."""
        near = [clauses @ says.T for says in parts.vectors]
        best = np.array([table.max(axis=1) for table in near]).reshape(len(near), len(clauses))
        likely = likely_places(text, parts.slots, clauses, best, self._rules)
        slots = find_slots(item.reply, version, item.as_of, likely)
        found = tuple(
            find_point(text, rule, self._rules, near[i], _rivals(best, i))
            for i, rule in enumerate(parts.points)
        )
        points = said_by_values(found, parts.points, slots, text)
        forbidden = find_forbidden(text, parts.phrases)
        likeness = clauses @ parts.form_vectors.T
        meant = find_by_meaning(text, parts.forms, likeness, self._rules)
        every = (*forbidden, *(m for m in meant if not _covered(m, forbidden)))
        asked = asked_phrases(parts.phrases, parts.own, every)
        nearest = nearest_phrases(parts.forms, likeness)
        return Reading(item.reply, version, Findings(points, slots, every), asked, nearest)

    def _judged(self, items: Sequence[Item], seen: Sequence[Reading]) -> list[Findings]:
        if self._judge is None:
            return [reading.found for reading in seen]
        answers = self._judge.judge([(reading.reply, reading.questions) for reading in seen])
        return [
            weighed(reading, answer, default_weighing(), item.as_of)
            for item, reading, answer in zip(items, seen, answers, strict=True)
        ]

    def _report(self, item: Item, look: _Look, found: Findings) -> Report:
        name, soft = item.wording.id, self._demoted
        phrases, softened = split_phrases(found.forbidden, soft)
        points, unmade = split_points(name, found.points, soft)
        slots, unfilled = split_slots(name, found.slots, soft)
        advice = advise(look.text, item, found.slots, self._rules, self._masker)
        return Report(
            wording=name,
            version=look.reading.version.version,
            passed=passes(points, phrases),
            score=score_of(points, phrases, slots, self._rules.score),
            points=found.points,
            forbidden=phrases,
            slots=found.slots,
            advice=(*softened, *unmade, *unfilled, *advice),
            better=self._better(item, look.clauses[: len(look.text.clauses)]),
        )

    def _read(self, reply: str) -> Text:
        if not reply.strip():
            raise InputError("回复内容是空的，没有可以检查的文字。")
        return read_text(reply, self._rules)

    def _fit(self, day: date) -> WordingFit:
        versions = in_force(self._wordings, day)
        names = tuple(f"{name} {version.version}" for name, version in versions.items())
        if names not in self._fits:
            self._fits[names] = WordingFit(versions, self._rules, self._encode)
        return self._fits[names]

    def _better(self, item: Item, clauses: Vectors) -> str | None:
        """Return the wording that fits clearly better than the one given, if there is one."""
        ranked = self._fit(item.as_of).rank(clauses)
        fits = dict(ranked)
        if item.wording.id not in fits or fits[item.wording.id] == ranked[0][1]:
            return None
        best, fit = ranked[0]
        return best if fit - fits[item.wording.id] >= self._rules.values["better"] else None

    def _prepare(self, wording: str, version: Version) -> _Prepared:
        held = self._cache.get((wording, version.version))
        if held is not None and held[0] == version:
            return held[1]
        points = point_rules(version, self._rules)
        own = own_phrases(version, self._phrases, fatal=self._rules.wording_fatal)
        names = {phrase.phrase for phrase in own}
        phrases = (*own, *(p for p in self._phrases if p.phrase not in names))
        forms = tuple(forms_of(phrases))
        prepared = _Prepared(
            points=points,
            vectors=tuple(self._encode(rule.meanings) for rule in points),
            phrases=phrases,
            own=len(own),
            forms=forms,
            form_vectors=self._encode([form for _, form in forms]),
            slots=likely_slots(version, points, self._encode),
        )
        self._cache[wording, version.version] = (version, prepared)
        return prepared

    def _encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows, what all sentences have in common taken away."""
        if not texts:
            return np.zeros((0, self._encoder.dim), dtype=np.float32)
        centred = self._encoder.encode_queries(list(texts)) - self._centre
        length = np.linalg.norm(centred, axis=1, keepdims=True)
        return np.asarray(centred / np.maximum(length, 1e-9), dtype=np.float32)


def _rows(text: Text, rows: dict[str, int], vectors: Vectors) -> Vectors:
    return vectors[[rows[text.of(clause)] for clause in text.pieces]]


def _rivals(best: Vectors, own: int) -> Vectors:
    others = np.delete(best, own, axis=0)
    return np.asarray(np.max(others, axis=0, initial=-1.0), dtype=np.float32)


def _covered(meant: ForbiddenFinding, found: Sequence[ForbiddenFinding]) -> bool:
    return any(overlap(one.span, meant.span) for one in found)
