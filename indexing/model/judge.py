"""Reading a text for questions: what it says to each, and where.

The text is read once; every question then reads the text (and itself, but no other question), so
that all of them together cost little more than one. The lower layers are the encoder's own and see
neither side of the other (after DeFormer, Cao et al. 2020, arXiv:2005.00697): their states are
computed once for each text and kept for each question. The upper layers carry low-rank steps
trained for it (``make judge``), and a small head tells the outcome and the span.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexing.model.encoder import built_identity
from indexing.model.fast_backend import available_threads, batches, session_of, tokenizer_of
from indexing.model.judge_files import graph_files, read_trained
from indexing.model.manifest import MANIFEST, Manifest
from indexing.model.protocol import Encoder

Floats = NDArray[np.float32]

PROMPT = "query: "  # before every text; questions begin with what kind they are
LONGEST = 320  # characters of a text that are read at once
OVERLAP = 40
LONGEST_SPAN = 24  # tokens
LONGEST_QUESTION = 64  # tokens
KEPT = 60_000  # tokens of questions, and of texts read again, whose lower states are kept
NOTHING = 1  # of every kind's outcomes, the one that says: nothing of it in the text
_HIDDEN = np.float32(-1e9)


@dataclass(frozen=True)
class Question:
    """What to read a text for; ``kind`` is one of those that the judge was trained on."""

    kind: str
    text: str


@dataclass(frozen=True)
class Answer:
    """The share of each of the kind's outcomes, summing to 1, and the likeliest span."""

    shares: tuple[float, ...]
    span: tuple[int, int]


class Judging(Protocol):
    """What reads texts for questions."""

    def judge(
        self, asked: Sequence[tuple[str, Sequence[Question]]], *, again: bool = False
    ) -> list[list[Answer]]:
        """Return an answer to every question about every text; ``again`` as in `Judge.judge`."""
        ...


class Judge:
    """The shipped judge over the built model's layers."""

    def __init__(
        self, model: Path, trained: Path | None = None, *, threads: int | None = None
    ) -> None:
        """Load the graphs for the built model in ``model``, making them first if need be.

        ``trained`` are other weights than those that come with the package.

        Raises:
            ModelError: The graphs cannot be made.
        """
        weights = read_trained(trained)
        self._head = _Head.of(weights)
        self._lower, self._upper = map(session_of, graph_files(model, weights))
        self._tokenizer = tokenizer_of(model)
        self._workers = ThreadPoolExecutor(threads or available_threads(), "judge")
        self._kept: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def judge(
        self, asked: Sequence[tuple[str, Sequence[Question]]], *, again: bool = False
    ) -> list[list[Answer]]:
        """Return an answer to every question about every text.

        Where the texts will be read ``again``, as cases are, their lower states are kept.
        A long text is read piece by piece; an answer comes from the piece that says most to it.
        """
        pieces = [
            (number, at, part) for number, (text, _) in enumerate(asked) for at, part in _cut(text)
        ]
        texts = [self._tokenizer.encode(PROMPT + part) for *_, part in pieces]
        if again:
            known = self._remembered([PROMPT + part for *_, part in pieces])
            states = [known[PROMPT + part] for *_, part in pieces]
        else:
            states = self._states([encoding.ids for encoding in texts])
        wanted = self._remembered(
            (question.text for _, some in asked for question in some), LONGEST_QUESTION
        )

        def read(piece: int) -> list[Answer]:
            number, at, _ = pieces[piece]
            questions = asked[number][1]
            below = [states[piece], *(wanted[question.text] for question in questions)]
            offsets = [
                (max(a - len(PROMPT), 0) + at, max(b - len(PROMPT), 0) + at)
                for a, b in texts[piece].offsets
            ]
            return self._head.answers(self._read(below), below, questions, offsets)

        found: list[list[Answer]] = [[] for _ in asked]
        for (number, *_), answers in zip(
            pieces, self._workers.map(read, range(len(pieces))), strict=True
        ):
            found[number] = _better(found[number], answers)
        return found

    def _read(self, below: Sequence[Floats]) -> Floats:
        """Return the upper states of a text and the questions behind it, one after the other."""
        rows = np.concatenate(below)
        mask = np.full((len(rows), len(rows)), _HIDDEN, np.float32)
        at, text = 0, len(below[0])
        for part in below:
            mask[at : at + len(part), at : at + len(part)] = 0
            mask[at : at + len(part), :text] = 0
            at += len(part)
        found = self._upper.run(None, {"below": rows[None], "mask": mask[None, None]})
        return np.asarray(found[0][0], np.float32)

    def _states(self, ids: Sequence[Sequence[int]]) -> list[Floats]:
        """Return the lower states of each row of token ids."""
        found: dict[int, Floats] = {}
        work = list(batches([len(row) for row in ids]))

        def states(batch: list[int]) -> Floats:
            return np.asarray(
                self._lower.run(None, {"input_ids": np.array([ids[i] for i in batch])})[0]
            )

        for batch, rows in zip(work, self._workers.map(states, work), strict=True):
            found |= dict(zip(batch, rows, strict=True))
        return [found[number] for number in range(len(ids))]

    def _remembered(self, texts: Iterable[str], longest: int | None = None) -> Mapping[str, Floats]:
        """Return the lower states of texts that come again, ``longest`` tokens of each."""
        wanted = dict.fromkeys(texts)
        with self._lock:
            found = {text: self._kept[text] for text in wanted if text in self._kept}
        new = [text for text in wanted if text not in found]
        ids = [self._tokenizer.encode(text).ids[:longest] for text in new]
        found |= dict(zip(new, self._states(ids), strict=True))
        with self._lock:
            for text, rows in found.items():
                self._kept[text] = rows
                self._kept.move_to_end(text)
            size = sum(map(len, self._kept.values()))
            while size > KEPT:
                size -= len(self._kept.popitem(last=False)[1])
        return found


