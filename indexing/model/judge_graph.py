"""The judge's two graphs: the encoder's lower layers as they are, and its adapted upper ones.

The lower graph turns a text into states that do not depend on what it is read for, so that they
are computed once. The upper one runs over a text and questions side by side under a mask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.model.graph import Builder
from indexing.model.q4 import Shape
from indexing.model.weights import LINEARS, Dense, Linear, Weights, weights_of

Tensors = Mapping[str, NDArray[Any]]

# Raise this when the graphs change.
VERSION = 1
STATES = "states"


def read_base(folder: Path) -> Weights:
    """Return the weights of the built model in ``folder``."""
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text("utf-8"))
    shape = Shape(
        hidden=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        feed_forward=config["intermediate_size"],
        vocabulary=config["vocab_size"],
        positions=config["max_position_embeddings"],
        token_types=config["type_vocab_size"],
        layer_norm_eps=config["layer_norm_eps"],
    )
    return weights_of(load_file(folder / "model.safetensors"), shape)


def adapted(weights: Weights, trained: Tensors) -> Weights:
    """Return ``weights`` with the low-rank steps of ``trained`` added.

    Hu et al., "LoRA" (arXiv:2106.09685): ``W + B A``, where ``B`` and ``A`` stand under the layer's
    number, the part's name and the letter.
    """
    layers = list(weights.layers)
    for number, layer in enumerate(layers):
        for part in LINEARS:
            name = f"layer{number}.{part}"
            if f"{name}.a" in trained:
                linear: Linear = getattr(layer, part)
                step = _floats(trained[f"{name}.b"]) @ _floats(trained[f"{name}.a"])
                moved: Any = replace(linear, weight=Dense(linear.weight.dense() + step))
                layers[number] = replace(layers[number], **{part: moved})
    return replace(weights, layers=tuple(layers))


def lower_graph(weights: Weights, split: int) -> Any:
    """Return the layers below ``split``: ``input_ids`` (texts, tokens) to ``states``."""
    builder = Builder(weights)
    builder.named(builder.layers(builder.embedded(), 0, split), STATES)
    return builder.collected(
        {"input_ids": ("INT64", ["texts", "tokens"])},
        {STATES: _states(weights)},
    )


def upper_graph(weights: Weights, split: int) -> Any:
    """Return the layers from ``split`` on: ``below`` and ``mask`` to ``states``.

    ``mask`` is added to the attention's scores, ``(texts, 1, tokens, tokens)``.
    """
    builder = Builder(weights)
    builder.named(builder.layers("below", split, len(weights.layers), "mask"), STATES)
    return builder.collected(
        {"below": _states(weights), "mask": ("FLOAT", ["texts", 1, "tokens", "tokens"])},
        {STATES: _states(weights)},
    )


def _states(weights: Weights) -> tuple[str, Sequence[str | int]]:
    return "FLOAT", ["texts", "tokens", weights.shape.hidden]


def _floats(values: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)
