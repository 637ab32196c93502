"""The tagger's network: stored weights as an ONNX graph of two bidirectional GRU layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WIDTH = 128  # of a character's vector, and of a GRU's state
LAYERS = 2
_OPSET, _IR_VERSION = 17, 9


class Weights:
    """The stored tensors: each file is a header and the raw values, the values last."""

    def __init__(self, folder: Path, tags: int) -> None:
        self._folder = folder
        self.tags = tags

    def read(self, name: str, rows: int, columns: int) -> Floats:
        """Return one matrix; ``columns`` of -1 stands for the number of tags."""
        shape = (rows, self.tags if columns < 0 else columns)
        size = 4 * shape[0] * shape[1]
        raw = (self._folder / name).read_bytes()[-size:]
        return np.frombuffer(raw, "<f4").reshape(shape)

    def gru(self, number: int, inputs: int) -> tuple[Floats, Floats, Floats]:
        """Return input weights, state weights and biases of one direction, as ONNX orders them.

        Stored are update and reset gate side by side, then the candidate. The stored update gate
        says how much is new, ONNX's how much stays, so its sign is turned.
        """
        width = WIDTH
        signs = np.repeat(np.array([-1, 1, 1], "<f4"), width)
        into = self.read(f"fc_{number}.w_0", inputs, 3 * width) * signs
        bias = self.read(f"fc_{number}.b_0", 1, 3 * width) + self.read(
            f"gru_{number}.b_0", 1, 3 * width
        )
        flat = self.read(f"gru_{number}.w_0", 3 * width, width).ravel()
        gates = flat[: 2 * width * width].reshape(width, 2 * width)
        state = np.hstack([gates, flat[2 * width * width :].reshape(width, width)]) * signs
        return into.T, state.T, np.hstack([bias[0] * signs, np.zeros(3 * width, "<f4")])


def open_session(weights: Weights) -> Any:
    """Return an onnxruntime session of the network.

    ``vectors``, float32 ``(characters, 1, WIDTH)``, go in; ``scores``, float32 ``(characters,
    tags)``, come out.
    """
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    constants: dict[str, NDArray[Any]] = {"merged": np.array([0, 1, -1]), "flat": np.array([0, -1])}
    nodes, rows = [], "vectors"
    for layer in range(LAYERS):
        inputs = WIDTH if layer == 0 else 2 * WIDTH
        both = zip(*(weights.gru(2 * layer + side, inputs) for side in (0, 1)), strict=True)
        names = [f"{part}{layer}" for part in ("W", "R", "B")]
        constants |= {name: np.stack(pair) for name, pair in zip(names, both, strict=True)}
        nodes += [
            helper.make_node(
                "GRU",
                [rows, *names],
                [f"states{layer}"],
                hidden_size=WIDTH,
                direction="bidirectional",
                linear_before_reset=0,
            ),
            # (characters, directions, 1, width) to (characters, 1, directions * width)
            helper.make_node("Transpose", [f"states{layer}"], [f"t{layer}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"t{layer}", "merged"], [f"rows{layer}"]),
        ]
        rows = f"rows{layer}"
    constants["out"] = weights.read(f"fc_{2 * LAYERS}.w_0", 2 * WIDTH, -1)
    constants["out_bias"] = weights.read(f"fc_{2 * LAYERS}.b_0", 1, -1)
    nodes += [
        helper.make_node("Reshape", [rows, "flat"], ["plain"]),
        helper.make_node("Gemm", ["plain", "out", "out_bias"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tagger",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["characters", 1, WIDTH])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["characters", weights.tags])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # one line is too little to share out
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
