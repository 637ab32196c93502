"""What an encoder promises, whatever computes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]


class Encoder(Protocol):
    """A bi-encoder. Rows it returns are float32 and have length 1."""

    @property
    def identity(self) -> str:
        """Stable name of weights, tokenizer, prompts, pooling and backend.

        Vectors of different identities are never compared.
        """
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, ``(len(texts), dim)``, for texts that search."""
        ...

    def encode_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one row a text, ``(len(texts), dim)``, for texts that are found.

        ``progress`` is called with the number of texts done and the number in all.
        """
        ...


def identity_of(name: str, backend: str, parts: Mapping[str, object]) -> str:
    """Return ``name@backend:digest``, the digest taken over ``parts``."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return f"{name}@{backend}:{hashlib.sha256(text.encode()).hexdigest()[:20]}"
