"""The fast backend: the built model's 8-bit ONNX graph, with neither torch nor transformers."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from indexing.errors import ModelError
from indexing.model.manifest import REFERENCE_VECTORS, Manifest
from indexing.model.protocol import Progress, Vectors

# Tokens of one batch: more do not make it faster, and its rows should stay in the cache.
BATCH_TOKENS = 1024
# Texts that are tokenised, and grouped by length, at a time.
CHUNK_TEXTS = 4096
# Cosine to the float32 vectors that this machine must reach. Processors that saturate 8-bit
# products in 16 bits do not.
MIN_COSINE = 0.995
# Fusing bias and GELU takes a slower kernel than the two apart.
_SLOW_FUSIONS = ["BiasGeluFusion"]


class FastEncoder:
    """Encodes texts of one token count together, so that nothing is padded.

    A text's vector is the same whatever is encoded beside it.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, identity: str, *, threads: int | None = None
    ) -> None:
        """Load graph and tokenizer of a built model.

        Raises:
            ModelError: They cannot be loaded, or give other vectors than the stored ones.
        """
        self.identity = identity
        self.dim = manifest.dim
        self._workers = ThreadPoolExecutor(threads or available_threads(), "encoder")
        self._prompts = (manifest.query_prompt, manifest.document_prompt)
        try:
            self._tokenizer = tokenizer_of(folder, manifest.max_seq_length)
            self._session = session_of(folder / manifest.fast)
        except Exception as error:
            # Both libraries raise bare Exception or classes of their own.
            raise ModelError(f"这台机器载入不了快速后端，请把后端设为 torch({error})。") from error
        self._check(np.load(folder / REFERENCE_VECTORS), manifest.reference)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, with the query prompt."""
        return self._encode(texts, self._prompts[0], None)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one unit row a text, with the document prompt."""
        return self._encode(texts, self._prompts[1], progress)

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> Vectors:
        rows = np.empty((len(texts), self.dim), np.float32)
        done = 0
        for first in range(0, len(texts), CHUNK_TEXTS):
            chunk = [prompt + text for text in texts[first : first + CHUNK_TEXTS]]
            ids = [encoding.ids for encoding in self._tokenizer.encode_batch(chunk)]
            work = list(batches([len(row) for row in ids]))
            for batch, vectors in zip(work, self._vectors(ids, work), strict=True):
                rows[[first + i for i in batch]] = vectors
                done += len(batch)
                if progress is not None:
                    progress(done, len(texts))
        return rows

    def _vectors(self, ids: list[list[int]], work: list[list[int]]) -> Iterable[Vectors]:
        """Return the vectors of each batch; several are computed at once, each by one thread.

        That is faster than several threads within a small batch, and leaves no thread waiting
        busily in the way of the search that follows a query.
        """

        def vectors(batch: list[int]) -> Vectors:
            found = self._session.run(None, {"input_ids": np.array([ids[i] for i in batch])})
            return np.asarray(found[0], np.float32)

        if len(work) == 1:
            return [vectors(work[0])]
        return self._workers.map(vectors, work)

    def _check(self, expected: Vectors, sentences: Sequence[str]) -> None:
        cosines = (self.encode_passages(sentences) * expected).sum(axis=1)
        if not (cosines >= MIN_COSINE).all():
            worst = f"{cosines.min():.4f}"
            raise ModelError(
                f"快速后端在这台机器上算出的向量不对(余弦 {worst})，请把后端设为 torch。"
            )


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions of equal length, as many together as ``BATCH_TOKENS`` allows, longest first.

    >>> list(batches([3, 600, 3, 600, 5]))
    [[1], [3], [4], [0, 2]]
    """
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for position, length in enumerate(lengths):
        by_length[length].append(position)
    for length, positions in sorted(by_length.items(), reverse=True):
        size = max(1, BATCH_TOKENS // max(1, length))
        for first in range(0, len(positions), size):
            yield positions[first : first + size]


def available_threads() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def tokenizer_of(folder: Path, longest: int | None = None) -> Any:
    """Return the built model's tokenizer; it keeps ``longest`` tokens of a text, or all."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    if longest is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(longest)
    return tokenizer


def session_of(graph: Path) -> Any:
    """Return a session of one thread: several texts are computed side by side instead."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(graph),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=_SLOW_FUSIONS,
    )
