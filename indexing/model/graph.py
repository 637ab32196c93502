"""Write the encoder as an ONNX graph whose matrix products run on 8-bit integers.

Three things keep the vectors close to float32, none of which needs sample texts:

* Every token's row is scaled by its own largest value before it is rounded to 8 bits, so a vector
  does not depend on what else is in its batch.
* Rows that come out of a layer normalisation have a few channels far larger than the rest. Such
  channels are divided, and the matching weights multiplied, by a factor that follows from the
  normalisation's own scale and shift (after SmoothQuant, Xiao et al. 2023, arXiv:2211.10438).
  The value projection has factors of its own: those of query and key cost it half its precision.
* Weights have one scale an output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.model.weights import Floats, Layer, Linear, Norm, Weights

# Raise this when the vectors change: it is part of their identity.
VERSION = 2
OPSET = 17
MICROSOFT = "com.microsoft"
Tensors = Mapping[str, tuple[str, Sequence[str | int]]]  # type and shape by name
IR_VERSION = 9
# How much of a channel's range moves from the rows into the weights, 0 to 1.
SMOOTHING = 0.4
# GELU never goes below this; the largest value of a row of it is at least this far from zero.
GELU_FLOOR = 0.17


def save_graph(path: Path, weights: Weights) -> None:
    """Write the graph to ``path``.

    The input ``input_ids`` is int64 ``(texts, tokens)``, texts of one length and no padding; the
    output ``embedding`` is float32 ``(texts, hidden)``, rows of length 1.
    """
    import onnx

    onnx.save(Builder(weights).model(), str(path))


class Builder:
    """Collects nodes and constants while it walks through the network; good for one graph."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: dict[str, NDArray[Any]] = {}

    def model(self) -> Any:
        """Return the encoder: from ``input_ids`` to ``embedding``."""
        self._encoder()
        hidden = self._weights.shape.hidden
        return self.collected(
            {"input_ids": ("INT64", ["texts", "tokens"])},
            {"embedding": ("FLOAT", ["texts", hidden])},
        )

    def collected(self, inputs: Tensors, outputs: Tensors) -> Any:
        """Return the nodes and constants collected so far as a model."""
        from onnx import TensorProto, helper, numpy_helper

        def declared(tensors: Tensors) -> list[Any]:
            return [
                helper.make_tensor_value_info(name, getattr(TensorProto, kind), shape)
                for name, (kind, shape) in tensors.items()
            ]

        graph = helper.make_graph(
            self._nodes,
            "encoder",
            declared(inputs),
            declared(outputs),
            [numpy_helper.from_array(value, name) for name, value in self._constants.items()],
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    # -- the network -----------------------------------------------------------------------------

    def _encoder(self) -> None:
        rows = self.layers(self.embedded(), 0, len(self._weights.layers))
        mean = self._node("ReduceMean", rows, axes=[1], keepdims=0)
        self._node("LpNormalization", mean, output="embedding", axis=-1, p=2)

    def layers(self, rows: str, first: int, last: int, mask: str = "") -> str:
        """Add the layers from ``first`` up to ``last``; ``rows`` are what comes before them.

        ``mask`` is added to the attention's scores, ``(texts, 1, tokens, tokens)``.
        """
        norm = self._weights.layers[first - 1].output_norm if first else self._weights.norm
        for number in range(first, last):
            layer = self._weights.layers[number]
            rows = self._layer(rows, norm, layer, f"layer{number}", mask)
            norm = layer.output_norm
        return rows

    def named(self, rows: str, name: str) -> None:
        """Give ``rows`` the name of an output."""
        self._node("Identity", rows, output=name)

    def embedded(self) -> str:
        """Add what turns ``input_ids`` into rows for the first layer."""
        return self._normalise(self._embed(), self._weights.norm, "embed")

    def _embed(self) -> str:
        from onnx import TensorProto

        table = self._constant("words", self._weights.words.dense().astype(np.float16))
        words = self._node("Gather", table, "input_ids")
        words = self._node("Cast", words, to=TensorProto.FLOAT)
        # All tokens have type 0, so its row is added to every position's.
        positions = self._weights.positions + self._weights.token_types[0]
        length = self._node("Shape", "input_ids", start=1, end=2)
        zero = self._ints("zero", [0])
        places = self._node("Slice", self._constant("positions", positions), zero, length, zero)
        return self._node("Add", words, places)

    def _layer(self, rows: str, norm: Norm, layer: Layer, name: str, mask: str) -> str:
        layer = _fewer_biases(layer)
        query, key = self._normalised_products(rows, norm, [layer.query, layer.key], f"{name}.qk")
        (value,) = self._normalised_products(rows, norm, [layer.value], f"{name}.v")
        heads = self._weights.shape.heads
        seen = ["", "", mask] if mask else []  # neither biases nor padding
        mixed = self._node(
            "MultiHeadAttention", query, key, value, *seen, domain=MICROSOFT, num_heads=heads
        )
        attended = self._product(*self._quantise(mixed), layer.attention, f"{name}.attention")
        attended = self._node("Add", attended, rows)
        attended = self._normalise(attended, layer.attention_norm, f"{name}.middle")
        (wide,) = self._normalised_products(
            attended, layer.attention_norm, [layer.up], f"{name}.up"
        )
        wide = self._node("Gelu", wide, domain=MICROSOFT)
        quantised = self._quantise(wide, floor=GELU_FLOOR)
        down = self._product(*quantised, layer.down, f"{name}.down")
        return self._normalise(self._node("Add", down, attended), layer.output_norm, f"{name}.out")

    def _normalise(self, rows: str, norm: Norm, name: str) -> str:
        weight = self._constant(f"{name}.norm.weight", norm.weight)
        bias = self._constant(f"{name}.norm.bias", norm.bias)
        epsilon = self._weights.shape.layer_norm_eps
        return self._node("LayerNormalization", rows, weight, bias, epsilon=epsilon, axis=-1)

    # -- 8-bit products --------------------------------------------------------------------------

    def _normalised_products(
        self, rows: str, norm: Norm, linears: list[Linear], name: str
    ) -> list[str]:
        """Return the linear maps of ``rows`` that come out of ``norm``, smoothed alike."""
        smooth = _smoothing(norm, linears)
        even = self._node("Mul", rows, self._constant(f"{name}.smooth", 1 / smooth))
        quantised = self._quantise(even)
        return [
            self._product(*quantised, linear, f"{name}{number}", smooth)
            for number, linear in enumerate(linears)
        ]

    def _quantise(self, rows: str, floor: float | None = None) -> tuple[str, str]:
        """Return ``rows`` as bytes around 128, and the largest absolute value of each row.

        With ``floor``, no value is below ``-floor``, so that no absolute values are needed.
        """
        if floor is None:
            largest = self._node("ReduceMax", self._node("Abs", rows), axes=[-1], keepdims=1)
        else:
            largest = self._node("ReduceMax", rows, axes=[-1], keepdims=1)
            least = self._constant("gelu_floor", np.array(floor, np.float32))
            largest = self._node("Max", largest, least)
        unit = self._node("Div", rows, largest)
        return self._node("QuantizeLinear", unit, *self._byte_scale()), largest

    def _byte_scale(self) -> tuple[str, str]:
        scale = self._constant("byte_scale", np.array(1 / 127, np.float32))
        return scale, self._constant("byte_zero", np.array(128, np.uint8))

    def _product(
        self, rows: str, row_scale: str, linear: Linear, name: str, smooth: Floats | None = None
    ) -> str:
        """Return the linear map of quantised ``rows`` in float32."""
        dense = linear.weight.dense()
        if smooth is not None:
            dense = dense * smooth
        scales = np.abs(dense).max(axis=1) / 127
        steps = np.round(dense / scales[:, None]).astype(np.int8)
        scale, zero = self._byte_scale()
        product = self._node(
            "MatMulIntegerToFloat",
            rows,
            self._constant(f"{name}.weight", np.ascontiguousarray(steps.T)),
            scale,
            self._constant(f"{name}.scale", scales.astype(np.float32)),
            zero,
            domain=MICROSOFT,
        )
        product = self._node("Mul", product, row_scale)
        if not linear.bias.any():
            return product
        return self._node("Add", product, self._constant(f"{name}.bias", linear.bias))

    # -- plumbing --------------------------------------------------------------------------------

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants[name] = value
        return name

    def _ints(self, name: str, values: list[int]) -> str:
        return self._constant(name, np.array(values, np.int64))

    def _node(
        self, kind: str, *inputs: str, output: str = "", domain: str = "", **attributes: Any
    ) -> str:
        from onnx import helper

        output = output or f"{kind}{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(kind, list(inputs), [output], output, domain=domain, **attributes)
        )
        return output


def _fewer_biases(layer: Layer) -> Layer:
    """Return a layer that computes the same without biases of key and value.

    The key's adds one number to all scores of a query, which softmax ignores; the value's passes
    through attention as it is, for its weights sum to 1, and joins the next bias.
    """
    none = np.zeros_like(layer.key.bias)
    passed = layer.attention.weight.dense() @ layer.value.bias
    return replace(
        layer,
        key=replace(layer.key, bias=none),
        value=replace(layer.value, bias=none),
        attention=replace(layer.attention, bias=layer.attention.bias + passed),
    )


def _smoothing(norm: Norm, linears: list[Linear]) -> Floats:
    """Return what to divide each normalised channel by; the geometric mean is 1.

    Sizes are root mean squares: an output gathers the rounding errors of all channels. A normalised
    channel has mean 0 and variance 1 before scale and shift, which gives its size without any text.
    """
    rows = np.sqrt(norm.weight**2 + norm.bias**2)
    weights = np.sqrt(
        np.mean([(each.weight.dense() ** 2).mean(axis=0) for each in linears], axis=0)
    )
    factors = rows**SMOOTHING / np.maximum(weights, 1e-6) ** (1 - SMOOTHING)
    result: Floats = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    return result
