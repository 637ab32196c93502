"""From a query to ranked hits: two legs, fused, scored, one hit a record, highlighted.

Reciprocal rank fusion picks the candidates; the calibrated score, a weighted sum of both legs'
scores, orders them (``docs/architecture.md`` says why).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from indexing.adapter import Adapter
from indexing.calibration import Calibration, Features
from indexing.coverage import contrast, coverage
from indexing.fusion import reciprocal_rank_fusion
from indexing.records import ASKED, Filter, Hit, Kind, Result, Status
from indexing.snapshot import Candidates, Snapshot
from indexing.sounds import HeardWords
from indexing.store.store import Store
from indexing.text.repair import repair
from indexing.text.traced import TracedText
from indexing.tokens import Tokenizer, codes

if TYPE_CHECKING:
    from indexing.model import Encoder

DEPTH = 100  # passages taken from each leg
FETCHED = 25  # passages read from the store at a time, until enough records are found
SYNONYM_WEIGHT = 0.5  # of a term that stands in for the one typed
SOUND_WEIGHT = 0.8  # of a word that sounds like what was typed and is no word


@dataclass(frozen=True)
class Query:
    """A question in every form the legs need.

    ``vector`` is what passages are compared with, ``plain`` the encoder's own.
    """

    text: str
    vector: np.ndarray[Any, np.dtype[np.float32]]
    plain: np.ndarray[Any, np.dtype[np.float32]]
    tokens: Sequence[str]
    weights: dict[str, float]
    codes: Sequence[str]

    @property
    def is_code(self) -> bool:
        """Tell whether codes make up at least half of what was typed."""
        return 2 * sum(map(len, self.codes)) >= len(self.text.strip())


@dataclass(frozen=True)
class Retriever:
    """The ranking's settings; ``synonyms`` maps a token to others that mean the same.

    ``heard`` are words that a mistyped one may stand for; ``adapter`` moves the query's vector
    before anything is compared with it.
    """

    calibration: Calibration
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    heard: HeardWords = field(default_factory=lambda: HeardWords(()))
    adapter: Adapter | None = None

    def search(
        self, query: Query, where: Filter, limit: int, snapshot: Snapshot, store: Store
    ) -> Result:
        """Return at most ``limit`` hits for ``query``, one a record, best first."""
        best: dict[str, tuple[Ranked, Any]] = {}
        shown: dict[str, Any] = {}
        ranked = self.rank(query, where, snapshot)
        for start in range(0, len(ranked), FETCHED):
            batch = ranked[start : start + FETCHED]
            rows = store.passage_rows([place.id for place in batch])
            for place in batch:
                row = rows.get(place.id)
                if row is not None:
                    best.setdefault(row.record_id, (place, row))
                    if row.part != ASKED:
                        shown.setdefault(row.record_id, row)
            if len(best) >= limit and set(islice(best, limit)) <= shown.keys():
                break
        chosen = [(place, shown.get(name, row)) for name, (place, row) in best.items()][:limit]
        found = np.array([place.id for place, _ in chosen], dtype=np.int64)
        cosines = snapshot.cosines(query.plain, found).tolist()
        hits = [
            _hit(rank, place, row, query, cosine)
            for rank, ((place, row), cosine) in enumerate(zip(chosen, cosines, strict=True), 1)
        ]
        cut_off = self.calibration.cut_off
        return Result(snapshot.generation, cut_off, tuple(hits), query.is_code)

    def prepare(self, text: str, encoder: Encoder, tokenizer: Tokenizer) -> Query:
        """Mend, encode and cut a query, adding the words that mean the same as its own."""
        text = repair(TracedText.of(text)).traced.text
        tokens = tokenizer.tokens(text)
        weights: dict[str, float] = {}
        for token in tokens:
            for other in self.synonyms.get(token, ()):
                if other not in tokens:
                    weights[other] = SYNONYM_WEIGHT
        for word in self.heard.heard(text, tokenizer.knows):
            if word not in tokens:
                weights[word] = SOUND_WEIGHT
        plain = encoder.encode_queries([text])
        moved = self.adapter.adapted(plain, encoder.identity) if self.adapter else plain
        return Query(
            text,
            moved[0],
            plain[0],
            [*tokens, *weights],
            weights,
            codes(text),
        )

    def legs(self, query: Query, where: Filter, snapshot: Snapshot) -> Legs:
        """Return what each leg finds, and both fused."""
        allowed = snapshot.allowed(where)
        dense = snapshot.dense(query.vector, DEPTH, allowed)
        lexical, ideal = snapshot.lexical(query.tokens, query.weights, DEPTH, allowed)
        fused = reciprocal_rank_fusion([dense.ids.tolist(), lexical.ids.tolist()])
        called = {code: snapshot.of_record(code, allowed).tolist() for code in query.codes}
        first = [one for ids in called.values() for one in ids]
        return Legs(dense, lexical, ideal, list(dict.fromkeys([*first, *fused])), called)

    def rank(self, query: Query, where: Filter, snapshot: Snapshot) -> list[Ranked]:
        """Return passages best first, with raw and calibrated scores."""
        legs = self.legs(query, where, snapshot)
        ids = np.array(legs.fused[:DEPTH], dtype=np.int64)
        cosines = snapshot.cosines(query.vector, ids)
        words = _scores_of(legs.lexical)
        best = max(legs.ideal, 1e-6)
        own = np.array([words.get(passage_id, 0.0) / best for passage_id in ids.tolist()])
        typed = [token for token in query.tokens if token not in query.weights]
        covered = coverage(own, typed, ids, snapshot)
        apart = contrast(typed, ids, snapshot)
        held = _holding_codes(legs.called, snapshot)
        named = {one for ids in legs.called.values() for one in ids}
        length = math.log(max(len(query.text), 1))
        ranked = []
        rows = zip(ids.tolist(), cosines.tolist(), covered.tolist(), apart.tolist(), strict=True)
        for passage_id, cosine, share, pairs in rows:
            with_codes = held.get(passage_id, 0) / max(len(query.codes), 1)
            features = Features(cosine, share, pairs, length, with_codes)
            is_called = query.is_code and passage_id in named
            score = 1.0 if is_called else self.calibration.probability(features)
            ranked.append(Ranked(passage_id, score, words.get(passage_id, 0.0), features))
        if query.is_code:  # a bare code must be matched to the letter, whatever else is near
            return sorted(ranked, key=lambda place: (-place.features.codes, -place.score))
        return sorted(ranked, key=lambda place: -place.score)


@dataclass(frozen=True)
class Legs:
    """The legs' passages, the ideal BM25 score, and the passages' ids by rank fusion.

    ``called`` are passages of the records that the query's codes name; they stand first.
    """

    dense: Candidates
    lexical: Candidates
    ideal: float
    fused: list[int]
    called: dict[str, list[int]]


@dataclass(frozen=True)
class Ranked:
    """A passage's place in the ranking."""

    id: int
    score: float
    bm25: float
    features: Features


