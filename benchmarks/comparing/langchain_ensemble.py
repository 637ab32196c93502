"""LangChain's ensemble; importable only where its packages are installed."""

from __future__ import annotations

import jieba
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings

from benchmarks.comparing.corpus import Corpus, Remembering
from benchmarks.comparing.systems import DEPTH

jieba.initialize()  # its dictionary is loaded once, whoever uses it first: no part of an index


class LangChain:
    """LangChain's ensemble of FAISS and BM25 with jieba put in by hand, equal weights."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        rows = [{"row": n} for n in range(len(corpus.passages))]
        vectors = corpus.encoder.encode_passages(corpus.passages)
        pairs = list(zip(corpus.passages, vectors, strict=True))
        near = FAISS.from_embeddings(pairs, Given(corpus.encoder), metadatas=rows)
        words = BM25Retriever.from_texts(
            corpus.passages, metadatas=rows, preprocess_func=jieba.lcut, k=DEPTH
        )
        self._ensemble = EnsembleRetriever(
            retrievers=[near.as_retriever(search_kwargs={"k": DEPTH}), words],
            weights=[0.5, 0.5],
            id_key="row",
        )

    def search(self, text: str, limit: int) -> list[str]:
        """Return the records of the passages found."""
        found = self._ensemble.invoke(text)
        return self._corpus.owners_of(document.metadata["row"] for document in found)[:limit]


class Given(Embeddings):  # type: ignore[misc]
    """The project's encoder as LangChain wants it."""

    def __init__(self, encoder: Remembering) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the passages' vectors."""
        found: list[list[float]] = self._encoder.encode_passages(texts).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        """Return a query's vector."""
        found: list[float] = self._encoder.encode_queries([text])[0].tolist()
        return found
