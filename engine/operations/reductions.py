"""One number of all positions: a sequence or a picture becomes a vector of its features."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.problem import BadShape
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor


class Reduction(Layer):
    """(features, *positions) → (features,)."""

    group: ClassVar = "shape"

    def output(self, *shapes: Shape) -> Shape:
        if len(shapes[0]) == 1:
            raise BadShape("positions to reduce: a sequence or a picture", shapes[0])
        return shapes[0][:1]


def by_position(array: Array) -> Array:
    """(features, batch, *positions) as (features, batch, all positions): a view."""
    return array.reshape(*array.shape[:2], -1)


class Total(Reduction):
    """A sum with one weight for every position."""

    def weight(self, positions: int) -> float:
        raise NotImplementedError

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        y = program.tensor(x.shape[0])
        each = by_position(x.data)
        count = each.shape[2]
        weights = np.full(count, self.weight(count), program.dtype)
        program.call(each.reshape(-1, count).dot, weights, y.data.reshape(-1))
        return y

    def backward(self, program: Program, node: Node) -> None:
        (x,) = node.inputs
        assert node.output.gradient is not None
        arrived = node.output.gradient[:, :, None]
        weight = program.constant(self.weight(prod(x.positions)))
        program.into(x, lambda out: program.call(np.multiply, arrived, weight, by_position(out)))


@dataclass(frozen=True)
class Sum(Total):
    """x.sum(-1) of a sequence, x.sum((-2, -1)) of a picture."""

    kind: Literal["Sum"] = "Sum"
    notation: ClassVar = Notation(
        r"y = \sum_t x_t", {"x": r"\frac{\partial L}{\partial x_t} = \frac{\partial L}{\partial y}"}
    )

    def weight(self, positions: int) -> float:
        return 1


@dataclass(frozen=True)
class Mean(Total):
    """x.mean(-1) of a sequence, x.mean((-2, -1)) of a picture."""

    kind: Literal["Mean"] = "Mean"
    notation: ClassVar = Notation(
        r"y = \frac{1}{T} \sum_t x_t",
        {"x": r"\frac{\partial L}{\partial x_t} = \frac{1}{T} \frac{\partial L}{\partial y}"},
    )

    def weight(self, positions: int) -> float:
        return 1 / positions


@dataclass(frozen=True)
class Max(Reduction):
    """x.amax(-1) of a sequence, x.amax((-2, -1)) of a picture.

    Positions that share the maximum share its gradient equally, as torch.amax has it; torch.max(x, dim) would send
    all of it to one of them. `chosen` keeps a 1 where a position is the largest.
    """

    kind: Literal["Max"] = "Max"
    notation: ClassVar = Notation(
        r"y = \max_t x_t",
        {
            "x": r"\frac{\partial L}{\partial x_t} = \frac{1}{n} \frac{\partial L}{\partial y} \; (x_t = y), "
            r"\; 0 \; (x_t < y), \; n = |\{t : x_t = y\}|"
        },
    )

    def keeps(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        y = program.tensor(x.shape[0])
        program.call(np.maximum.reduce, by_position(x.data), 2, None, y.data)
        return y

    def backward(self, program: Program, node: Node) -> None:
        (x,) = node.inputs
        y = node.output
        assert y.gradient is not None
        node.kept["chosen"] = program.empty(x.shape)
        chosen = by_position(node.kept["chosen"])
        count = chosen.shape[2]
        share = program.scratch(y.shape, "share")
        program.call(np.equal, by_position(x.data), y.data[:, :, None], chosen)
        program.call(chosen.reshape(-1, count).dot, np.ones(count, program.dtype), share.reshape(-1))
        program.call(np.divide, y.gradient, share, share)
        program.into(x, lambda out: program.call(np.multiply, share[:, :, None], chosen, by_position(out)))
