"""The judge as it is trained: the encoder's frozen layers, low-rank steps above them, a head.

`indexing.model.judge` runs what `trained` returns; both compute the same.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.judging.examples import OUTCOMES
from indexing.model.fast_backend import tokenizer_of
from indexing.model.judge_graph import read_base
from indexing.model.weights import LINEARS, Layer, Linear, Norm, Weights

SPLIT = 6  # layers below see neither side of the other and stay as they are
RANK = 16
SCALE = 2.0  # of the low-rank steps
HIDDEN = 256
NEAREST = 4  # tokens whose likeness the head is told
COLUMNS = {
    kind: (at, len(names))
    for at, (kind, names) in zip(
        np.cumsum([0, *map(len, OUTCOMES.values())]).tolist(), OUTCOMES.items(), strict=False
    )
}


@dataclass
class Lower:
    """The frozen layers: a text's states, computed once."""

    weights: Weights
    tokenizer: Any

    @classmethod
    def of(cls, model: Path) -> Lower:
        """Load the built model in ``model``."""
        return cls(read_base(model), tokenizer_of(model))

    @torch.no_grad()
    def states(self, texts: Iterable[str]) -> dict[str, Tensor]:
        """Return ``(tokens, hidden)`` in half precision for each text."""
        groups: dict[int, list[tuple[str, list[int]]]] = {}
        for text in dict.fromkeys(texts):
            ids = self.tokenizer.encode(text).ids
            groups.setdefault(len(ids), []).append((text, ids))
        found: dict[str, Tensor] = {}
        for some in groups.values():
            for at in range(0, len(some), 64):
                part = some[at : at + 64]
                rows = self._embedded(torch.tensor([ids for _, ids in part]))
                for layer in self.weights.layers[:SPLIT]:
                    rows = run_layer(rows, layer, self.weights.shape.heads, None, None)
                found |= {text: row.half() for (text, _), row in zip(part, rows, strict=True)}
        return found

    def _embedded(self, ids: Tensor) -> Tensor:
        words = torch.from_numpy(self.weights.words.dense())[ids]
        places = torch.from_numpy(self.weights.positions)[: ids.shape[1]]
        rows = words + places + torch.from_numpy(self.weights.token_types[0])
        return normalised(rows, self.weights.norm)


def normalised(rows: Tensor, norm: Norm) -> Tensor:
    """Return the layer normalisation of ``rows``."""
    weight, bias = torch.from_numpy(norm.weight), torch.from_numpy(norm.bias)
    return functional.layer_norm(rows, (rows.shape[-1],), weight, bias, 1e-12)


