"""Convolutions: nn.Conv1d over a sequence, nn.Conv2d over a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, Literal

import numpy as np

from engine.axes import Margin, Margins, Size, Sizes, each
from engine.initializers import AnyInitializer, Default
from engine.layers.kernel import Channels, Kernel
from engine.notation import Notation
from engine.parameters import Block, View
from engine.problem import BadShape
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor, columns
from engine.windows import Windows


class Convolution(Kernel):
    """What the kernel sees at its stops is one matrix, above a row of ones; its block is another, (out_channels,
    in_channels / groups · taps + 1), the bias last; their product is the output. With groups, there is one such
    product for each."""

    notation: ClassVar = Notation(
        r"z_o = \sum_c W_{oc} \star x_c + b_o",
        {
            "W": r"\frac{\partial L}{\partial W_{oc}} = \delta_o \star x_c",
            "b": r"\frac{\partial L}{\partial b_o} = \sum \delta_o",
            "x": r"\frac{\partial L}{\partial x_c} = \sum_o W_{oc} \ast \delta_o",
        },
    )

    def output(self, *shapes: Shape) -> Shape:
        self.check(shapes[0])
        return (self.out_channels, *self.windows(shapes[0]).stops)

    def windows(self, shape: Shape) -> Windows:
        """Where the kernel stops in an example of this shape; BadShape where it has no room."""
        kernel, stride, padding, dilation = map(each, (self.kernel_size, self.stride, self.padding, self.dilation))
        stops = []
        for size, k, s, p, d in zip(shape[1:], kernel, stride, padding, dilation, strict=True):
            padded, reach = size + 2 * p, d * (k - 1) + 1
            if reach > padded:
                raise BadShape(
                    f"a kernel that reaches over at most the {padded} padded positions", reach, "kernel_size"
                )
            stops.append((padded - reach) // s + 1)
        return Windows(shape[1:], tuple(stops), kernel, stride, padding, dilation)

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        weight = (self.out_channels, shapes[0][0] // self.groups, *each(self.kernel_size))
        rows = prod(weight[1:])
        parts: dict[str, View] = {"weight": lambda block: block[:, :rows].reshape(weight)}
        if self.bias:
            parts["bias"] = lambda block: block[:, rows]
        return (Block((self.out_channels, rows + self.bias), parts),)

    def multiply_adds(self, *shapes: Shape) -> int:
        windows = self.windows(shapes[0])
        return self.out_channels * shapes[0][0] // self.groups * windows.taps * prod(windows.stops)

    def keeps(self, *shapes: Shape) -> int:
        """The columns and their gradient."""
        windows = self.windows(shapes[0])
        rows = shapes[0][0] // self.groups * windows.taps + self.bias
        return self.groups * (_fours(rows) + rows) * prod(windows.stops)

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,), (matrix,) = node.inputs, node.parameters
        windows = self.windows((x.shape[0], *x.positions))
        z = program.tensor(self.out_channels, *windows.stops)
        seen = node.kept["columns"] = self._columns(program, x, windows)
        used = seen[:, : matrix.shape[1]]
        windows.gather(program, self._grouped(x.data), self._taps(seen, x, windows))
        if self.groups == 1:
            program.call(matrix.data.dot, used[0], z.columns)
        else:
            program.call(np.matmul, self._grouped(matrix.data), used, self._grouped(z.columns))
        return z

    def backward(self, program: Program, node: Node) -> None:
        (x,), (matrix,) = node.inputs, node.parameters
        assert node.output.gradient is not None
        seen, delta = node.kept["columns"], columns(node.output.gradient)
        program.into(matrix, lambda out: self._weigh(program, seen, delta, out))
        if x.gradient is None:
            return
        windows = self.windows((x.shape[0], *x.positions))
        back = program.scratch((self.groups, matrix.shape[1], seen.shape[2]), "gradient of columns")
        if self.groups == 1:
            program.call(matrix.data.T.dot, delta, back[0])
        elif self.groups == self.out_channels:  # one row times one column, which np.multiply does faster
            program.call(np.multiply, matrix.data[:, :, None], delta[:, None], back)
        else:
            program.call(np.matmul, self._grouped(matrix.data).swapaxes(1, 2), self._grouped(delta), back)
        taps = self._taps(back, x, windows)
        program.into(x, lambda out: windows.scatter(program, taps, self._grouped(out)))

    def _weigh(self, program: Program, seen: Array, delta: Array, out: Array) -> None:
        """The gradient of the block. Columns times δᵀ is a tenth faster than δ times columnsᵀ, whose shape it has."""
        turned = program.scratch((self.groups, seen.shape[1], len(out) // self.groups), "turned block")
        if self.groups == 1:
            program.call(seen[0].dot, delta.T, turned[0])
        else:
            program.call(np.matmul, seen, self._grouped(delta).swapaxes(1, 2), turned)
        program.call(np.copyto, self._grouped(out), turned[:, : out.shape[1]].swapaxes(1, 2))

    def _columns(self, program: Program, x: Tensor, windows: Windows) -> Array:
        """A new matrix for each group: a row for each channel and tap, one of ones where there is a bias, and rows of
        zeros up to a multiple of four, in which the product that gives the weights' gradient is faster."""
        rows = x.shape[0] // self.groups * windows.taps
        shape = (self.groups, _fours(rows + self.bias), program.batch * prod(windows.stops))
        if program.training:
            made = program.empty(shape)
        else:  # dead after the product; but what is 0 or 1 in it must stay so, and does for the same windows
            made = program.scratch(shape, f"columns of {windows}, bias {self.bias}")
        made[:, rows : rows + self.bias] = 1
        return made

    def _grouped(self, array: Array) -> Array:
        """(channels, …) → (groups, channels of a group, …), a view."""
        return array.reshape(self.groups, -1, *array.shape[1:])

    def _taps(self, seen: Array, x: Tensor, windows: Windows) -> Array:
        """The columns as the windows see them, (groups, channels of a group, *kernel, batch, *stops), a view."""
        channels = x.shape[0] // self.groups
        shape = (self.groups, channels, *windows.kernel, x.shape[1], *windows.stops)
        return seen[:, : channels * windows.taps].reshape(shape)


def _fours(rows: int) -> int:
    return -(-rows // 4) * 4


@dataclass(frozen=True)
class Conv1d(Convolution):
    """(in_channels, time) → (out_channels, stops)."""

    kind: Literal["Conv1d"] = "Conv1d"
    out_channels: Channels = 8
    kernel_size: Size = 3
    stride: Size = 1
    padding: Margin = 0
    dilation: Size = 1
    groups: Channels = 1
    bias: bool = True
    weight_init: AnyInitializer = field(default_factory=Default)
    bias_init: AnyInitializer = field(default_factory=Default)
    axes: ClassVar = 1


@dataclass(frozen=True)
class Conv2d(Convolution):
    """(in_channels, height, width) → (out_channels, stops down, stops across)."""

    kind: Literal["Conv2d"] = "Conv2d"
    out_channels: Channels = 8
    kernel_size: Sizes = (3, 3)
    stride: Sizes = (1, 1)
    padding: Margins = (0, 0)
    dilation: Sizes = (1, 1)
    groups: Channels = 1
    bias: bool = True
    weight_init: AnyInitializer = field(default_factory=Default)
    bias_init: AnyInitializer = field(default_factory=Default)
    axes: ClassVar = 2
