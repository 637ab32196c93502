"""Labelled replies and customers' words as examples: a text, and questions with their outcomes."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.checking import read_rows
from benchmarks.shipped import LABELLED, read
from cases.questions import fit_question, fit_text
from cases.record import read_case, sections
from desk.calibrating import QUERIES
from indexing.model.judge import Question
from indexing.model.protocol import Encoder
from kb.checking.questions import phrase_question, point_question, slot_question
from kb.checking.rules import Phrase, own_phrases
from kb.wording import Point, Version, Wording, read_wording

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OUTCOMES = {
    "point": ("said", "missing", "contradicted"),
    "slot": ("filled", "empty", "invalid"),
    "phrase": ("said", "missing"),
    "fit": ("fits", "other"),
}
LEARNED = ("tune", "dev", "read", "fresh_read")  # splits of the labelled replies
STOPS = "，。；！？"
FORMS = 3  # ways of putting a question
NEAR = 4  # cases that a customer's words are nearest to
NEAR_PHRASES = 8  # of the general list, for a reply to be told from what comes near it
AT_ONCE = 10  # customers' words that read a case together
Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question in several forms, its outcome, and where the text shows it."""

    forms: tuple[Question, ...]
    outcome: int
    span: tuple[int, int] | None
    key: str

    @property
    def kind(self) -> str:
        """The question's kind."""
        return self.forms[0].kind


@dataclass(frozen=True)
class Example:
    """A text with what it is asked."""

    id: str
    text: str
    asked: tuple[Asked, ...]
    wording: str = ""


def wordings() -> dict[str, Wording]:
    """Return the shipped wordings and those written for training."""
    paths = [*(ROOT / "kb" / "wording").rglob("*.yaml"), *(HERE / "wordings").glob("*.yaml")]
    found = [read_wording(path.read_text("utf-8"), path.name)[0] for path in sorted(paths)]
    return {wording.id: wording for wording in found}


def replies() -> list[Row]:
    """Return the replies to learn from: the halves that may be read, and those written for it."""
    rows = [row for row in read_rows() if row["split"] in LEARNED]
    return rows + _rows_in("replies")


def apart() -> list[Row]:
    """Return the replies over wordings of their own that are kept for fitting the weighing."""
    return _rows_in("apart")


