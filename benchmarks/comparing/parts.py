"""The project's search with one part taken away or added, to see what each part pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from benchmarks.comparing.corpus import Corpus
from benchmarks.comparing.systems import ANY, Builder, Ours
from indexing import retrieval
from indexing.calibration import log_odds, probability
from indexing.records import Hit, Result
from indexing.sounds import HeardWords
from indexing.text.repair import Repaired
from indexing.tokens import Tokenizer

RERANKED = 50  # records that a second look puts in order again
LATE = 4.0  # weight of the late interaction beside the calibrated log odds, the best of 1 to 10

Vectors = NDArray[np.float32]


def variants(corpus: Corpus, model: Path) -> dict[str, Builder]:
    """Return the search as it is, and with one part less or more, by what was changed."""
    found: dict[str, Builder] = {
        "全部": Ours,
        "不合看全篇的字词": _patched("coverage", lambda own, *_rest: own),
        "不看找到的之间的差别": _patched(
            "contrast", lambda _words, ids, _snapshot: np.zeros(len(ids))
        ),
        "不听同音": _retriever(heard=HeardWords(())),
        "不用同义词": _retriever(synonyms={}),
        "不用领域词典": lambda corpus: Ours(replace(corpus, tokenizer=Tokenizer())),
        "不修查询": _patched("repair", lambda text: Repaired(text, ())),
        "只按名次融合（RRF）": ByRank,
    }
    if corpus.retriever.adapter is not None:
        found["不用查询适配"] = _retriever(adapter=None)
    if any(record.title for record in corpus.records):
        found["文本块不带标题"] = lambda corpus: Ours(untitled(corpus))
    if any(record.category for record in corpus.records):
        found["不看分类"] = Unleaned
    found["加上迟交互（前 50 篇）"] = lambda corpus: ByTokens(corpus, model)
    return found


def _retriever(**changes: Any) -> Builder:
    return lambda corpus: Ours(replace(corpus, retriever=replace(corpus.retriever, **changes)))


def untitled(corpus: Corpus) -> Corpus:
    """Return the corpus with the titles and headings left out of its passages."""
    records = tuple(
        replace(
            record,
            title="",
            passages=tuple(replace(passage, heading=()) for passage in record.passages),
        )
        for record in corpus.records
    )
    return Corpus.of(records, corpus.encoder.encoder, corpus.tokenizer, corpus.retriever)


def _patched(name: str, function: Callable[..., Any]) -> Builder:
    class Patched(Ours):
        def search(self, text: str, limit: int) -> list[str]:
            with patch.object(retrieval, name, function):
                return super().search(text, limit)

    return Patched


class ByRank(Ours):
    """Reciprocal rank fusion of the project's own legs, without the calibrated order."""

    def search(self, text: str, limit: int) -> list[str]:
        """Return the records at their best fused passage's place."""
        library = self._library
        query = library.retriever.prepare(text, library.encoder, library.tokenizer)
        fused = library.retriever.legs(query, ANY, library.snapshot()).fused
        rows = library.store.passage_rows(fused)
        return list(dict.fromkeys(rows[one].record_id for one in fused if one in rows))[:limit]


class Unleaned(Ours):
    """The search without the triage's category as a soft signal."""

    def leaned(self, _text: str, result: Result) -> Result:
        """Return ``result`` as it is."""
        return result


class ByTokens(Ours):
    """Late interaction: each token of the query with the nearest of the passage (MaxSim).

    Khattab & Zaharia, "ColBERT" (SIGIR 2020), with the encoder's own token vectors, centred and
    weighted by idf.
    """

    def __init__(self, corpus: Corpus, model: Path) -> None:
        super().__init__(corpus)
        self._model: Any = SentenceTransformer(str(model))
        self._tokens: dict[tuple[str, int, int], NDArray[np.float16]] = {}
        self._mean, self._df, self._texts = self._survey(corpus.passages)

    def _survey(self, passages: Sequence[str]) -> tuple[Vectors, dict[int, int], int]:
        """Return the mean token vector of some passages, and in how many a token stands."""
        some = passages[:: max(1, len(passages) // 500)]
        vectors = np.concatenate([self._encoded(text, "document")[0] for text in some])
        counts: dict[int, int] = {}
        for ids in self._model.tokenizer(list(passages))["input_ids"]:
            for token in set(ids):
                counts[token] = counts.get(token, 0) + 1
        return vectors.mean(axis=0), counts, len(passages)

    def _encoded(self, text: str, kind: str) -> tuple[Vectors, list[int]]:
        prompt = self._model.prompts[kind]
        [rows] = self._model.encode(
            [text], prompt=prompt, output_value="token_embeddings", show_progress_bar=False
        )
        ids = self._model.tokenizer(prompt + text, truncation=True)["input_ids"]
        return np.asarray(rows.cpu().numpy()[: len(ids)]), ids[: len(rows)]

    def _centred(self, vectors: Vectors) -> Vectors:
        moved = vectors - self._mean
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True))

    def found(self, text: str, limit: int) -> Result:
        """Return the best records, in order by log odds and the query tokens' best cosines.

        Of the cosines the idf-weighted mean counts; what a code ranks stays.
        """
        result = super().found(text, max(limit, RERANKED))
        if result.by_code:
            return result
        asked, ids = self._encoded(text, "query")
        wanted = self._centred(asked)
        idf = np.array([log(1 + self._texts / (0.5 + self._df.get(token, 0))) for token in ids])
        idf[:3] = idf[-1:] = 0.0  # the prompt and the marks of begin and end

        def scored(hit: Hit) -> Hit:
            near = float(self._likeness(wanted, hit) @ idf / idf.sum())
            return replace(hit, score=probability(log_odds(hit.score) + LATE * near))

        return result.ordered(map(scored, result.hits))

    def _likeness(self, wanted: Vectors, hit: Hit) -> Vectors:
        place = (hit.id, *hit.span)
        if place not in self._tokens:
            vectors, _ = self._encoded(f"{hit.title}\n{hit.passage}", "document")
            self._tokens[place] = self._centred(vectors).astype(np.float16)
        return np.asarray((wanted @ self._tokens[place].T.astype(np.float32)).max(axis=1))
