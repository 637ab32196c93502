"""The encoder's weights, as read from the 4-bit file, with the pruned vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexing.model.q4 import Q4File, Q4Matrix, Shape

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Linear:
    """A 4-bit matrix ``(outputs, inputs)`` and its bias."""

    weight: Q4Matrix
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
    words: Q4Matrix
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
        linears = {
            "attention.self.query": layer.query,
            "attention.self.key": layer.key,
            "attention.self.value": layer.value,
            "attention.output.dense": layer.attention,
            "intermediate.dense": layer.up,
            "output.dense": layer.down,
        }
        for name, linear in linears.items():
            tensors[f"{prefix}{name}.weight"] = linear.weight.dense()
            tensors[f"{prefix}{name}.bias"] = linear.bias
        tensors |= _named_norm(f"{prefix}attention.output.LayerNorm", layer.attention_norm)
        tensors |= _named_norm(f"{prefix}output.LayerNorm", layer.output_norm)
    return {name: tensor.astype(np.float16) for name, tensor in tensors.items()}


def _named_norm(name: str, norm: Norm) -> dict[str, Floats]:
    return {f"{name}.weight": norm.weight, f"{name}.bias": norm.bias}
