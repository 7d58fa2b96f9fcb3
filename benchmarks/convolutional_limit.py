"""The best hand-written NumPy step of a small convolutional network.

What makes it fast, beside what makes any such step fast (limit.py). Pictures lie channel by channel, (channels, batch ·
height · width). A 3 × 3 kernel that keeps the size of the picture then looks, with each of its taps, at a fixed
distance in memory: what it sees is nine long copies, of which the edges are cleared afterwards, and its gradient is
nine long sums. Relu works in place, and its slope is taken where a quarter of the numbers is left: of a window, the
largest number is positive or none is.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy import add, copyto, equal, greater, maximum, multiply, subtract
from numpy._core.umath import clip  # type: ignore[attr-defined]  # np.clip's own ufunc, without its wrapper

from benchmarks.limit import Flat, Limit, stepping
from benchmarks.limit_losses import LOSSES
from engine.tensor import Array

if TYPE_CHECKING:
    from benchmarks.convolutional import Convolutional

ZERO, INFINITY = (np.array(value, np.float32) for value in (0, np.inf))


class Columns:
    """What the nine taps of a kernel see of pictures (channels, batch, height, width): (channels · 9, batch · height ·
    width), above a row of ones, so that weights and bias are one matrix."""

    def __init__(self, pictures: Array) -> None:
        channels, batch, height, width = pictures.shape
        length = batch * height * width
        self.matrix: Array = np.ones((channels * 9 + 1, length), np.float32)
        taps = self.matrix[:-1].reshape(channels, 3, 3, batch, height, width)
        self.edges = [taps[:, 0, :, :, 0], taps[:, 2, :, :, -1], taps[:, :, 0, :, :, 0], taps[:, :, 2, :, :, -1]]
        flat, runs = pictures.reshape(channels, length), taps.reshape(channels, 3, 3, length)
        self.middle = (runs[:, 1, 1], flat)
        self.pairs = []
        for down, across in product(range(3), range(3)):
            shift = (down - 1) * width + across - 1
            here, there = slice(max(0, -shift), length - max(0, shift)), slice(max(0, shift), length + min(0, shift))
            self.pairs.append((runs[:, down, across, here], flat[:, there]))
        self.others = [pair for place, pair in enumerate(self.pairs) if place != 4]

    def gather(self) -> None:
        for seen, looked_at in self.pairs:
            copyto(seen, looked_at)
        for edge in self.edges:
            copyto(edge, ZERO)

    def scatter(self) -> None:
        for edge in self.edges:
            copyto(edge, ZERO)
        copyto(self.middle[1], self.middle[0])
        for seen, looked_at in self.others:
            add(looked_at, seen, looked_at)


class Convolution:
    """Pictures (channels, batch, height, width) → `output`, as many of them as the (out, channels · 9 + 1) matrix has
    rows. Fill `output_gradient` before `backward`; `input_gradient` is None where nobody asks for it."""

    def __init__(self, pictures: Array, matrix: Array, gradient: Array, input_gradient: Array | None) -> None:
        self.columns, self.matrix, self.gradient = Columns(pictures), matrix, gradient
        shape = (len(matrix), *pictures.shape[1:])
        self.output, self.output_gradient = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self.flat, self.delta = self.output.reshape(len(matrix), -1), self.output_gradient.reshape(len(matrix), -1)
        self.turned = np.zeros(gradient.T.shape, np.float32)
        self.back = None if input_gradient is None else Columns(input_gradient)

    def forward(self) -> None:
        self.columns.gather()
        self.matrix.dot(self.columns.matrix, self.flat)

    def backward(self) -> None:
        self.columns.matrix.dot(self.delta.T, self.turned)  # a tenth faster than the transpose of all this
        copyto(self.gradient, self.turned.T)
        if self.back is not None:
            self.matrix.T.dot(self.delta, self.back.matrix)
            self.back.scatter()


class ReluPool:
    """Relu, in place, and the largest of each 2 × 2 window: first of each two rows, then of each two numbers."""

    def __init__(self, values: Array, gradient: Array) -> None:
        channels, batch, height, width = values.shape
        self.values = values
        self.rows, self.rows_gradient = (np.zeros((channels, batch, height // 2, width), np.float32) for _ in range(2))
        self.output, self.output_gradient = (
            np.zeros((channels, batch, height // 2, width // 2), np.float32) for _ in range(2)
        )
        self.top, self.bottom = values[:, :, 0::2], values[:, :, 1::2]
        self.left, self.right = self.rows[..., 0::2], self.rows[..., 1::2]
        self.to_top, self.to_bottom = gradient[:, :, 0::2], gradient[:, :, 1::2]
        self.to_left, self.to_right = self.rows_gradient[..., 0::2], self.rows_gradient[..., 1::2]
        self.is_left, self.is_top = np.zeros(self.output.shape, bool), np.zeros(self.rows.shape, bool)

    def forward(self) -> None:
        clip(self.values, ZERO, INFINITY, self.values)
        maximum(self.top, self.bottom, out=self.rows)
        maximum(self.left, self.right, out=self.output)

    def backward(self) -> None:
        """What no left or top number takes is for the right or the bottom one."""
        equal(self.left, self.output, self.is_left)
        multiply(self.output_gradient, self.is_left, self.to_left)
        subtract(self.output_gradient, self.to_left, self.to_right)
        greater(self.rows, ZERO, self.is_top)
        multiply(self.rows_gradient, self.is_top, self.rows_gradient)
        equal(self.top, self.rows, self.is_top)
        multiply(self.rows_gradient, self.is_top, self.to_top)
        subtract(self.rows_gradient, self.to_top, self.to_bottom)


class Head:
    """The pictures as rows of features (channels · height · width + 1, batch), the last of ones, and a linear layer."""

    def __init__(self, pictures: Array, pictures_gradient: Array, matrix: Array, gradient: Array) -> None:
        channels, batch, height, width = pictures.shape
        features = channels * height * width
        self.pictures, self.pictures_gradient = pictures, pictures_gradient
        self.matrix, self.gradient = matrix, gradient
        self.rows, self.rows_gradient = (
            np.ones((features + 1, batch), np.float32),
            np.zeros((features + 1, batch), np.float32),
        )
        self.placed, self.placed_gradient = (
            rows[:-1].reshape(channels, height, width, batch).transpose(0, 3, 1, 2)
            for rows in (self.rows, self.rows_gradient)
        )
        self.output, self.output_gradient = (np.zeros((len(matrix), batch), np.float32) for _ in range(2))

    def forward(self) -> None:
        copyto(self.placed, self.pictures)
        self.matrix.dot(self.rows, self.output)

    def backward(self) -> None:
        self.output_gradient.dot(self.rows.T, self.gradient)
        self.matrix.T.dot(self.output_gradient, self.rows_gradient)
        copyto(self.pictures_gradient, self.placed_gradient)


def convolutional_limit(work: Convolutional) -> Limit:
    names = [name.removesuffix(".weight") for name in work.parameters if name.endswith(".weight")]
    weights = {name: work.parameters[f"{name}.weight"] for name in names}
    flat = Flat({name: (len(weight), weight[0].size + 1) for name, weight in weights.items()})
    for name, weight in weights.items():
        flat.values[name][:, :-1] = weight.reshape(len(weight), -1)
        flat.values[name][:, -1] = work.parameters[f"{name}.bias"]

    pictures, gradient = np.ascontiguousarray(work.x.swapaxes(0, 1)), None
    layers: list[Convolution | ReluPool] = []
    for name in names[:-1]:
        convolution = Convolution(pictures, flat.values[name], flat.gradients[name], gradient)
        pool = ReluPool(convolution.output, convolution.output_gradient)
        pictures, gradient = pool.output, pool.output_gradient
        layers += [convolution, pool]
    assert gradient is not None
    head = Head(pictures, gradient, flat.values[names[-1]], flat.gradients[names[-1]])
    loss = LOSSES[work.loss](head.output, head.output_gradient, work.y)

    def step() -> float:
        for layer in layers:
            layer.forward()
        head.forward()
        value = loss()
        head.backward()
        for layer in reversed(layers):
            layer.backward()
        return value

    def gradients() -> dict[str, Array]:
        named = {}
        for name, weight in weights.items():
            named[f"{name}.weight"] = flat.gradients[name][:, :-1].reshape(weight.shape).copy()
            named[f"{name}.bias"] = flat.gradients[name][:, -1].copy()
        return named

    return Limit(step, stepping(step, flat.update(work.optimizer, work.lr)), gradients)
