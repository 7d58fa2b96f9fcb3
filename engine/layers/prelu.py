"""PReLU: a rectifier whose slope below zero is learnt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.layer import Layer
from engine.notation import Notation
from engine.parameters import Block
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor, columns


@dataclass(frozen=True)
class PReLU(Layer):
    """He et al. 2015; PyTorch's nn.PReLU: one slope for all features (num_parameters 1), or one for each.

    As in PyTorch the slope at 0 is the one below it. A node keeps the slopes, and what is below zero as `negative`.
    """

    kind: Literal["PReLU"] = "PReLU"
    num_parameters: Annotated[int, Range(1, 4096)] = 1
    init: Annotated[float, Range(-100, 100)] = 0.25

    group: ClassVar = "activation"
    notation: ClassVar = Notation(
        r"a = \max(0, z) + w \min(0, z)",
        {
            "w": r"\frac{\partial L}{\partial w} = \sum \frac{\partial L}{\partial a} \min(0, z)",
            "z": r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \cdot "
            r"\begin{cases} 1 & z > 0 \\ w & z \le 0 \end{cases}",
        },
    )

    def output(self, *shapes: Shape) -> Shape:
        features = shapes[0][0]
        if self.num_parameters not in (1, features):
            raise BadShape(f"1, or one for each of the {features} features", self.num_parameters, "num_parameters")
        return shapes[0]

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        return (Block((self.num_parameters,), {"weight": lambda block: block}),)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        parts["weight"].fill(self.init)

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def keeps(self, *shapes: Shape) -> int:
        return 2 * prod(shapes[0])

    def forward(self, program: Program, node: Node) -> Tensor:
        (z,) = node.inputs
        a = program.tensor(z.shape[0], *z.positions)
        negative = node.kept["negative"] = program.empty(z.shape)
        weighted = program.scratch(z.shape, "weighted")
        program.call(clip, z.data, program.constant(-inf), program.constant(0), negative)
        program.call(clip, z.data, program.constant(0), program.constant(inf), a.data)
        program.call(np.multiply, columns(negative), self._weight(node), columns(weighted))
        program.call(np.add, a.data, weighted, a.data)
        return a

    def _weight(self, node: Node) -> Array:
        """One number, or a column of them."""
        weight = node.parameters[0].data
        return weight.reshape(()) if self.num_parameters == 1 else weight[:, None]

    def backward(self, program: Program, node: Node) -> None:
        (z,), arrived, negative = node.inputs, node.output.gradient, node.kept["negative"]
        assert arrived is not None
        slope = node.kept["slope"] = program.empty(z.shape)
        above, product = program.scratch(z.shape, "above"), program.scratch(z.shape, "weighted")
        program.call(np.greater, z.data, program.constant(0), above)
        program.call(np.subtract, program.constant(1), above, slope)
        program.call(np.multiply, columns(slope), self._weight(node), columns(slope))
        program.call(np.add, slope, above, slope)
        program.call(np.multiply, arrived, negative, product)
        numbers = product.reshape(self.num_parameters, -1)
        ones = np.ones(numbers.shape[1], program.dtype)
        program.into(node.parameters[0], lambda out: program.call(numbers.dot, ones, out))
        program.into(z, lambda out: program.call(np.multiply, arrived, slope, out))
