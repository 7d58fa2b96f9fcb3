"""The best hand-written NumPy step of a dense network.

What makes it fast, beside what makes any such step fast (limit.py). Data lies feature by feature, shape
(features + 1, batch), above a row of ones, so weights and bias of a layer are one matrix (out, in + 1) and the bias
gradient costs nothing. Activations of all layers lie in one run of memory, so their slopes take one or two calls for
the whole network.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy import greater, multiply, subtract, tanh
from numpy._core.umath import clip  # type: ignore[attr-defined]  # np.clip's own ufunc, without its wrapper

from benchmarks.limit import Flat, Limit, stepping
from benchmarks.limit_losses import LOSSES
from engine.tensor import Array

if TYPE_CHECKING:
    from benchmarks.dense import Dense

Product = tuple[Callable[..., object], Array, Array]

ZERO, ONE, INFINITY = (np.array(value, np.float32) for value in (0, 1, np.inf))


class Slab:
    """One run of memory cut into a block (size + 1, batch) for each of the sizes."""

    def __init__(self, sizes: tuple[int, ...], batch: int, fill: float) -> None:
        ends = np.cumsum([0, *((size + 1) * batch for size in sizes)]).tolist()
        self.ends: list[int] = ends
        self.run: Array = np.full(ends[-1], fill, np.float32)
        self.blocks: list[Array] = [self.run[a:b].reshape(-1, batch) for a, b in pairwise(ends)]


class Memory:
    """All that a step reads and writes: block 0 of a slab is the input, block i what layer i makes."""

    def __init__(self, work: Dense) -> None:
        self.activations = Slab(work.sizes, work.batch, 1.0)
        self.gradients = Slab(work.sizes, work.batch, 0.0)
        self.slopes = Slab(work.sizes, work.batch, 0.0)
        self.activations.blocks[0][:-1] = work.x.T
        names = [name.removesuffix(".weight") for name in work.parameters if name.endswith(".weight")]
        pairs = zip(names, pairwise(work.sizes), strict=True)
        self.flat = Flat({name: (outputs, inputs + 1) for name, (inputs, outputs) in pairs})
        self.weights, self.weight_gradients = list(self.flat.values.values()), list(self.flat.gradients.values())
        for name, matrix in self.flat.values.items():
            matrix[:, :-1], matrix[:, -1] = work.parameters[f"{name}.weight"], work.parameters[f"{name}.bias"]

    def named_gradients(self) -> dict[str, Array]:
        named = {}
        for name, matrix in self.flat.gradients.items():
            named[f"{name}.weight"], named[f"{name}.bias"] = matrix[:, :-1].copy(), matrix[:, -1].copy()
        return named


def dense_limit(work: Dense) -> Limit:
    memory = Memory(work)
    gradient = _gradient(work, memory)
    step = stepping(gradient, memory.flat.update(work.optimizer, work.lr))
    return Limit(gradient, step, memory.named_gradients)


def _gradient(work: Dense, memory: Memory) -> Callable[[], float]:
    """Forward, loss and backward; the gradients are left in `memory`."""
    last = slice(0, work.sizes[-1])
    forward = (_forward_relu if work.activation == "relu" else _forward_tanh)(work, memory)
    loss = LOSSES[work.loss](memory.activations.blocks[-1][last], memory.gradients.blocks[-1][last], work.y)
    backward = _backward(work, memory)

    def gradient() -> float:
        forward()
        value = loss()
        backward()
        return value

    return gradient


def _forward_tanh(work: Dense, memory: Memory) -> Callable[[], None]:
    activated, linear = _products(work, memory)
    values, slopes = _active(work, memory)

    def forward() -> None:
        for dot, below, above in activated:
            dot(below, above)
            tanh(above, above)
        for dot, below, above in linear:
            dot(below, above)
        multiply(values, values, slopes)
        subtract(ONE, slopes, slopes)

    return forward


def _forward_relu(work: Dense, memory: Memory) -> Callable[[], None]:
    activated, linear = _products(work, memory)
    values, slopes = _active(work, memory)

    def forward() -> None:
        for dot, below, above in activated:
            dot(below, above)
            clip(above, ZERO, INFINITY, above)
        for dot, below, above in linear:
            dot(below, above)
        greater(values, ZERO, slopes)

    return forward


def _backward(work: Dense, memory: Memory) -> Callable[[], None]:
    """From the gradient of the output down: each layer's weights, then what lies below it."""
    blocks, slopes = memory.gradients.blocks, memory.slopes.blocks
    gradients = [block[:-1] for block in blocks]
    values = memory.activations.blocks[:-1]
    to_weights = [
        (above.dot, below.T, into)
        for above, below, into in zip(gradients[1:], values, memory.weight_gradients, strict=True)
    ]
    to_below = [
        (weights.T.dot, above, block, block[:-1], slope[:-1])
        for weights, above, block, slope in zip(memory.weights, gradients[1:], blocks, slopes, strict=False)
    ]
    first_dot, first_input, first_gradient = to_weights[0]
    layers = [(*a, *b) for a, b in zip(to_weights, to_below, strict=True)][:0:-1]
    output, output_slope, through_output = gradients[-1], slopes[-1][:-1], work.output_activation

    def backward() -> None:
        if through_output:
            multiply(output, output_slope, output)
        for dot, below, into, back, above, block, gradient, slope in layers:
            dot(below, into)
            back(above, block)
            multiply(gradient, slope, gradient)
        first_dot(first_input, first_gradient)

    return backward


def _products(work: Dense, memory: Memory) -> tuple[list[Product], list[Product]]:
    """What each layer multiplies: those an activation follows, and those it does not."""
    blocks = memory.activations.blocks
    products: list[Product] = [
        (weights.dot, below, above[:-1])
        for weights, (below, above) in zip(memory.weights, pairwise(blocks), strict=True)
    ]
    return products[: activated(work)], products[activated(work) :]


def activated(work: Dense) -> int:
    """How many layers, counted from the input, are followed by the activation."""
    return len(work.sizes) - 1 - (not work.output_activation)


def _active(work: Dense, memory: Memory) -> tuple[Array, Array]:
    """All activated values, and the place of their slopes, as one run each."""
    ends = memory.activations.ends
    run = slice(ends[1], ends[activated(work) + 1])
    return memory.activations.run[run], memory.slopes.run[run]
