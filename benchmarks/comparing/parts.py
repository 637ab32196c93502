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
from cases.triage import Neighbour, load_triager
from indexing import retrieval
from indexing.retrieval import Query, Ranked
from indexing.sounds import HeardWords
from indexing.text.repair import Repaired
from indexing.tokens import Tokenizer

RERANKED = 50  # records that a second look puts in order again
LATE = 4.0  # weight of the late interaction beside the calibrated log odds, the best of 1 to 10
CATEGORY = 1.0  # weight of the category's probability beside the log odds, the best of .5 to 4
FIRST = 10  # cases that vote for a category

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
        found["加上分类的概率"] = ByCategory
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


class SecondLook(Ours):
    """The search's best records, put in order once more by the log odds and something else."""

    def search(self, text: str, limit: int) -> list[str]:
        """Return the records by ``log odds + more``; what a code ranks stays."""
        library = self._library
        query = library.retriever.prepare(text, library.encoder, library.tokenizer)
        ranked = library.retriever.rank(query, ANY, library.snapshot())
        rows = library.store.passage_rows([place.id for place in ranked])
        best: dict[str, Ranked] = {}
        for place in ranked:
            best.setdefault(rows[place.id].record_id, place)
        names = list(best)
        head = names[:RERANKED]
        if not query.is_code:
            more = self.more(query, [rows[best[name].id] for name in head], [*best.values()])
            odds = [_log_odds(best[name].score) for name in head]
            order = np.argsort(-(np.array(odds) + more), kind="stable")
            head = [head[at] for at in order]
        return [*head, *names[RERANKED:]][:limit]

    def more(self, query: Query, rows: Sequence[Any], places: Sequence[Ranked]) -> NDArray[Any]:
        """Return what speaks for each of the passages ``rows`` beside its score."""
        raise NotImplementedError


class ByCategory(SecondLook):
    """The triage's category as a soft signal."""

    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus)
        self._triager = load_triager()

    def more(self, query: Query, rows: Sequence[Any], places: Sequence[Ranked]) -> NDArray[Any]:
        """Return the probability of each record's category, weighted."""
        near = [
            Neighbour(row.category, place.score)
            for row, place in zip(rows[:FIRST], places, strict=False)
            if row.category
        ]
        category, confidence, _ = self._triager.categorise(query.text, near)
        return CATEGORY * np.array([confidence * (row.category == category) for row in rows])


class ByTokens(SecondLook):
    """Late interaction: each token of the query with the nearest of the passage (MaxSim).

    Khattab & Zaharia, "ColBERT" (SIGIR 2020), with the encoder's own token vectors, centred and
    weighted by idf.
    """

    def __init__(self, corpus: Corpus, model: Path) -> None:
        super().__init__(corpus)
        self._model: Any = SentenceTransformer(str(model))
        self._tokens: dict[int, tuple[Vectors, list[int]]] = {}
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

    def more(self, query: Query, rows: Sequence[Any], _places: Sequence[Ranked]) -> NDArray[Any]:
        """Return the idf-weighted mean of the query tokens' best cosines, weighted."""
        asked, ids = self._encoded(query.text, "query")
        wanted = self._centred(asked)
        idf = np.array([log(1 + self._texts / (0.5 + self._df.get(token, 0))) for token in ids])
        idf[:3] = idf[-1:] = 0.0  # the prompt and the marks of begin and end
        return LATE * np.array([self._likeness(wanted, row) @ idf / idf.sum() for row in rows])

    def _likeness(self, wanted: Vectors, row: Any) -> Vectors:
        if row.id not in self._tokens:
            vectors, ids = self._encoded(f"{row.title}\n{row.text}", "document")
            self._tokens[row.id] = self._centred(vectors).astype(np.float16), ids
        return np.asarray((wanted @ self._tokens[row.id][0].T.astype(np.float32)).max(axis=1))


def _log_odds(share: float) -> float:
    inside = min(max(share, 1e-6), 1 - 1e-6)
    return log(inside / (1 - inside))
