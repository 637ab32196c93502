"""The reference backend: sentence-transformers in float32, for any model it can load."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexing.errors import ModelError
from indexing.model.protocol import Progress, Vectors, identity_of

# Texts between two calls of a progress function.
_CHUNK = 512
_BATCH = 32


class TorchEncoder:
    """Any sentence-transformers model, by folder or name, with the prompts it was saved with."""

    def __init__(
        self, model: str | Path, *, threads: int | None = None, identity: str | None = None
    ) -> None:
        """Load ``model``. ``identity`` is worked out from what was loaded if it is not given.

        Raises:
            ModelError: There is no such model, or it cannot be loaded.
        """
        import torch
        from sentence_transformers import SentenceTransformer

        if threads is not None:
            torch.set_num_threads(threads)
        try:
            self._model: Any = SentenceTransformer(str(model))
        except Exception as error:
            # Whatever a foreign model folder holds surfaces here as an error of any library below.
            why = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ModelError(f"无法载入向量模型 {model}，请检查名称或文件夹({why})。") from error
        self.dim: int = int(self._dimension())
        self.identity: str = identity or self._identity(Path(model).name)

    def _dimension(self) -> Any:
        modern = getattr(self._model, "get_embedding_dimension", None)
        return modern() if modern else self._model.get_sentence_embedding_dimension()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, with the model's query prompt."""
        return self._encode(self._model.encode_query, texts, None)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one unit row a text, with the model's document prompt."""
        return self._encode(self._model.encode_document, texts, progress)

    def _encode(
        self, encode: Callable[..., Any], texts: Sequence[str], progress: Progress | None
    ) -> Vectors:
        rows = np.empty((len(texts), self.dim), np.float32)
        for first in range(0, len(texts), _CHUNK):
            chunk = list(texts[first : first + _CHUNK])
            rows[first : first + _CHUNK] = encode(
                chunk, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
            if progress is not None:
                progress(first + len(chunk), len(texts))
        return rows

    def _identity(self, name: str) -> str:
        weights = hashlib.sha256()
        for key, tensor in sorted(self._model.state_dict().items()):
            weights.update(key.encode())
            weights.update(tensor.detach().cpu().float().numpy().tobytes())
        backend = getattr(self._model.tokenizer, "backend_tokenizer", None)
        vocabulary = backend.to_str() if backend else str(self._model.tokenizer.get_vocab())
        parts = {
            "weights": weights.hexdigest(),
            "tokenizer": hashlib.sha256(vocabulary.encode()).hexdigest(),
            "prompts": dict(self._model.prompts),
            "modules": [_describe(module) for module in self._model],
            "max_seq_length": self._model.max_seq_length,
        }
        return identity_of(name, "torch", parts)


def _describe(module: Any) -> str:
    """Return what a module does: its class and, for pooling, how it pools."""
    mode = getattr(module, "get_pooling_mode_str", None)
    return f"{type(module).__name__}:{mode() if mode else ''}"
