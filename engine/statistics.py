"""What one step looked like in few numbers: the norms of parameters, gradients and updates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.parameters import Parameters
from engine.tensor import Array


class Norms:
    """L2 norms of every named parameter's value, gradient and update, shape (3, parameters), float64.

    Squares are taken in float64: the square of a float32 gradient of 1e-23 is 0 in float32, and a vanished gradient
    would read as none at all.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._sources = (parameters.before, parameters.gradients, parameters.update)
        self._squares = np.zeros(parameters.values.shape)
        self._parts = [part.copy() for part in _indices(parameters)]
        self.values = np.zeros((3, len(self._parts)))

    def measure(self) -> Array:
        for row, source in zip(self.values, self._sources, strict=True):
            np.multiply(source, source, self._squares, dtype=np.float64)
            for column, part in enumerate(self._parts):
                row[column] = np.add.reduce(self._squares.take(part))
        return np.sqrt(self.values, self.values)


def _indices(parameters: Parameters) -> Sequence[Array]:
    """The flat positions of each named parameter."""
    start, size = parameters.values.__array_interface__["data"][0], parameters.values.itemsize
    places = []
    for parameter in parameters.named.values():
        view = parameter.value
        offset = (view.__array_interface__["data"][0] - start) // size
        grid = np.full(view.shape, offset, np.intp)
        for axis, (length, stride) in enumerate(zip(view.shape, view.strides, strict=True)):
            shape = [1] * view.ndim
            shape[axis] = length
            grid += (np.arange(length) * (stride // size)).reshape(shape)
        places.append(grid.ravel())
    return places
