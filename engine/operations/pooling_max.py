"""Max pooling: nn.MaxPool1d, nn.MaxPool2d."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine.axes import Margin, Margins, Size, Sizes, each
from engine.every_second import every_second
from engine.notation import Notation
from engine.operations.pooling import Axis, Windowed
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor


class MaxPooling(Windowed):
    """The largest number of each window; the first of several takes its gradient, in the order of reading.

    Of a picture, `rows` keeps the largest number of each row of a window.
    """

    notation: ClassVar = Notation(
        r"y_s = \max_{t \in w(s)} x_t",
        {"x": r"\frac{\partial L}{\partial x_t} = \sum_{s: \, t \, = \, \arg\max} \frac{\partial L}{\partial y_s}"},
    )

    if TYPE_CHECKING:
        dilation: Any

    @property
    def dilations(self) -> Shape:
        return each(self.dilation)

    def keeps(self, *shapes: Shape) -> int:
        """The rows of a picture."""
        features, *positions = shapes[0]
        return features * positions[0] * self.along(shapes[0])[1].stops if self.axes == 2 else 0

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        axes = self.along((x.shape[0], *x.positions))
        y = program.tensor(x.shape[0], *(axis.stops for axis in axes))
        if self.axes == 2:
            node.kept["rows"] = program.empty((*x.shape[:3], y.shape[3]))

        def larger(first: Array, second: Array, out: Array) -> None:
            program.call(partial(np.maximum, out=out), first, second)

        values = [x.data, *node.kept.values(), y.data]
        for axis, value, largest in zip(reversed(axes), values, values[1:], strict=False):
            axis.gather(program, value, largest, larger, -inf)
        return y

    def backward(self, program: Program, node: Node) -> None:
        (x,), arrived = node.inputs, node.output.gradient
        assert arrived is not None
        axes = self.along((x.shape[0], *x.positions))
        values = [x.data, *node.kept.values(), node.output.data]
        between = [program.scratch(kept.shape, "gradient of rows") for kept in node.kept.values()]

        def emit(out: Array) -> None:
            gradients = [out, *between, arrived]
            for step, axis in enumerate(axes):
                below = len(axes) - 1 - step
                send(program, axis, values[below], values[below + 1], gradients[below + 1], gradients[below])

        program.into(x, emit)


def send(program: Program, axis: Axis, value: Array, largest: Array, arrived: Array, out: Array) -> None:
    """Emit ∂L/∂value along an axis: what arrived at the largest of each window goes to the first that is as large."""
    if axis.apart and axis.whole:
        if not axis.covered:
            program.call(out.fill, 0)
        _divided(program, axis, value, largest, arrived, out)
    else:
        program.call(out.fill, 0)
        _summed(program, axis, value, largest, arrived, out)


def _divided(program: Program, axis: Axis, value: Array, largest: Array, arrived: Array, out: Array) -> None:
    """Where windows lie apart and inside: the last tap holds what no other has taken yet, and keeps what is left."""
    seen, targets = ([axis.at(array, places) for _, places in axis.taps] for array in (value, out))
    chosen = program.scratch(arrived.shape, "chosen", bool)
    last, left = targets[-1], arrived
    for number, target in zip(seen[:-1], targets[:-1], strict=True):
        if axis.neighbours(value):
            answers, flat = program.scratch(value.shape, "answers", bool), value.reshape(-1)
            program.call(np.greater_equal, flat[:-1], flat[1:], answers.reshape(-1)[:-1])
            every_second(program, answers, chosen)
        else:
            program.call(np.greater_equal, number, largest, chosen)  # as np.equal here, and faster
        program.call(np.multiply, left, chosen, target)
        program.call(np.subtract, left, target, last)
        left = last
    if left is arrived:
        program.call(np.copyto, last, arrived)


def _summed(program: Program, axis: Axis, value: Array, largest: Array, arrived: Array, out: Array) -> None:
    """Where windows share numbers or reach over an edge: `left` holds what no tap has taken yet."""
    left = program.scratch(arrived.shape, "left")
    program.call(np.copyto, left, arrived)
    for stops, places in axis.taps:
        target, rest = axis.at(out, places), axis.at(left, stops)
        chosen, taken = program.scratch(rest.shape, "chosen", bool), program.scratch(rest.shape, "taken")
        program.call(np.equal, axis.at(value, places), axis.at(largest, stops), chosen)
        program.call(np.multiply, rest, chosen, taken)
        program.call(np.add, target, taken, target)
        program.call(np.subtract, rest, taken, rest)


@dataclass(frozen=True)
class MaxPool1d(MaxPooling):
    """(channels, time) → (channels, windows)."""

    kind: Literal["MaxPool1d"] = "MaxPool1d"
    kernel_size: Size = 2
    stride: Size | None = None
    padding: Margin = 0
    dilation: Size = 1
    ceil_mode: bool = False
    axes: ClassVar = 1


@dataclass(frozen=True)
class MaxPool2d(MaxPooling):
    """(channels, height, width) → (channels, windows down, windows across)."""

    kind: Literal["MaxPool2d"] = "MaxPool2d"
    kernel_size: Sizes = (2, 2)
    stride: Sizes | None = None
    padding: Margins = (0, 0)
    dilation: Sizes = (1, 1)
    ceil_mode: bool = False
    axes: ClassVar = 2
