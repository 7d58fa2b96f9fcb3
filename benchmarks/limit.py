"""The best hand-written NumPy training step for a dense network: the yardstick of the engine.

What makes it fast. All memory is allocated once, and every call writes into it. Data lies feature by
feature, shape (features + 1, batch), above a row of ones, so weights and bias of a layer are one matrix
(out, in + 1) and the bias gradient costs nothing. Activations of all layers lie in one run of memory, so
their slopes take one or two calls for the whole network. Numbers are 0-d arrays, and products are bound
methods, because NumPy looks up both faster.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy import greater, multiply, subtract, tanh
from numpy._core.umath import clip  # type: ignore[attr-defined]  # np.clip's own ufunc, without its wrapper

from benchmarks.limit_losses import LOSSES
from benchmarks.limit_updates import UPDATES
from benchmarks.workloads import Array, Workload

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

    def __init__(self, work: Workload) -> None:
        self.activations = Slab(work.sizes, work.batch, 1.0)
        self.gradients = Slab(work.sizes, work.batch, 0.0)
        self.slopes = Slab(work.sizes, work.batch, 0.0)
        self.activations.blocks[0][:-1] = work.x.T
        shapes = [(outputs, inputs + 1) for inputs, outputs in pairwise(work.sizes)]
        count = sum(rows * columns for rows, columns in shapes)
        self.parameters: Array = np.empty(count, np.float32)
        # The second row is the optimizer's: Adam keeps squares there and updates both moments in one call.
        self.parameter_gradients: Array = np.zeros((2, count), np.float32)
        self.weights = _views(self.parameters, shapes)
        self.weight_gradients = _views(self.parameter_gradients[0], shapes)
        for matrix, (weight, bias) in zip(self.weights, work.parameters, strict=True):
            matrix[:, :-1], matrix[:, -1] = weight, bias


def limit_step(work: Workload) -> Callable[[], float]:
    """One training step on the fixed batch, which returns the loss before the update."""
    memory = Memory(work)
    gradient = limit_gradient(work, memory)
    update = UPDATES[work.optimizer](memory.parameters, memory.parameter_gradients, work.lr)

    def step() -> float:
        loss = gradient()
        update()
        return loss

    return step


def limit_gradient(work: Workload, memory: Memory) -> Callable[[], float]:
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


def _forward_tanh(work: Workload, memory: Memory) -> Callable[[], None]:
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


def _forward_relu(work: Workload, memory: Memory) -> Callable[[], None]:
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


def _backward(work: Workload, memory: Memory) -> Callable[[], None]:
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


def _products(work: Workload, memory: Memory) -> tuple[list[Product], list[Product]]:
    """What each layer multiplies: those an activation follows, and those it does not."""
    blocks = memory.activations.blocks
    products: list[Product] = [
        (weights.dot, below, above[:-1])
        for weights, (below, above) in zip(memory.weights, pairwise(blocks), strict=True)
    ]
    return products[: work.activated], products[work.activated :]


def _active(work: Workload, memory: Memory) -> tuple[Array, Array]:
    """All activated values, and the place of their slopes, as one run each."""
    ends = memory.activations.ends
    run = slice(ends[1], ends[work.activated + 1])
    return memory.activations.run[run], memory.slopes.run[run]


def _views(run: Array, shapes: list[tuple[int, int]]) -> list[Array]:
    ends = np.cumsum([0, *(rows * columns for rows, columns in shapes)]).tolist()
    return [run[a:b].reshape(shape) for (a, b), shape in zip(pairwise(ends), shapes, strict=True)]
