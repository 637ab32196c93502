"""A library over small vectors: rooms below the model are tested without it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexing.calibration import Calibration
from indexing.library import Library
from indexing.records import Kind, Passage, Record, Status
from indexing.retrieval import Retriever
from indexing.store.store import Store
from indexing.tokens import Tokenizer


class CharacterEncoder:
    """Counts characters into 64 buckets: texts that share characters are near each other."""

    dim = 64

    def __init__(self, identity: str = "characters-1") -> None:
        self.identity = identity

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.full((len(texts), self.dim), 1e-6, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[hashlib.sha256(char.encode()).digest()[0] % self.dim] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_passages(self, texts: Sequence[str], **_: object) -> np.ndarray:
        return self.encode_queries(texts)


def make_record(record_id: str, text: str, **values: object) -> Record:
    passage = Passage((), 0, len(text), text, 0, len(text))
    defaults = {
        "kind": Kind.CASE,
        "title": f"标题{record_id}",
        "status": Status.PUBLISHED,
        "passages": (passage,),
    }
    return Record(id=record_id, text=text, **(defaults | values))


OpenLibrary = Callable[..., Library]


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer()


@pytest.fixture
def open_library(tmp_path: Path, tokenizer: Tokenizer) -> OpenLibrary:
    def opened(identity: str = "characters-1", **options: bool) -> Library:
        store = Store(f"sqlite:///{tmp_path / 'tousu.db'}")
        calibration = Calibration(("characters-1",), -6.0, (10.0, 5.0, 0.0, 0.0, 0.0), 0.5)
        encoder = CharacterEncoder(identity)
        return Library(
            store, tmp_path / "index", encoder, tokenizer, Retriever(calibration), **options
        )

    return opened
