"""Names of people and places in running text, by the tagger whose weights jieba carries.

jieba ships the small LAC model (Jiao, Sun and Sun 2018, "Chinese Lexical Analysis with Deep
Bi-GRU-CRF Network", arXiv:1807.01882) as bare weights for a framework that this project does not
install. Here the same network runs on onnxruntime: characters, two bidirectional GRU layers, a
linear layer, and the best path through a linear-chain CRF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.errors import ModelError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_WIDTH = 128  # of a character's vector, and of a GRU's state
_LAYERS = 2
_UNKNOWN = "OOV"
_KINDS = {"PER": "person", "nr": "person", "LOC": "place", "ns": "place", "ORG": "office"}
_REMEMBERED = 4096  # sentences: masking reads a text again after it has masked some of it
_THREADS = 2
_FAR = 4.0  # score by which a tag is out of question, whatever stands around it
_OPSET, _IR_VERSION = 17, 9


@dataclass(frozen=True)
class Entity:
    """A stretch ``[start, end)`` of the text: a ``person``, a ``place`` or an ``office``."""

    start: int
    end: int
    kind: str


class Tagger:
    """Finds people, places and organisations; safe to share between threads."""

    def __init__(self) -> None:
        """Read the weights from the installed jieba.

        Raises:
            ModelError: This jieba does not carry them, or onnxruntime cannot run them.
        """
        try:
            folder = _folder()
            self._characters = _numbered(folder / "word.dic")
            self._tags = {number: tag for tag, number in _numbered(folder / "tag.dic").items()}
            weights = _Weights(folder / "model_baseline", len(self._tags))
            self._embedding = weights.read("word_emb", 1 + max(self._characters.values()), _WIDTH)
            # Two rows before the transitions say what a path begins and ends with.
            self._begin, self._end, *moves = weights.read("crfw", len(self._tags) + 2, -1)
            self._moves = np.stack(moves, axis=1)  # (to, from)
            self._naming = [n for n, tag in self._tags.items() if tag.partition("-")[0] in _KINDS]
            self._workers = ThreadPoolExecutor(_THREADS, "tagger")
            self._all = np.arange(len(self._tags))
            self._session = _session(weights)
            self._known = lru_cache(_REMEMBERED)(lambda text: tuple(self._entities(text)))
        except Exception as error:
            raise ModelError(
                f"读不出分词组件自带的人名地名模型，请重新安装 jieba（{error}）。"
            ) from error

    def entities(self, sentence: str) -> tuple[Entity, ...]:
        """Return what the tagger sees in ``sentence``, which is not empty, in order."""
        return self._known(sentence)

    def read(self, sentences: Sequence[str]) -> list[tuple[Entity, ...]]:
        """Return what `entities` does, for each of ``sentences``, on two threads."""
        if len(sentences) == 1:
            return [self.entities(sentences[0])]
        return list(self._workers.map(self.entities, sentences))

    def _entities(self, text: str) -> Iterator[Entity]:
        begin = 0
        scores = self._scores(text)
        # Hardly a sentence names anybody: where no name comes near the best tag, none is on the
        # best path.
        if (scores[:, self._naming].max(axis=1) < scores.max(axis=1) - _FAR).all():
            return
        tags = self._best_path(scores)
        for place in range(1, len(tags) + 1):
            name = self._tags[tags[place - 1]].partition("-")[0]
            if place < len(tags) and self._tags[tags[place]] == f"{name}-I":
                continue
            if name in _KINDS:
                yield Entity(begin, place, _KINDS[name])
            begin = place

    def _scores(self, text: str) -> Floats:
        """Return each tag's score at each character, ``(characters, tags)``."""
        unknown = self._characters[_UNKNOWN]
        numbers = [self._characters.get(char, unknown) for char in text]
        vectors = self._embedding[numbers][:, None, :]
        scores: Floats = self._session.run(None, {"vectors": vectors})[0]
        return scores

    def _best_path(self, scores: Floats) -> list[int]:
        """Return the tags of the best path (Viterbi)."""
        best, came_from = self._begin + scores[0], []
        for row in scores[1:]:
            paths = best + self._moves
            chosen = paths.argmax(axis=1)
            came_from.append(chosen)
            best = paths[self._all, chosen] + row
        path = [int(np.argmax(best + self._end))]
        for step in reversed(came_from):
            path.append(int(step[path[-1]]))
        return path[::-1]


@cache
def load_tagger() -> Tagger:
    """Return the one tagger of this process."""
    return Tagger()


def _folder() -> Path:
    import jieba

    return Path(jieba.__file__).parent / "lac_small"


def _numbered(path: Path) -> dict[str, int]:
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {pair[1]: int(pair[0]) for pair in pairs if len(pair) == 2}


class _Weights:
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
        width = _WIDTH
        signs = np.repeat(np.array([-1, 1, 1], "<f4"), width)
        into = self.read(f"fc_{number}.w_0", inputs, 3 * width) * signs
        bias = self.read(f"fc_{number}.b_0", 1, 3 * width) + self.read(
            f"gru_{number}.b_0", 1, 3 * width
        )
        flat = self.read(f"gru_{number}.w_0", 3 * width, width).ravel()
        gates = flat[: 2 * width * width].reshape(width, 2 * width)
        state = np.hstack([gates, flat[2 * width * width :].reshape(width, width)]) * signs
        return into.T, state.T, np.hstack([bias[0] * signs, np.zeros(3 * width, "<f4")])


def _session(weights: _Weights) -> Any:
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    constants: dict[str, NDArray[Any]] = {"merged": np.array([0, 1, -1]), "flat": np.array([0, -1])}
    nodes, rows = [], "vectors"
    for layer in range(_LAYERS):
        inputs = _WIDTH if layer == 0 else 2 * _WIDTH
        both = zip(*(weights.gru(2 * layer + side, inputs) for side in (0, 1)), strict=True)
        names = [f"{part}{layer}" for part in ("W", "R", "B")]
        constants |= {name: np.stack(pair) for name, pair in zip(names, both, strict=True)}
        nodes += [
            helper.make_node(
                "GRU",
                [rows, *names],
                [f"states{layer}"],
                hidden_size=_WIDTH,
                direction="bidirectional",
                linear_before_reset=0,
            ),
            # (characters, directions, 1, width) to (characters, 1, directions * width)
            helper.make_node("Transpose", [f"states{layer}"], [f"t{layer}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"t{layer}", "merged"], [f"rows{layer}"]),
        ]
        rows = f"rows{layer}"
    constants["out"] = weights.read(f"fc_{2 * _LAYERS}.w_0", 2 * _WIDTH, -1)
    constants["out_bias"] = weights.read(f"fc_{2 * _LAYERS}.b_0", 1, -1)
    nodes += [
        helper.make_node("Reshape", [rows, "flat"], ["plain"]),
        helper.make_node("Gemm", ["plain", "out", "out_bias"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tagger",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["characters", 1, _WIDTH])],
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
