"""Batch norm: what belongs together is a feature in all examples of the batch and at all positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.layers.normalization_base import Epsilon, Normalization, written
from engine.parameters import Buffer
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor, columns


@dataclass(frozen=True)
class BatchNorm1d(Normalization):
    """Ioffe and Szegedy 2015; PyTorch's nn.BatchNorm1d, of features or of a sequence.

    Training uses the batch's own mean and variance and moves the running ones towards them by `momentum` (left
    empty, they are the plain averages of all batches so far). A network that is only used takes the running ones.
    """

    kind: Literal["BatchNorm1d"] = "BatchNorm1d"
    eps: Epsilon = 1e-5
    momentum: Annotated[float, Range(0, 1)] | None = 0.1
    affine: bool = True
    track_running_stats: bool = True

    takes: ClassVar[str] = "features or a sequence, of shape (features,) or (features, time)"
    ranks: ClassVar[tuple[int, ...]] = (1, 2)
    mixes: ClassVar = True
    notation: ClassVar = written(
        r"y = \gamma \hat{x} + \beta, \; \hat{x} = \frac{x - \mu}{\sigma}, \; "
        r"\mu = \langle x \rangle_b, \; \sigma^2 = \langle (x - \mu)^2 \rangle_b + \epsilon",
        "b",
    )

    def output(self, *shapes: Shape) -> Shape:
        if len(shapes[0]) not in self.ranks:
            raise BadShape(self.takes, shapes[0])
        return shapes[0]

    def least_batch(self, *shapes: Shape) -> int:
        """One number has no variance: without positions there must be two examples."""
        return 2 if prod(shapes[0][1:]) == 1 else 1

    def buffers(self, *shapes: Shape) -> Mapping[str, Buffer]:
        if not self.track_running_stats:
            return {}
        features = shapes[0][:1]
        return {
            "running_mean": Buffer(features),
            "running_var": Buffer(features, 1.0),
            "num_batches_tracked": Buffer(()),
        }

    def statistic(self, x: Tensor) -> Shape:
        return x.shape[:1]

    def spread(self, statistic: Array) -> Array:
        return statistic[:, None]

    def mean(self, program: Program, array: Array, out: Array, weight: Array | None = None) -> None:
        numbers = columns(array)
        count = numbers.shape[1]
        program.call(numbers.dot, np.full(count, 1 / count, program.dtype), out)
        if weight is not None:
            program.call(np.multiply, out, weight, out)

    def scale(self, program: Program, delta: Array, inverse: Array, weight: Array | None, out: Array) -> None:
        """Both factors belong to the feature: multiplied first, they cost one pass."""
        if weight is not None:
            both = program.scratch(inverse.shape, "norm factor")
            program.call(np.multiply, weight, inverse, both)
            inverse = both
        program.call(np.multiply, delta, self.spread(inverse), out)

    def forward(self, program: Program, node: Node) -> Tensor:
        if self.track_running_stats and not program.training:
            return self._used(program, node)
        y = super().forward(program, node)
        if self.track_running_stats:
            self._track(program, node)
        return y

    def _used(self, program: Program, node: Node) -> Tensor:
        """With the running statistics, which are constants here."""
        (x,) = node.inputs
        y = program.tensor(x.shape[0], *x.positions)
        inverse = node.kept["inverse_deviation"] = program.empty(self.statistic(x))
        x_hat = node.kept["normalized"] = program.empty(x.shape)
        self.invert(program, node.buffers["running_var"], inverse)
        program.call(np.subtract, x.columns, self.spread(node.buffers["running_mean"]), columns(x_hat))
        program.call(np.multiply, columns(x_hat), self.spread(inverse), columns(x_hat))
        self.weigh(program, node, columns(x_hat), y.columns)
        return y

    def _track(self, program: Program, node: Node) -> None:
        """running ← (1 − share) · running + share · the batch's. The variance that is tracked is divided by n − 1."""
        count = node.inputs[0].columns.shape[1]
        unbiased = count / max(count - 1, 1)
        batches = node.buffers["num_batches_tracked"]
        program.call(np.add, batches, program.constant(1), batches)
        rest, share, of_variance = (program.empty(()) for _ in range(3))
        if self.momentum is None:
            program.call(np.divide, program.constant(1), batches, share)
            program.call(np.subtract, program.constant(1), share, rest)
            program.call(np.multiply, share, program.constant(unbiased), of_variance)
        else:
            rest.fill(1 - self.momentum)
            share.fill(self.momentum)
            of_variance.fill(self.momentum * unbiased)
        moved = program.scratch(self.statistic(node.inputs[0]), "norm moved")
        for name, kept, part in (("mean", "mean", share), ("var", "variance", of_variance)):
            running = node.buffers[f"running_{name}"]
            program.call(np.multiply, running, rest, running)
            program.call(np.multiply, node.kept[kept], part, moved)
            program.call(np.add, running, moved, running)


@dataclass(frozen=True)
class BatchNorm2d(BatchNorm1d):
    """The same of a picture, (channels, height, width): a channel in all pictures and at all their places."""

    kind: Literal["BatchNorm2d"] = "BatchNorm2d"  # type: ignore[assignment]
    takes: ClassVar = "a picture, of shape (channels, height, width)"
    ranks: ClassVar = (3,)
