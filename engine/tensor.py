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


class Tensor:
    """A persistent buffer of shape (features, batch, *positions) and its gradient, same shape.

    Features come first so that a layer is one product `matrix @ data` on contiguous memory, whatever the positions:
    none for dense data, time for a sequence, height and width for a picture. A tensor made with `ones=True` lies in
    a buffer with one more row, held at 1: the next layer's bias is then one more column of its matrix, and bias and
    bias gradient cost no call of their own.
    """

    __slots__ = ("data", "extended", "extended_gradient", "gradient", "maker", "reached")

    def __init__(self, data: Array, gradient: Array | None) -> None:
        self.data = data
        self.gradient = gradient
        self.extended = data
        self.extended_gradient = gradient
        self.maker = -1  # place of the node that made it; -1 for what goes into a program
        self.reached = False  # has some gradient been written by the backward pass as recorded so far?

    @classmethod
    def allocate(cls, shape: tuple[int, ...], dtype: DTypeLike, *, ones: bool = False, gradient: bool = True) -> Tensor:
        """New buffers; `ones` adds the row of ones below the first axis."""
        full = (shape[0] + 1, *shape[1:]) if ones else shape
        extended = buffer(full, dtype, fill=1.0)
        extended_gradient = buffer(full, dtype) if gradient else None
        if not ones:
            return cls(extended, extended_gradient)
        tensor = cls(extended[:-1], None if extended_gradient is None else extended_gradient[:-1])
        tensor.extended, tensor.extended_gradient = extended, extended_gradient
        return tensor

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
