"""Layers that only move numbers: what goes in comes out in another shape, or a part of it does.

A gradient is moved back the same way. PyTorch's expressions below are of its own layout, (batch, features,
*positions).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Length, Range
from engine.tensor import Array, Shape, Tensor

Index = Annotated[int, Range(-65536, 65536)]


def moved(value: str, back: str) -> Notation:
    """The notation of a layer that moves numbers: its value, and where the gradient goes."""
    return Notation(value, {"x": rf"\frac{{\partial L}}{{\partial x}} = {back}"})


class Moved(Layer):
    """A copy between two views of one layout: `matched` says which entry of y is which of x, and so of their δ."""

    group: ClassVar = "shape"
    partial: ClassVar[bool] = False  # may entries of x go nowhere?

    def matched(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Views of (features, batch, *positions) before and after, entry for entry."""
        raise NotImplementedError

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        features, *positions = self.output((x.shape[0], *x.positions))
        y = program.tensor(features, *positions)
        source, target = self.matched(x.data, y.data)
        program.call(np.copyto, target, source)
        return y

    def backward(self, program: Program, node: Node) -> None:
        arrived = node.output.gradient
        assert arrived is not None

        def emit(out: Array) -> None:
            target, source = self.matched(out, arrived)
            if self.partial:
                program.call(out.fill, 0)
            program.call(np.copyto, target, source)

        program.into(node.inputs[0], emit)


@dataclass(frozen=True)
class Flatten(Moved):
    """(C, H, W) → (C·H·W,), channel by channel and in it row by row: nn.Flatten(), x.flatten(1)."""

    kind: Literal["Flatten"] = "Flatten"
    notation: ClassVar = moved(
        r"y = \mathrm{vec}(x)", r"\mathrm{vec}^{-1} \left( \frac{\partial L}{\partial y} \right)"
    )

    def output(self, *shapes: Shape) -> Shape:
        return (prod(shapes[0]),)

    def matched(self, x: Array, y: Array) -> tuple[Array, Array]:
        features, batch, *positions = x.shape
        return np.moveaxis(x, 1, -1), y.reshape(features, *positions, batch)


@dataclass(frozen=True)
class Unflatten(Moved):
    """The features cut into a shape, (64,) → (1, 8, 8) or (8, 8): nn.Unflatten(1, unflattened_size).

    Positions that are there already stay behind the new ones.
    """

    kind: Literal["Unflatten"] = "Unflatten"
    unflattened_size: Annotated[tuple[Annotated[int, Range(1, 4096)], ...], Length(2, 3)] = (1, 8, 8)
    notation: ClassVar = moved(
        r"y = \mathrm{vec}^{-1}(x)", r"\mathrm{vec} \left( \frac{\partial L}{\partial y} \right)"
    )

    def output(self, *shapes: Shape) -> Shape:
        features, *positions = shapes[0]
        if prod(self.unflattened_size) != features:
            sides = " × ".join(map(str, self.unflattened_size))
            raise BadShape(f"sides whose product is the {features} features that come", sides, "unflattened_size")
        return (*self.unflattened_size, *positions)

    def matched(self, x: Array, y: Array) -> tuple[Array, Array]:
        size = self.unflattened_size
        return x.reshape(*size, *x.shape[1:]), np.moveaxis(y, 1, len(size))


@dataclass(frozen=True)
class Transpose(Moved):
    """Features and time of a sequence swapped, (d, T) → (T, d): x.transpose(1, 2)."""

    kind: Literal["Transpose"] = "Transpose"
    notation: ClassVar = moved(r"y = x^{\top}", r"\left( \frac{\partial L}{\partial y} \right)^{\top}")

    def output(self, *shapes: Shape) -> Shape:
        features, steps = _sequence(shapes[0])
        return (steps, features)

    def matched(self, x: Array, y: Array) -> tuple[Array, Array]:
        return x.swapaxes(0, 2), y


@dataclass(frozen=True)
class Select(Moved):
    """One position of a sequence, −1 the last, (d, T) → (d,): x.select(2, index), x[:, :, index]."""

    kind: Literal["Select"] = "Select"
    index: Index = -1
    notation: ClassVar = moved(
        "y = x_t",
        r"\frac{\partial L}{\partial y} \; (t), \; 0 \; (\text{else})",
    )
    partial: ClassVar = True

    def output(self, *shapes: Shape) -> Shape:
        features, steps = _sequence(shapes[0])
        if not -steps <= self.index < steps:
            raise BadShape(f"one of the {steps} positions, {-steps} to {steps - 1}", self.index, "index")
        return (features,)

    def matched(self, x: Array, y: Array) -> tuple[Array, Array]:
        return x[:, :, self.index], y


@dataclass(frozen=True)
class Slice(Moved):
    """A range of features (dim 1) or of positions (dim 2, of a picture also 3): x[:, start:stop], x[:, :, start:stop].

    As in Python, a negative number counts from the end and a stop beyond the end is the end; none is the end too.
    """

    kind: Literal["Slice"] = "Slice"
    dim: Annotated[int, Range(1, 3)] = 1
    start: Index = 0
    stop: Index | None = None
    notation: ClassVar = moved(r"y = x_{s:e}", r"\frac{\partial L}{\partial y} \; (s{:}e), \; 0 \; (\text{else})")
    partial: ClassVar = True

    def output(self, *shapes: Shape) -> Shape:
        shape = list(shapes[0])
        if self.dim > len(shape):
            raise BadShape(f"1 to {len(shape)}, the dimensions of {shapes[0]}", self.dim, "dim")
        size = shape[self.dim - 1]
        shape[self.dim - 1] = len(range(*slice(self.start, self.stop).indices(size)))
        if not shape[self.dim - 1]:
            stop = "the end" if self.stop is None else self.stop
            raise BadShape(f"a range with something of the {size} in it", f"{self.start} to {stop}", "stop")
        return tuple(shape)

    def matched(self, x: Array, y: Array) -> tuple[Array, Array]:
        axis = 0 if self.dim == 1 else self.dim  # the batch lies second
        return x[(slice(None),) * axis + (slice(self.start, self.stop),)], y


def _sequence(shape: Shape) -> Shape:
    if len(shape) != 2:
        raise BadShape("a sequence, of shape (features, time)", shape)
    return shape
