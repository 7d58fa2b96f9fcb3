"""What every activation is made of: y = f(x), one number at a time.

An activation states its value, its slope and its notation side by side. How gradients pass through it is the same
for all of them, and is here.
"""

from __future__ import annotations

from math import prod
from typing import ClassVar

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor


def written(value: str, slope: str) -> Notation:
    """The notation of an activation: a = f(z), and ∂L/∂z = ∂L/∂a · f′(z)."""
    return Notation(
        value, {"z": rf"\frac{{\partial L}}{{\partial z}} = \frac{{\partial L}}{{\partial a}} \cdot {slope}"}
    )


class Elementwise(Layer):
    """An activation layer. `value` emits a = f(z); `slope` emits f′(z), which the node keeps under "slope"."""

    group: ClassVar = "activation"
    slope_dtype: ClassVar[type | None] = None
    steepest: ClassVar[float] = 0.0  # its greatest slope, of one that flattens on both sides

    def output(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def keeps(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def value(self, program: Program, z: Array, a: Array) -> None:
        raise NotImplementedError

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        raise NotImplementedError

    def slopes(self, node: Node) -> Array:
        """f′(z) of a node's last pass."""
        return node.kept["slope"]

    def forward(self, program: Program, node: Node) -> Tensor:
        z = node.inputs[0]
        a = program.tensor(z.shape[0], *z.positions)
        self.value(program, z.data, a.data)
        return a

    def backward(self, program: Program, node: Node) -> None:
        z, a = node.inputs[0], node.output
        slope = node.kept["slope"] = program.empty(z.shape, self.slope_dtype)
        self.slope(program, z.data, a.data, slope)
        program.into(z, lambda out: program.call(np.multiply, a.gradient, slope, out))


def logistic(program: Program, z: Array, out: Array) -> None:
    """σ(z) = 1 / (1 + e^(−z)): keeps its relative accuracy far below zero, where ½ + ½ tanh(z/2) rounds to 0."""
    program.call(np.negative, z, out)
    program.call(np.exp, out, out)
    program.call(np.add, out, program.constant(1), out)
    program.call(np.divide, program.constant(1), out, out)
