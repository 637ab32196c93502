"""A reply cut into clauses, with what negates, conditions or quotes each stretch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import jieba

from kb.checking.rules import Rules, fold

_SENTENCE = re.compile(r"[。！？!?；;\n]+")
_CLAUSE = re.compile(r"[，,。！？!?；;\n…]+|(?<!\d)[:：]|[:：](?!\d)|\s+(?=[\u4e00-\u9fff])")
_OPEN_CLOSE = {"“": "”", '"': '"', "「": "」", "『": "』", "‘": "’"}
_SCOPE = 26  # characters that a quotation without marks reaches
_CONDITION = 45  # characters that a condition reaches within its sentence
_SHORTEST = 3  # characters of a clause cut before a cue word


@dataclass(frozen=True)
class Clause:
    """A clause ``[start, end)`` of a reply."""

    start: int
    end: int
    sentence: int
    condition: int | None  # where a condition or a hedge starts that it stands under
    window: bool = False  # one of the overlapping pieces of a long clause, or two clauses together

    @property
    def conditional(self) -> bool:
        """Tell whether what it says depends on something."""
        return self.depends(self.start, self.end)

    def depends(self, start: int, end: int) -> bool:
        """Tell whether ``[start, end)`` stands under its condition, which reaches forwards."""
        if self.condition is None:
            return False
        return self.condition < end and start - self.condition <= _CONDITION


@dataclass(frozen=True)
class Text:
    """A reply with its clauses and the stretches that quote the customer."""

    raw: str
    folded: str
    clauses: tuple[Clause, ...]
    quoted: tuple[tuple[int, int], ...]
    pieces: tuple[Clause, ...]  # what is compared by meaning: the clauses and their windows

    def is_quoted(self, start: int, end: int) -> bool:
        """Tell whether ``[start, end)`` touches the customer's words."""
        return any(a < end and start < b for a, b in self.quoted)

    def clause_at(self, offset: int) -> Clause | None:
        """Return the clause that holds ``offset``."""
        return next((c for c in self.clauses if c.start <= offset < c.end), None)

    def of(self, clause: Clause) -> str:
        """Return the folded text of ``clause``."""
        return self.folded[clause.start : clause.end]

    def after(self, clause: Clause) -> str:
        """Return the folded text of the clause behind ``clause``, or nothing."""
        return next((self.of(c) for c in self.clauses if c.start >= clause.end), "")


def read_text(raw: str, rules: Rules) -> Text:
    """Cut ``raw`` into clauses and mark conditions and quotations."""
    folded = fold(raw)
    found: list[Clause] = []
    for number, (start, end) in enumerate(_split(folded, 0, len(folded), _SENTENCE)):
        condition: int | None = None
        for a, b in _split(folded, start, end, _CLAUSE):
            for x, y in _shortened(folded, a, b, rules):
                match = rules.condition.search(folded, x, y)
                condition = match.start() if match else condition
                hedged = rules.hedge.search(folded, x, y) is not None
                found.append(Clause(x, y, number, x if hedged else condition))
    pieces = (*found, *_windows(folded, found, int(rules.values["window"])))
    return Text(raw, folded, tuple(found), tuple(_quotations(folded, rules)), pieces)


def _windows(text: str, clauses: list[Clause], size: int) -> Iterator[Clause]:
    for clause in clauses:
        if clause.end - clause.start > 1.5 * size:
            for start in _steps(text, clause, size // 2):
                end = min(start + size, clause.end)
                yield replace(clause, start=start, end=end, window=True)
    for one, two in pairwise(clauses):
        if one.sentence == two.sentence and two.end - one.start <= 2 * size:
            under = one if one.conditional else two
            yield replace(one, end=two.end, condition=under.condition, window=True)


def _steps(text: str, clause: Clause, step: int) -> Iterator[int]:
    """Yield word starts about ``step`` characters apart."""
    at, last = clause.start, clause.start - step
    for word in jieba.lcut(text[clause.start : clause.end]):
        if at - last >= step and clause.end - at >= step:
            yield at
            last = at
        at += len(word)


def negator_before(text: str, at: int, rules: Rules) -> bool:
    """Tell whether an odd number of negators turns what starts at ``at`` of a folded clause."""
    harmless = [m.span() for m in rules.not_negator.finditer(text)]
    reach = int(rules.values["negation_reach"])
    found = [
        m
        for m in rules.negator.finditer(text, 0, at)
        if m.end() >= at - reach
        and not rules.closing.match(text, m.end(), at)
        and not any(a <= m.start() < b for a, b in harmless)
    ]
    return len(found) % 2 == 1


def negators(text: str, rules: Rules) -> list[int]:
    """Return the end offsets of the negators in a folded text."""
    harmless = [m.span() for m in rules.not_negator.finditer(text)]
    return [
        m.end()
        for m in rules.negator.finditer(text)
        if not any(a <= m.start() < b for a, b in harmless)
    ]


def _split(text: str, start: int, end: int, mark: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    at = start
    for match in mark.finditer(text, start, end):
        if text[at : match.start()].strip():
            yield at, match.start()
        at = match.end()
    if text[at:end].strip():
        yield at, end


def _shortened(text: str, start: int, end: int, rules: Rules) -> Iterator[tuple[int, int]]:
    if end - start > rules.values["long_clause"]:
        at = start
        for match in rules.boundary.finditer(text, start, end):
            if match.start() - at >= _SHORTEST:
                yield at, match.start()
                at = match.start()
        start = at
    yield start, end


def _quotations(text: str, rules: Rules) -> Iterator[tuple[int, int]]:
    for match in rules.quote.finditer(text):
        start = match.end()
        closing = _OPEN_CLOSE.get(text[start : start + 1])
        if closing:
            end = text.find(closing, start + 1)
            yield start, (len(text) if end < 0 else end + 1)
        else:
            stop = _CLAUSE.search(text, start)
            cue = rules.boundary.search(text, start + _SHORTEST)
            ends = [m.start() for m in (stop, cue) if m]
            yield start, min([len(text), start + _SCOPE, *ends])
