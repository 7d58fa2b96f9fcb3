"""Features as shares of one whole at each position: softmax, and its logarithm."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor, columns


class OverFeatures(Layer):
    """A column (features,) in, one out."""

    group: ClassVar = "activation"

    def output(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def shifted(self, program: Program, z: Array, out: Array) -> None:
        """Emit z − max z, (features, n): e to the power of it cannot overflow."""
        largest = program.scratch(z.shape[1:], "softmax largest")
        program.call(np.maximum.reduce, z, 0, None, largest)
        program.call(np.subtract, z, largest, out)

    def total(self, program: Program, numbers: Array, out: Array) -> None:
        """Emit the sum over the features."""
        program.call(np.ones(len(numbers), program.dtype).dot, numbers, out)


@dataclass(frozen=True)
class Softmax(OverFeatures):
    """PyTorch's nn.Softmax(dim=1)."""

    kind: Literal["Softmax"] = "Softmax"
    notation: ClassVar = Notation(
        r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        {
            "z": r"\frac{\partial L}{\partial z_i} = p_i \left( \frac{\partial L}{\partial p_i} "
            r"- \sum_j \frac{\partial L}{\partial p_j} p_j \right)"
        },
    )

    def forward(self, program: Program, node: Node) -> Tensor:
        (z,) = node.inputs
        p = program.tensor(z.shape[0], *z.positions)
        total = program.scratch(z.columns.shape[1:], "softmax total")
        self.shifted(program, z.columns, p.columns)
        program.call(np.exp, p.columns, p.columns)
        self.total(program, p.columns, total)
        program.call(np.divide, p.columns, total, p.columns)
        return p

    def backward(self, program: Program, node: Node) -> None:
        (z,), p = node.inputs, node.output.columns
        assert node.output.gradient is not None
        arrived = columns(node.output.gradient)
        product = program.scratch(p.shape, "softmax product")
        mean = program.scratch(p.shape[1:], "softmax mean")
        program.call(np.multiply, arrived, p, product)
        self.total(program, product, mean)

        def emit(out: Array) -> None:
            program.call(np.subtract, arrived, mean, columns(out))
            program.call(np.multiply, columns(out), p, columns(out))

        program.into(z, emit)


@dataclass(frozen=True)
class LogSoftmax(OverFeatures):
    """PyTorch's nn.LogSoftmax(dim=1): z − ln Σ e^z, without ever taking the logarithm of a rounded share.

    A node keeps the shares themselves as `probability`.
    """

    kind: Literal["LogSoftmax"] = "LogSoftmax"
    notation: ClassVar = Notation(
        r"y_i = z_i - \ln \sum_j e^{z_j}",
        {
            "z": r"\frac{\partial L}{\partial z_i} = \frac{\partial L}{\partial y_i} "
            r"- e^{y_i} \sum_j \frac{\partial L}{\partial y_j}"
        },
    )

    def keeps(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def forward(self, program: Program, node: Node) -> Tensor:
        (z,) = node.inputs
        y = program.tensor(z.shape[0], *z.positions)
        node.kept["probability"] = program.empty(z.shape)
        p, total = columns(node.kept["probability"]), program.scratch(z.columns.shape[1:], "softmax total")
        self.shifted(program, z.columns, y.columns)
        program.call(np.exp, y.columns, p)
        self.total(program, p, total)
        program.call(np.divide, p, total, p)
        program.call(np.log, total, total)
        program.call(np.subtract, y.columns, total, y.columns)
        return y

    def backward(self, program: Program, node: Node) -> None:
        (z,), p = node.inputs, columns(node.kept["probability"])
        assert node.output.gradient is not None
        arrived = columns(node.output.gradient)
        total = program.scratch(p.shape[1:], "softmax total")
        self.total(program, arrived, total)

        def emit(out: Array) -> None:
            program.call(np.multiply, p, total, columns(out))
            program.call(np.subtract, arrived, columns(out), columns(out))

        program.into(z, emit)
