"""The linear layer, z = W x + b."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.choice import Choice
from engine.initializers import AnyInitializer, Default
from engine.notation import Notation
from engine.parameters import Block
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Tensor


@dataclass(frozen=True)
class Linear(Choice):
    """PyTorch's nn.Linear. Its block is (out_features, in_features + 1): the bias is the last column."""

    kind: Literal["Linear"] = "Linear"
    out_features: Annotated[int, Range(1, 4096)] = 8
    bias: bool = True
    weight_init: AnyInitializer = field(default_factory=Default)
    bias_init: AnyInitializer = field(default_factory=Default)

    notation: ClassVar = Notation(
        "z = W x + b",
        {
            "W": r"\frac{\partial L}{\partial W} = \delta\, x^{\top}",
            "b": r"\frac{\partial L}{\partial b} = \delta",
            "x": r"\frac{\partial L}{\partial x} = W^{\top} \delta",
        },
    )

    def output(self, features: int) -> int:
        return self.out_features

    def multiply_adds(self, features: int) -> int:
        return self.out_features * features

    def blocks(self, features: int) -> tuple[Block, ...]:
        everything = slice(None)
        parts: dict[str, tuple[object, ...]] = {"weight": (everything, slice(0, features))}
        if self.bias:
            parts["bias"] = (everything, features)
        return (Block((self.out_features, features + self.bias), parts),)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        """Draw weight, then bias, in float64; the parameter's dtype rounds them."""
        weight = parts["weight"]
        fans = (weight.shape[1], weight.shape[0])
        weight[...] = self.weight_init.draw(rng, weight.shape, fans)
        if self.bias:
            parts["bias"][...] = self.bias_init.draw(rng, parts["bias"].shape, fans)

    def emit(self, program: Program, x: Tensor, parameters: tuple[Tensor, ...], name: str, layer: int) -> Tensor:
        return program.apply(self, x, *parameters, name=name, layer=layer)

    def forward(self, program: Program, node: Node) -> Tensor:
        x, matrix = node.inputs
        z = program.tensor(self.out_features)
        # a bound dot() is the cheapest product NumPy has; out must be contiguous, which data is
        program.call(matrix.data.dot, x.extended if self.bias else x.data, z.data)
        return z

    def backward(self, program: Program, node: Node) -> None:
        x, matrix = node.inputs
        delta = node.output.gradient
        assert delta is not None
        kept = (x.extended if self.bias else x.data).T
        program.into(matrix, lambda out: program.call(delta.dot, kept, out))
        if x.gradient is None:
            return
        weight = matrix.data[:, :-1].T if self.bias else matrix.data.T
        if self.bias and not x.reached:
            # The whole matrix into the extended gradient: np.dot would copy the sliced weight at every step.
            program.call(matrix.data.T.dot, delta, x.extended_gradient)
            x.reached = True
        else:
            program.into(x, lambda out: program.call(np.matmul, weight, delta, out))
