"""A value in a program: its buffer and its gradient's buffer."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]


CACHE_LINE = 64  # bytes


def buffer(shape: tuple[int, ...], dtype: DTypeLike, fill: float = 0.0) -> Array:
    """A new array that begins on a cache line.

    An elementwise call on a layer's worth of numbers is up to half again as slow where its vectors straddle
    two of them.
    """
    kind = np.dtype(dtype)
    size = prod(shape) * kind.itemsize
    memory = np.empty(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    array = memory[start : start + size].view(kind).reshape(shape)
    array.fill(fill)
    return array


class Pool:
    """One piece of memory that buffers are cut from.

    Asked for in one piece, much memory comes in large pages: a step on a transformer is then 3 % shorter, since less of
    it goes by looking up where numbers are; and a small network is kept with fewer words about its memory. When the
    piece is used up, each buffer is by itself.
    """

    def __init__(self, size: int = 0) -> None:
        self._rest = np.empty(size, np.uint8)

    def buffer(self, shape: Shape, dtype: DTypeLike, fill: float = 0.0) -> Array:
        kind = np.dtype(dtype)
        start, size = -self._rest.ctypes.data % CACHE_LINE, prod(shape) * kind.itemsize
        if start + size > len(self._rest):
            return buffer(shape, dtype, fill)
        array = self._rest[start : start + size].view(kind).reshape(shape)
        self._rest = self._rest[start + size :]
        array.fill(fill)
        return array


class Tensor:
    """A persistent buffer of shape (features, batch, *positions) and its gradient, same shape.

    Features come first so that a layer is one product `matrix @ data` on contiguous memory, whatever the positions:
    none for dense data, time for a sequence, height and width for a picture. A tensor made with `ones=True` lies in
    a buffer with one more row, held at 1: the next layer's bias is then one more column of its matrix, and bias and
    bias gradient cost no call of their own.
    """

    __slots__ = ("data", "extended", "extended_gradient", "gradient", "handed", "maker", "reached")

    def __init__(self, data: Array, gradient: Array | None) -> None:
        self.data = data
        self.gradient = gradient
        self.extended = data
        self.extended_gradient = gradient
        self.maker = -1  # place of the node that made it; -1 for what goes into a program
        self.reached = False  # has some gradient come by the backward pass as recorded so far?
        self.handed: Array | None = None  # the only one that has come, if it is another tensor's as it is

    @classmethod
    def allocate(cls, pool: Pool, shape: Shape, dtype: DTypeLike, *, ones: bool, gradient: bool) -> Tensor:
        """New buffers; `ones` adds the row of ones below the first axis."""
        full = (shape[0] + 1, *shape[1:]) if ones else shape
        extended = pool.buffer(full, dtype, fill=1.0)
        extended_gradient = pool.buffer(full, dtype) if gradient else None
        if not ones:
            return cls(extended, extended_gradient)
        tensor = cls(extended[:-1], None if extended_gradient is None else extended_gradient[:-1])
        tensor.extended, tensor.extended_gradient = extended, extended_gradient
        return tensor

    def settle(self) -> None:
        """All gradients have come: one that was handed on, and is the only one, is this tensor's too."""
        if self.handed is not None:
            self.gradient, self.handed = self.handed, None

    @property
    def shape(self) -> Shape:
        return tuple(self.data.shape)

    @property
    def positions(self) -> Shape:
        return tuple(self.data.shape[2:])

    @property
    def columns(self) -> Array:
        """(features, batch · positions): a view."""
        return columns(self.data)


def columns(array: Array) -> Array:
    """(rows, …) as a matrix of as many rows. A view, since features come first in contiguous memory."""
    return array if array.ndim == 2 else array.reshape(len(array), -1)