def judge_for(model: str | Path, encoder: Encoder, *, threads: int | None = None) -> Judge | None:
    """Return the judge over the built model that ``encoder`` runs by its fast backend.

    There is none beside another model, nor where 8-bit products were found not to be right.
    """
    folder = Path(model)
    built = (folder / MANIFEST).is_file()
    if not built or encoder.identity != built_identity(Manifest.read(folder), "fast"):
        return None
    return _shared(folder.absolute(), threads)


@lru_cache(maxsize=1)
def _shared(model: Path, threads: int | None) -> Judge:
    """Return one judge for all desks of a process: it holds no more than its graphs."""
    return Judge(model, threads=threads)


@dataclass(frozen=True)
class _Head:
    """From upper states to outcomes and spans; what `benchmarks.judge` trains beside the layers."""

    weights: Mapping[str, Floats]
    kinds: Mapping[str, tuple[int, int]]  # columns of the outcomes of each kind

    @classmethod
    def of(cls, trained: Mapping[str, NDArray[Any]]) -> _Head:
        names = ("attend.q", "attend.k", "start", "end", "sharpness", "hidden.w", "hidden.b")
        weights = {n: np.asarray(trained[n], np.float32) for n in (*names, "status.w", "status.b")}
        kinds = json.loads(str(trained["kinds"]))
        return cls(weights, {kind: (at, at + size) for kind, (at, size) in kinds.items()})

    def answers(
        self,
        states: Floats,
        below: Sequence[Floats],
        questions: Sequence[Question],
        offsets: Sequence[tuple[int, int]],
    ) -> list[Answer]:
        if not questions:
            return []
        w, size = self.weights, len(below[0])
        ends = np.cumsum([len(part) for part in below])
        asked = _normal(np.stack([states[a:b].mean(0) for a, b in pairwise(ends)]))
        said = _normal(states[:size])
        near = _unit(asked @ w["attend.q"]) @ _unit(said @ w["attend.k"]).T
        seen = _softmax(near * w["sharpness"][0]) @ said
        best = -np.sort(-near, axis=1)[:, :4]
        found = np.concatenate(
            [
                asked,
                seen,
                asked * seen,
                abs(asked - seen),
                best[:, :1],
                best.mean(1, keepdims=True),
            ],
            axis=1,
        )
        outcomes = _gelu(found @ w["hidden.w"].T + w["hidden.b"]) @ w["status.w"].T + w["status.b"]
        begin = _unit(asked @ w["start"]) @ _unit(said).T * w["sharpness"][1]
        end = _unit(asked @ w["end"]) @ _unit(said).T * w["sharpness"][2]
        own = next((i for i, (a, b) in enumerate(offsets) if b > a), 1)  # behind the prompt
        answers = []
        for row, question in enumerate(questions):
            shares = _softmax(outcomes[row, slice(*self.kinds[question.kind])])
            first, last = _span(begin[row], end[row], own)
            span = (offsets[first][0], offsets[last][1])
            answers.append(Answer(tuple(shares.tolist()), span))
        return answers


def _span(begin: Floats, end: Floats, own: int = 1) -> tuple[int, int]:
    """Return first and last token of the likeliest span from token ``own`` on, the last left out.

    The tokens before ``own`` are the mark of the beginning and the prompt, the last is a mark.
    """
    inner = len(begin) - 1 - own
    scores = begin[own:-1, None] + end[None, own:-1]
    allowed = np.triu(np.ones((inner, inner), bool)) & ~np.triu(
        np.ones((inner, inner), bool), LONGEST_SPAN
    )
    first, last = divmod(int(np.argmax(np.where(allowed, scores, _HIDDEN))), inner)
    return first + own, last + own


def _better(old: list[Answer], new: list[Answer]) -> list[Answer]:
    """Return of two pieces' answers the ones that say more."""
    if not old:
        return new
    return [min(a, b, key=lambda one: one.shares[NOTHING]) for a, b in zip(old, new, strict=True)]


def _cut(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    yield at, text[:LONGEST]
    while at + LONGEST < len(text):
        at += LONGEST - OVERLAP
        yield at, text[at : at + LONGEST]


def _normal(rows: Floats) -> Floats:
    centred = rows - rows.mean(-1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5))


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12))


def _softmax(rows: Floats) -> Floats:
    powers = np.exp(rows - rows.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


def _gelu(rows: Floats) -> Floats:
    from scipy.special import erf

    return np.asarray(rows * 0.5 * (1 + erf(rows / np.sqrt(2))), np.float32)
