"""Average pooling: nn.AvgPool1d, nn.AvgPool2d, and their adaptive forms, which are told how many numbers to leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np

from engine.axes import Margin, Margins, Size, Sizes, each
from engine.notation import Notation
from engine.operations.pooling import Axis, Pooling, Windowed
from engine.operations.reductions import by_position
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor

Outputs = Annotated[int, Range(1, 4096)]


class Averaging(Pooling):
    """The mean of each window. Sums go along one axis after the other; one product divides them."""

    notation: ClassVar = Notation(
        r"y_s = \frac{1}{n_s} \sum_{t \in w(s)} x_t",
        {
            "x": r"\frac{\partial L}{\partial x_t} = \sum_{s: \, t \in w(s)}"
            r" \frac{1}{n_s} \frac{\partial L}{\partial y_s}",
        },
    )

    def counts(self, shape: Shape) -> list[list[int]]:
        """Along each axis, how many numbers each window is divided by."""
        raise NotImplementedError

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        shape = (x.shape[0], *x.positions)
        axes = self.along(shape)
        y, share = program.tensor(x.shape[0], *(axis.stops for axis in axes)), self._shares(program, shape)
        if self._everywhere(axes):
            flat = x.data.reshape(-1, prod(x.positions))
            program.call(flat.dot, np.full(flat.shape[1], share, program.dtype), y.data.reshape(-1))
            return y
        sums = x.data
        for axis in reversed(axes):
            after = y.data if axis is axes[0] else program.scratch((*x.shape[:3], axis.stops), "sums of rows")
            axis.gather(program, sums, after, lambda one, other, out: program.call(np.add, one, other, out), 0)
            sums = after
        program.call(np.multiply, y.data, share, y.data)
        return y

    def backward(self, program: Program, node: Node) -> None:
        (x,), arrived = node.inputs, node.output.gradient
        assert arrived is not None
        shape = (x.shape[0], *x.positions)
        axes, share = self.along(shape), self._shares(program, shape)
        if self._everywhere(axes):
            one = arrived.reshape(*arrived.shape[:2], 1)
            program.into(x, lambda out: program.call(np.multiply, one, share, by_position(out)))
            return

        def emit(out: Array) -> None:
            shares = program.scratch(arrived.shape, "shares")
            program.call(np.multiply, arrived, share, shares)
            for axis in axes:
                below = out if axis is axes[-1] else program.scratch((*x.shape[:3], arrived.shape[3]), "shares of rows")
                spread(program, axis, shares, below)
                shares = below

        program.into(x, emit)

    def _everywhere(self, axes: list[Axis]) -> bool:
        """Is it one window over all there is?"""
        return all(axis.stops == 1 and axis.covered for axis in axes)

    def _shares(self, program: Program, shape: Shape) -> Array:
        """1 / count: one number where it is the same for all windows, else one for each."""
        counts: Array = reduce(np.multiply.outer, map(np.array, self.counts(shape)))
        return (
            program.constant(1 / counts.flat[0])
            if (counts == counts.flat[0]).all()
            else (1 / counts).astype(program.dtype)
        )


def spread(program: Program, axis: Axis, arrived: Array, out: Array) -> None:
    """Emit, along an axis: what arrived at each window is added to every number in it."""
    if not (axis.apart and axis.covered):
        program.call(out.fill, 0)
    for stops, places in axis.taps:
        target, share = axis.at(out, places), axis.at(arrived, stops)
        if axis.apart:
            program.call(np.copyto, target, share)
        else:
            program.call(np.add, target, share, target)


class AveragePooling(Windowed, Averaging):
    """Windows of one size; with count_include_pad, the zeros of the padding count as numbers."""

    if TYPE_CHECKING:
        count_include_pad: bool

    def counts(self, shape: Shape) -> list[list[int]]:
        kernel, padding = each(self.kernel_size), each(self.padding)
        stride = kernel if self.stride is None else each(self.stride)
        margins = padding if self.count_include_pad else [0] * self.axes
        return [
            [min(stop * s - p + k, axis.size + margin) - max(stop * s - p, -margin) for stop in range(axis.stops)]
            for axis, k, s, p, margin in zip(self.along(shape), kernel, stride, padding, margins, strict=True)
        ]


@dataclass(frozen=True)
class AvgPool1d(AveragePooling):
    """(channels, time) → (channels, windows)."""

    kind: Literal["AvgPool1d"] = "AvgPool1d"
    kernel_size: Size = 2
    stride: Size | None = None
    padding: Margin = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    axes: ClassVar = 1


@dataclass(frozen=True)
class AvgPool2d(AveragePooling):
    """(channels, height, width) → (channels, windows down, windows across)."""

    kind: Literal["AvgPool2d"] = "AvgPool2d"
    kernel_size: Sizes = (2, 2)
    stride: Sizes | None = None
    padding: Margins = (0, 0)
    ceil_mode: bool = False
    count_include_pad: bool = True
    axes: ClassVar = 2


class AdaptivePooling(Averaging):
    """As many windows as are asked for, over the whole input: window s of o covers [⌊s n / o⌋, ⌈(s + 1) n / o⌉)."""

    if TYPE_CHECKING:
        output_size: Any

    def along(self, shape: Shape) -> list[Axis]:
        made: list[Axis] = []
        for size, stops in zip(shape[1:], each(self.output_size), strict=True):
            if size % stops == 0:
                step = size // stops
                taps = [(slice(0, stops), slice(tap, size - step + tap + 1, step)) for tap in range(step)]
            else:
                taps = [
                    (slice(stop, stop + 1), slice(place, place + 1))
                    for stop, span in enumerate(_spans(size, stops))
                    for place in span
                ]
            made.append(Axis(len(made) + 2, size, stops, taps))
        return made

    def counts(self, shape: Shape) -> list[list[int]]:
        sizes = zip(shape[1:], each(self.output_size), strict=True)
        return [[len(span) for span in _spans(size, stops)] for size, stops in sizes]


def _spans(size: int, stops: int) -> list[range]:
    return [range(stop * size // stops, -(-(stop + 1) * size // stops)) for stop in range(stops)]


@dataclass(frozen=True)
class AdaptiveAvgPool1d(AdaptivePooling):
    """(channels, time) → (channels, output_size); 1 is the mean over all of time."""

    kind: Literal["AdaptiveAvgPool1d"] = "AdaptiveAvgPool1d"
    output_size: Outputs = 1
    axes: ClassVar = 1


@dataclass(frozen=True)
class AdaptiveAvgPool2d(AdaptivePooling):
    """(channels, height, width) → (channels, *output_size); (1, 1) is the mean of the picture."""

    kind: Literal["AdaptiveAvgPool2d"] = "AdaptiveAvgPool2d"
    output_size: tuple[Outputs, Outputs] = (1, 1)
    axes: ClassVar = 2