def _rows_in(folder: str) -> list[Row]:
    paths = sorted((HERE / folder).glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def reply_example(row: Row, version: Version, phrases: Sequence[Phrase]) -> Example:
    """Return a labelled reply with its points, slots and ``phrases``."""
    text = row["reply"]
    asked = [
        _asked(point_forms(point), row["points"][point.id], text, point.id)
        for point in version.points
    ]
    asked += [
        _asked((slot_question(version, name),), row["slots"][name], text, name)
        for name in version.slots
    ]
    said = dict(_pair(item) for item in row["forbidden"])
    for phrase in phrases:
        label = ("said", said[phrase.phrase]) if phrase.phrase in said else "missing"
        asked.append(_asked(phrase_forms(phrase), label, text, phrase.phrase))
    return Example(row["id"], text, tuple(asked), row["wording"])


def point_forms(point: Point) -> tuple[Question, ...]:
    """Return the ways of asking whether a point is made."""
    return tuple(dict.fromkeys(point_question(point, at) for at in range(FORMS)))


def phrase_forms(phrase: Phrase) -> tuple[Question, ...]:
    """Return the ways of asking whether a phrase is said."""
    return tuple(dict.fromkeys(phrase_question(phrase, at) for at in range(FORMS)))


def _asked(forms: tuple[Question, ...], label: Any, text: str, key: str) -> Asked:
    status, evidence = _pair(label)
    at = text.find(evidence) if evidence else -1
    span = (at, at + len(evidence)) if at >= 0 else None
    return Asked(forms, OUTCOMES[forms[0].kind].index(status), span, key)


def _pair(label: Any) -> tuple[str, str]:
    return (label, "") if isinstance(label, str) else (label[0], label[1])


def phrases_of(
    version: Version, general: Sequence[Phrase], said: Iterable[str], near: Mapping[str, float]
) -> tuple[Phrase, ...]:
    """Return the phrases to ask a reply for: the wording's, those it says, and the nearest."""
    own = own_phrases(version, general, fatal=True)
    names = {phrase.phrase for phrase in own}
    rest = [phrase for phrase in general if phrase.phrase not in names]
    voiced = set(said)
    some = [phrase for phrase in rest if phrase.phrase in voiced]
    others = [phrase for phrase in rest if phrase.phrase not in voiced]
    others.sort(key=lambda phrase: -near.get(phrase.phrase, -1.0))
    return (*own, *some, *others[:NEAR_PHRASES])


def day_of(row: Row) -> date:
    """Return the day of a reply."""
    return date.fromisoformat(row["as_of"])


def fit_examples(encoder: Encoder) -> list[Example]:
    """Return the cases, each read by what customers say: of it, and of what is only near to it."""
    texts = {}
    for path in sorted((ROOT / "cases" / "library").rglob("*.md")):
        written = path.read_text("utf-8")
        case = read_case(written, path.name)[0]
        texts[case.id] = fit_text(case.title, sections(written)["投诉描述"])
    said: dict[str, dict[str, int]] = {}
    for folder in (LABELLED, HERE):
        for line in read(folder / "phrasings.jsonl"):
            said |= {text: {line["id"]: 2} for text in line["phrasings"]}
        foreign = (folder / "foreign.txt").read_text(encoding="utf-8").splitlines()
        said |= {text: {} for text in foreign}
    said |= {query["text"]: query["cases"] for query in read(QUERIES)}
    names = list(texts)
    cosines = encoder.encode_queries(list(said)) @ encoder.encode_passages(list(texts.values())).T
    pairs: dict[str, list[Asked]] = defaultdict(list)
    for (text, fitting), row in zip(said.items(), cosines, strict=True):
        near = [names[at] for at in np.argsort(-row)[:NEAR]]
        for case in {*near, *(name for name in fitting if name in texts)}:
            outcome = int(fitting.get(case, 0) < 1)
            pairs[case].append(Asked((fit_question(text),), outcome, None, text))
    return [Example(case, texts[case], tuple(pairs[case])) for case in names]


def thinned(example: Example, keep: Mapping[str, float], chance: random.Random) -> list[Example]:
    """Return what of ``example`` is learned in one round.

    What is common (a point said, a slot filled, a phrase not said, words that do not fit) is kept
    by chance; a case's many words are parted.
    """
    common = {"point": 0, "slot": 0, "phrase": 1, "fit": 1}
    asked = [
        one
        for one in example.asked
        if one.outcome != common[one.kind] or chance.random() < keep[one.kind]
    ]
    if not asked or asked[0].kind != "fit":
        return [replace(example, asked=tuple(asked or example.asked[:1]))]
    chance.shuffle(asked)
    some = asked[: len(asked) // 2]
    return [
        replace(example, asked=tuple(some[at : at + AT_ONCE]))
        for at in range(0, len(some), AT_ONCE)
    ]


CONDITIONS = (
    "如果领导同意，",
    "要是系统放得开，",
    "等上面批下来，",
    "假如后台还有名额，",
    "万一排得上号的话，",
    "除非经理签字，",
    "要看情况，兴许",
    "您得先把评价打成满意，",
    "有空的话，",
    "碰巧有人的话，",
)
FREE = frozenset({"apology", "thanks"})  # what no condition takes back


def with_condition(example: Example, chance: random.Random) -> Example | None:
    """Return a reply in which a point it makes stands under a condition, so that it is not made.

    It is asked for that point, and for those that are made before it.
    """
    said = [
        one
        for one in example.asked
        if one.kind == "point" and one.outcome == 0 and one.span and one.key not in FREE
    ]
    if not said:
        return None
    one = chance.choice(said)
    start = one.span[0] if one.span else 0
    at = max(example.text.rfind(mark, 0, start) for mark in STOPS) + 1
    text = example.text[:at] + chance.choice(CONDITIONS) + example.text[at:]
    before = (
        other
        for other in example.asked
        if other.kind == "point" and other.span and other.span[1] <= at
    )
    turned = replace(one, outcome=1, span=None)
    return replace(example, id=f"{example.id}?", text=text, asked=(turned, *before))
