"""The encoder's weights, as read from the 4-bit file, with the pruned vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexing.model.q4 import Q4File, Shape

Floats = NDArray[np.float32]

# A layer's parts, and what Hugging Face's ``BertModel`` calls them.
LINEARS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention": "attention.output.dense",
    "up": "intermediate.dense",
    "down": "output.dense",
}
NORMS = {"attention_norm": "attention.output.LayerNorm", "output_norm": "output.LayerNorm"}


class Matrix(Protocol):
    """Weights, however they are kept."""

    def dense(self) -> Floats:
        """Return the float32 matrix, ``(outputs, inputs)``."""
        ...


@dataclass(frozen=True)
class Dense:
    """A matrix kept as it is."""

    values: Floats

    def dense(self) -> Floats:
        """Return the matrix."""
        return self.values


@dataclass(frozen=True)
class Linear:
    """A matrix ``(outputs, inputs)`` and its bias."""

    weight: Matrix
    bias: Floats


@dataclass(frozen=True)
class Norm:
    """Scale and shift of a layer normalisation."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True)
class Layer:
    """One transformer layer, post-norm as in BERT."""

    query: Linear
    key: Linear
    value: Linear
    attention: Linear
    attention_norm: Norm
    up: Linear
    down: Linear
    output_norm: Norm


@dataclass(frozen=True)
class Weights:
    """A whole encoder."""

    shape: Shape
    words: Matrix
    positions: Floats
    token_types: Floats
    norm: Norm
    layers: tuple[Layer, ...]


def read_weights(file: Q4File, keep: NDArray[np.int64]) -> Weights:
    """Return the weights of ``file`` with the word rows ``keep`` only."""
    shape = file.shape
    hidden = shape.hidden
    return Weights(
        shape=shape,
        words=file.matrix("emb.word", shape.vocabulary, hidden).rows(keep),
        positions=file.floats("emb.pos", shape.positions, hidden),
        token_types=file.floats("emb.type", shape.token_types, hidden),
        norm=_norm(file, "emb.ln"),
        layers=tuple(_layer(file, f"l{number}.") for number in range(shape.layers)),
    )


def _norm(file: Q4File, name: str) -> Norm:
    size = file.shape.hidden
    return Norm(file.floats(f"{name}.w", size), file.floats(f"{name}.b", size))


def _linear(file: Q4File, name: str, outputs: int, inputs: int) -> Linear:
    return Linear(file.matrix(f"{name}.w", outputs, inputs), file.floats(f"{name}.b", outputs))


def _layer(file: Q4File, prefix: str) -> Layer:
    hidden, wide = file.shape.hidden, file.shape.feed_forward
    return Layer(
        query=_linear(file, prefix + "q", hidden, hidden),
        key=_linear(file, prefix + "k", hidden, hidden),
        value=_linear(file, prefix + "v", hidden, hidden),
        attention=_linear(file, prefix + "ao", hidden, hidden),
        attention_norm=_norm(file, prefix + "aln"),
        up=_linear(file, prefix + "fi", wide, hidden),
        down=_linear(file, prefix + "fo", hidden, wide),
        output_norm=_norm(file, prefix + "oln"),
    )


def state(weights: Weights) -> dict[str, NDArray[np.float16]]:
    """Return the tensors under the names that Hugging Face's ``BertModel`` gives them.

    The pooler, which this model lacks, is written as zeros so that loading reports nothing missing.
    """
    hidden = weights.shape.hidden
    tensors: dict[str, Floats] = {
        "embeddings.word_embeddings.weight": weights.words.dense(),
        "embeddings.position_embeddings.weight": weights.positions,
        "embeddings.token_type_embeddings.weight": weights.token_types,
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
        **_named_norm("embeddings.LayerNorm", weights.norm),
    }
    for number, layer in enumerate(weights.layers):
        prefix = f"encoder.layer.{number}."
        for part, name in LINEARS.items():
            linear: Linear = getattr(layer, part)
            tensors[f"{prefix}{name}.weight"] = linear.weight.dense()
            tensors[f"{prefix}{name}.bias"] = linear.bias
        for part, name in NORMS.items():
            tensors |= _named_norm(prefix + name, getattr(layer, part))
    return {name: tensor.astype(np.float16) for name, tensor in tensors.items()}


def weights_of(tensors: Mapping[str, NDArray[np.float16]], shape: Shape) -> Weights:
    """Return the weights that `state` has named."""

    def floats(name: str) -> Floats:
        return np.asarray(tensors[name], np.float32)

    def norm(name: str) -> Norm:
        return Norm(floats(f"{name}.weight"), floats(f"{name}.bias"))

    def layer(prefix: str) -> Layer:
        parts: dict[str, Any] = {part: norm(prefix + name) for part, name in NORMS.items()}
        for part, name in LINEARS.items():
            weight = Dense(floats(f"{prefix}{name}.weight"))
            parts[part] = Linear(weight, floats(f"{prefix}{name}.bias"))
        return Layer(**parts)

    return Weights(
        shape=shape,
        words=Dense(floats("embeddings.word_embeddings.weight")),
        positions=floats("embeddings.position_embeddings.weight"),
        token_types=floats("embeddings.token_type_embeddings.weight"),
        norm=norm("embeddings.LayerNorm"),
        layers=tuple(layer(f"encoder.layer.{number}.") for number in range(shape.layers)),
    )


def _named_norm(name: str, norm: Norm) -> dict[str, Floats]:
    return {f"{name}.weight": norm.weight, f"{name}.bias": norm.bias}
