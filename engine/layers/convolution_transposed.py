"""Transposed convolutions: nn.ConvTranspose1d and nn.ConvTranspose2d, which make a sequence or picture larger."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine.axes import Margin, Margins, Size, Sizes, each
from engine.initializers import AnyInitializer, Default
from engine.layers.kernel import Channels, Kernel
from engine.notation import Notation
from engine.parameters import Block
from engine.problem import BadShape
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor, columns
from engine.windows import Windows


class Transposed(Kernel):
    """Each position of the input puts its kernel, so many times, into the output: the way a convolution's gradient
    goes back. Its first block is PyTorch's weight, (in_channels, out_channels / groups · taps), its second the bias."""

    if TYPE_CHECKING:
        output_padding: Any

    notation: ClassVar = Notation(
        r"z_o = \sum_c W_{co} \ast x_c + b_o",
        {
            "W": r"\frac{\partial L}{\partial W_{co}} = x_c \star \delta_o",
            "b": r"\frac{\partial L}{\partial b_o} = \sum \delta_o",
            "x": r"\frac{\partial L}{\partial x_c} = \sum_o W_{co} \star \delta_o",
        },
    )

    def output(self, *shapes: Shape) -> Shape:
        self.check(shapes[0])
        return (self.out_channels, *self.windows(shapes[0]).positions)

    def windows(self, shape: Shape) -> Windows:
        """The windows of the convolution that this one transposes: it stops in the output, once for each position of
        the input."""
        kernel, stride, padding, dilation = map(each, (self.kernel_size, self.stride, self.padding, self.dilation))
        positions = []
        axes = zip(shape[1:], kernel, stride, padding, dilation, each(self.output_padding), strict=True)
        for size, k, s, p, d, more in axes:
            if more >= max(s, d):
                raise BadShape(f"less than {max(s, d)}, the larger of stride and dilation", more, "output_padding")
            positions.append((size - 1) * s + d * (k - 1) + 1 + more - 2 * p)
            if positions[-1] < 1:
                raise BadShape("a padding that leaves some of the output", positions[-1], "padding")
        return Windows(tuple(positions), shape[1:], kernel, stride, padding, dilation)

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        weight = (shapes[0][0], self.out_channels // self.groups, *each(self.kernel_size))
        made = Block((weight[0], prod(weight[1:])), {"weight": lambda block: block.reshape(weight)})
        bias = Block((self.out_channels,), {"bias": lambda block: block})
        return (made, bias) if self.bias else (made,)

    def multiply_adds(self, *shapes: Shape) -> int:
        return self.out_channels // self.groups * prod(each(self.kernel_size)) * prod(shapes[0])

    def keeps(self, *shapes: Shape) -> int:
        """The columns, and those of the gradient."""
        return 2 * self.out_channels * prod(each(self.kernel_size)) * prod(shapes[0][1:])

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,), (matrix, *bias) = node.inputs, node.parameters
        windows = self.windows((x.shape[0], *x.positions))
        z = program.tensor(self.out_channels, *windows.positions)
        said = program.scratch(self._shape(x, windows), "columns")
        if self.groups == 1:
            program.call(matrix.data.T.dot, x.columns, said[0])
        else:
            program.call(np.matmul, self._grouped(matrix.data).swapaxes(1, 2), self._grouped(x.columns), said)
        windows.scatter(program, self._taps(said, x, windows), self._grouped(z.data))
        if bias:
            program.call(np.add, z.columns, bias[0].data[:, None], z.columns)
        return z

    def backward(self, program: Program, node: Node) -> None:
        (x,), (matrix, *bias) = node.inputs, node.parameters
        assert node.output.gradient is not None
        delta = node.output.gradient
        if bias:
            ones = np.ones(columns(delta).shape[1], program.dtype)
            program.into(bias[0], lambda out: program.call(columns(delta).dot, ones, out))
        windows = self.windows((x.shape[0], *x.positions))
        # what is 0 in it stays so, for the same windows
        seen = program.scratch(self._shape(x, windows), f"columns of {windows}")
        windows.gather(program, self._grouped(delta), self._taps(seen, x, windows))
        if self.groups == 1:
            program.into(matrix, lambda out: program.call(x.columns.dot, seen[0].T, out))
            program.into(x, lambda out: program.call(matrix.data.dot, seen[0], columns(out)))
        else:
            weight, values = self._grouped(matrix.data), self._grouped(x.columns)
            program.into(matrix, lambda out: program.call(np.matmul, values, seen.swapaxes(1, 2), self._grouped(out)))
            program.into(x, lambda out: program.call(np.matmul, weight, seen, self._grouped(columns(out))))

    def _shape(self, x: Tensor, windows: Windows) -> Shape:
        """Of the columns, a matrix for each group."""
        return (self.groups, self.out_channels // self.groups * windows.taps, x.shape[1] * prod(windows.stops))

    def _grouped(self, array: Array) -> Array:
        return array.reshape(self.groups, -1, *array.shape[1:])

    def _taps(self, said: Array, x: Tensor, windows: Windows) -> Array:
        channels = self.out_channels // self.groups
        return said.reshape(self.groups, channels, *windows.kernel, x.shape[1], *windows.stops)


@dataclass(frozen=True)
class ConvTranspose1d(Transposed):
    kind: Literal["ConvTranspose1d"] = "ConvTranspose1d"
    out_channels: Channels = 8
    kernel_size: Size = 3
    stride: Size = 1
    padding: Margin = 0
    output_padding: Margin = 0
    groups: Channels = 1
    bias: bool = True
    dilation: Size = 1
    weight_init: AnyInitializer = field(default_factory=Default)
    bias_init: AnyInitializer = field(default_factory=Default)
    axes: ClassVar = 1


@dataclass(frozen=True)
class ConvTranspose2d(Transposed):
    kind: Literal["ConvTranspose2d"] = "ConvTranspose2d"
    out_channels: Channels = 8
    kernel_size: Sizes = (3, 3)
    stride: Sizes = (1, 1)
    padding: Margins = (0, 0)
    output_padding: Margins = (0, 0)
    groups: Channels = 1
    bias: bool = True
    dilation: Sizes = (1, 1)
    weight_init: AnyInitializer = field(default_factory=Default)
    bias_init: AnyInitializer = field(default_factory=Default)
    axes: ClassVar = 2
