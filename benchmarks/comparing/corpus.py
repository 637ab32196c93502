"""One encoding of a set that serves every system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.library import searchable
from indexing.model import Encoder
from indexing.model.protocol import Progress, Vectors
from indexing.records import Record
from indexing.retrieval import Retriever
from indexing.tokens import Tokenizer


@dataclass(frozen=True)
class Remembering:
    """An encoder that looks known passages up and encodes queries each time anew."""

    encoder: Encoder
    known: dict[str, Vectors]

    @classmethod
    def of(cls, encoder: Encoder, texts: Iterable[str]) -> Remembering:
        """Encode each of ``texts`` once."""
        different = list(dict.fromkeys(texts))
        rows = encoder.encode_passages(different)
        return cls(encoder, dict(zip(different, rows, strict=True)))

    @property
    def identity(self) -> str:
        """The encoder's identity: the vectors are its own."""
        return self.encoder.identity

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.encoder.dim

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode ``texts``, ``(len(texts), dim)``."""
        return self.encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return the vectors of known ``texts``, ``(len(texts), dim)``."""
        if progress is not None:
            progress(len(texts), len(texts))
        return np.stack([self.known[text] for text in texts])


@dataclass(frozen=True)
class Corpus:
    """The passages that all systems index; ``owners[n]`` is the id of passage ``n``'s record."""

    records: tuple[Record, ...]
    passages: list[str]
    owners: list[str]
    encoder: Remembering
    tokenizer: Tokenizer
    retriever: Retriever

    @classmethod
    def of(
        cls,
        records: tuple[Record, ...],
        encoder: Encoder,
        tokenizer: Tokenizer,
        retriever: Retriever,
    ) -> Corpus:
        """Cut ``records`` into their passages as the library does, and encode them."""
        owners = [record.id for record in records for _ in record.passages]
        passages = [searchable(r, n) for r in records for n in range(len(r.passages))]
        tokenizer.tokens("词典在第一次分词时才载入")  # so that no system pays for it
        remembering = Remembering.of(encoder, passages)
        return cls(records, passages, owners, remembering, tokenizer, retriever)

    def whole(self) -> Corpus:
        """Return the same records as one text each, for systems that need no vectors."""
        texts = [f"{record.title}\n{record.text}".strip() for record in self.records]
        return replace(self, passages=texts, owners=[record.id for record in self.records])

    @property
    def is_cut(self) -> bool:
        """Tell whether some record has more than one passage."""
        return len(self.passages) > len(self.records)

    def owners_of(self, rows: Iterable[int]) -> list[str]:
        """Return the records of the passages ``rows``, each at its best passage's place."""
        return list(dict.fromkeys(self.owners[row] for row in rows))
