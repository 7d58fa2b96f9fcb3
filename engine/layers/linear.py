"""The linear layer, z = W x + b."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.initializers import AnyInitializer, Default
from engine.layer import Layer
from engine.notation import Notation
from engine.parameters import Block, View
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor, columns

# Multiply-adds from which on np.matmul, which takes a slice as it is, costs less than a row more in np.dot: where the
# rows are a power of two, the one beyond it takes a tenth of the time.
LARGE = 2**19


@dataclass(frozen=True)
class Linear(Layer):
    """PyTorch's nn.Linear, at every position alike. Its block is (out_features, in_features + 1), the bias last."""

    kind: Literal["Linear"] = "Linear"
    out_features: Annotated[int, Range(1, 4096)] = 8
    bias: bool = True
    weight_init: AnyInitializer = field(default_factory=Default)
    bias_init: AnyInitializer = field(default_factory=Default)

    group: ClassVar = "dense"
    notation: ClassVar = Notation(
        "z = W x + b",
        {
            "W": r"\frac{\partial L}{\partial W} = \delta\, x^{\top}",
            "b": r"\frac{\partial L}{\partial b} = \delta",
            "x": r"\frac{\partial L}{\partial x} = W^{\top} \delta",
        },
    )

    def output(self, *shapes: Shape) -> Shape:
        return (self.out_features, *shapes[0][1:])

    def multiply_adds(self, *shapes: Shape) -> int:
        return self.out_features * prod(shapes[0])

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        features = shapes[0][0]
        parts: dict[str, View] = {"weight": lambda block: block[:, :features]}
        if self.bias:
            parts["bias"] = lambda block: block[:, features]
        return (Block((self.out_features, features + self.bias), parts),)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        """Draw weight, then bias, in float64; the parameter's dtype rounds them."""
        weight = parts["weight"]
        fans = (weight.shape[1], weight.shape[0])
        weight[...] = self.weight_init.draw(rng, weight.shape, fans)
        if self.bias:
            parts["bias"][...] = self.bias_init.draw(rng, parts["bias"].shape, fans)

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,), (matrix,) = node.inputs, node.parameters
        return product(program, matrix.data, x, self.bias)

    def backward(self, program: Program, node: Node) -> None:
        (x,), (matrix,) = node.inputs, node.parameters
        delta, kept = columns(arrived(node)), inputs(x, self.bias).T
        program.into(matrix, lambda out: program.call(delta.dot, kept, out))
        send_through(program, matrix.data, delta, x, self.bias)


def arrived(node: Node) -> Array:
    """The gradient of a node's output, which a program with a backward pass has."""
    assert node.output.gradient is not None
    return node.output.gradient


def inputs(x: Tensor, bias: bool) -> Array:
    """What the matrix is multiplied with: (features, columns), with the row of ones below for the bias."""
    return columns(x.extended if bias else x.data)


def product(program: Program, matrix: Array, x: Tensor, bias: bool) -> Tensor:
    """z = W x + b, the bias being the last column of the matrix."""
    z = program.tensor(len(matrix), *x.positions)
    # a bound dot() is the cheapest product NumPy has; out must be contiguous, which data is
    program.call(matrix.dot, inputs(x, bias), z.columns)
    return z


def send_through(program: Program, matrix: Array, delta: Array, x: Tensor, bias: bool) -> None:
    """The gradient Wᵀ δ, to the input; delta (rows of the matrix, columns)."""
    if x.gradient is None:
        return
    if bias and not x.reached and matrix.size * delta.shape[1] < LARGE:
        # The whole matrix into the extended gradient: np.dot would copy the sliced weight at every step.
        assert x.extended_gradient is not None
        program.call(matrix.T.dot, delta, columns(x.extended_gradient))
        x.reached = True
    else:
        weight = matrix[:, :-1].T if bias else matrix.T
        program.into(x, lambda out: program.call(np.matmul, weight, delta, columns(out)))