def _scores_of(found: Candidates) -> dict[int, float]:
    return dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))


def _holding_codes(called: Mapping[str, Sequence[int]], snapshot: Snapshot) -> dict[int, int]:
    """Count, for each passage, how many of the query's codes it holds or its record is called."""
    held: dict[int, int] = {}
    for code, ids in called.items():
        for passage_id in {*snapshot.holding(code).tolist(), *ids}:
            held[passage_id] = held.get(passage_id, 0) + 1
    return held


def _hit(rank: int, place: Ranked, row: Any, query: Query, cosine: float) -> Hit:
    return Hit(
        rank=rank,
        kind=Kind(row.kind),
        id=row.record_id,
        title=row.title,
        passage=row.text,
        span=(row.start, row.end),
        source_span=(row.source_start, row.source_end),
        heading=tuple(row.heading),
        score=round(place.score, 4),
        cosine=round(cosine, 4),
        bm25=round(place.bm25, 4),
        highlights=highlights(row.text, query.tokens),
        category=row.category,
        urgency=row.urgency,
        status=Status(row.status),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        part=row.part,
        meta=row.meta,
    )


def highlights(text: str, tokens: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return the spans of ``text`` that one of ``tokens`` covers, joined where they touch.

    >>> highlights("家里宽带掉线", ["宽带", "掉线"])
    ((2, 6),)
    """
    words = sorted({t for t in tokens if len(t) > 1}, key=len, reverse=True)
    if not words:
        return ()
    found: list[tuple[int, int]] = []
    pattern = "|".join(re.escape(word) for word in words)
    for match in re.finditer(pattern, text, re.IGNORECASE):
        if found and match.start() <= found[-1][1]:
            found[-1] = (found[-1][0], match.end())
        else:
            found.append(match.span())
    return tuple(found)