def run_layer(
    rows: Tensor, layer: Layer, heads: int, mask: Tensor | None, steps: Any, drop: float = 0.0
) -> Tensor:
    """Return a layer's output; ``steps`` maps a part's name to its low-rank step, or is nothing."""

    def linear(part: str, values: Tensor) -> Tensor:
        kept: Linear = getattr(layer, part)
        weight, bias = torch.from_numpy(kept.weight.dense()), torch.from_numpy(kept.bias)
        result = functional.linear(values, weight, bias)
        if steps is None:
            return result
        low, high = steps(part)
        wet = functional.dropout(values, drop) if drop else values
        return result + functional.linear(functional.linear(wet, low), high) * SCALE

    texts, tokens, hidden = rows.shape
    parts = [
        linear(part, rows).view(texts, tokens, heads, hidden // heads).transpose(1, 2)
        for part in ("query", "key", "value")
    ]
    mixed = functional.scaled_dot_product_attention(*parts, attn_mask=mask)
    mixed = mixed.transpose(1, 2).reshape(texts, tokens, hidden)
    middle = normalised(linear("attention", mixed) + rows, layer.attention_norm)
    wide = functional.gelu(linear("up", middle))
    return normalised(linear("down", wide) + middle, layer.output_norm)


class Network(nn.Module):
    """The upper layers with their steps, and the head."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._weights = weights
        hidden, wide = weights.shape.hidden, weights.shape.feed_forward
        self.low, self.high = nn.ParameterDict(), nn.ParameterDict()
        for number in range(SPLIT, weights.shape.layers):
            for part in LINEARS:
                name = f"{number}_{part}"
                inputs, outputs = (
                    wide if part == "down" else hidden,
                    wide if part == "up" else hidden,
                )
                self.low[name] = nn.Parameter(torch.randn(RANK, inputs) / math.sqrt(inputs))
                self.high[name] = nn.Parameter(torch.zeros(outputs, RANK))
        # Likeness to begin with: the encoder's own vectors know what is alike.
        self.attend_q, self.attend_k, self.start, self.end = (
            nn.Parameter(torch.eye(hidden)) for _ in range(4)
        )
        self.sharpness = nn.Parameter(torch.full((3,), 8.0))
        self.hidden = nn.Linear(4 * hidden + 2, HIDDEN)
        self.status = nn.Linear(HIDDEN, sum(map(len, OUTCOMES.values())))

    def forward(
        self, rows: Tensor, mask: Tensor, pool: Tensor, text: Tensor, drop: float = 0.0
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return outcomes ``(B, Q, all)``, begins and ends of spans ``(B, Q, tokens)``.

        ``rows`` are lower states ``(B, tokens, hidden)``, ``pool`` the share of each token in each
        question's mean ``(B, Q, tokens)``, ``text`` tells the text's own tokens.
        """
        heads = self._weights.shape.heads
        for number in range(SPLIT, self._weights.shape.layers):
            rows = run_layer(
                rows, self._weights.layers[number], heads, mask, self._steps(number), drop
            )
        size = (rows.shape[-1],)
        asked = functional.layer_norm(pool @ rows, size)
        said = functional.layer_norm(rows, size)
        near = unit(asked @ self.attend_q) @ unit(said @ self.attend_k).transpose(1, 2)
        near = near.masked_fill(~text[:, None], -2.0)
        seen = torch.softmax(near * self.sharpness[0], -1) @ said
        best = near.topk(NEAREST, -1).values
        found = [asked, seen, asked * seen, (asked - seen).abs(), best[..., :1]]
        joined = torch.cat([*found, best.mean(-1, keepdim=True)], -1)
        wet = functional.dropout(joined, 2 * drop) if drop else joined
        outcomes = self.status(functional.gelu(self.hidden(wet)))
        plain = unit(said).transpose(1, 2)
        begin = unit(asked @ self.start) @ plain * self.sharpness[1]
        end = unit(asked @ self.end) @ plain * self.sharpness[2]
        return outcomes, begin, end

    def _steps(self, number: int) -> Any:
        return lambda part: (self.low[f"{number}_{part}"], self.high[f"{number}_{part}"])

    def _named(self) -> dict[str, Tensor]:
        """Return the parameters under the names that they are stored by."""
        found: dict[str, Tensor] = {
            "attend.q": self.attend_q,
            "attend.k": self.attend_k,
            "start": self.start,
            "end": self.end,
            "sharpness": self.sharpness,
            "hidden.w": self.hidden.weight,
            "hidden.b": self.hidden.bias,
            "status.w": self.status.weight,
            "status.b": self.status.bias,
        }
        for name in self.low:
            number, part = name.split("_", 1)
            found[f"layer{number}.{part}.a"] = self.low[name]
            found[f"layer{number}.{part}.b"] = self.high[name]
        return found

    @torch.no_grad()
    def load(self, trained: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `trained` gave."""
        for name, parameter in self._named().items():
            value = torch.from_numpy(trained[name].astype(np.float32))
            parameter.copy_(value / SCALE if name.endswith(".b") and "layer" in name else value)

    @torch.no_grad()
    def meet(self, trained: Mapping[str, NDArray[Any]]) -> None:
        """Go half the way back to what `trained` gave before."""
        now = self.trained()
        means = {
            name: (value.astype(np.float32) + now[name].astype(np.float32)) / 2
            for name, value in trained.items()
            if value.dtype == np.float16
        }
        self.load(means)

    def trained(self) -> dict[str, NDArray[Any]]:
        """Return what `indexing.model.judge.Judge` reads."""
        stored = {
            name: value.detach().numpy() * (SCALE if name.endswith(".b") and "layer" in name else 1)
            for name, value in self._named().items()
        }
        stored = {name: value.astype(np.float16) for name, value in stored.items()}
        digest = hashlib.sha256()
        for name in sorted(stored):
            digest.update(name.encode() + stored[name].tobytes())
        about = {"split": SPLIT, "digest": digest.hexdigest(), "kinds": json.dumps(COLUMNS)}
        return {**{name: np.asarray(value) for name, value in about.items()}, **stored}


def unit(rows: Tensor) -> Tensor:
    """Return ``rows`` of length 1."""
    return functional.normalize(rows, dim=-1)
