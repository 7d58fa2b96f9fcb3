"""Multi-head attention: projections to queries, keys and values, the attention itself, a projection of what it read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.initializers import XavierUniform, Zeros
from engine.layer import Composite, Layer, Part
from engine.layers.linear import Linear, arrived, inputs, product, send_through
from engine.notation import Notation
from engine.operations.attention import ScaledDotProductAttention
from engine.operations.dropout import Share
from engine.parameters import Block, View
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor, columns


@dataclass(frozen=True)
class MultiheadAttention(Composite):
    """PyTorch's nn.MultiheadAttention of batches first, (embed_dim, batch, time) here.

    One input attends to itself; of two, the first asks and the second, the memory, is read. Both have embed_dim
    features, which the heads divide among them. With `is_causal`, place t reads places 0 to t only. `dropout` leaves
    out weights at random while training.
    """

    kind: Literal["MultiheadAttention"] = "MultiheadAttention"
    num_heads: Annotated[int, Range(1, 256)] = 4
    bias: bool = True
    dropout: Share = 0.0
    is_causal: bool = False

    reads: ClassVar = (1, 2)
    group: ClassVar = "attention"
    notation: ClassVar = Notation(
        r"Y = W_o\, [H_1; \dots; H_h] + b_o, \;"
        r" H_i = \mathrm{softmax}\!\left(\frac{Q_i K_i^{\top}}{\sqrt{d}}\right) V_i",
        {
            "W_o": r"\frac{\partial L}{\partial W_o} = \delta\, [H_1; \dots; H_h]^{\top}",
            "H": r"\frac{\partial L}{\partial H} = W_o^{\top} \delta",
        },
    )

    def parts(self, *shapes: Shape) -> Sequence[Part]:
        check_heads(self.num_heads, "num_heads", *shapes)
        size = shapes[0][0]
        attention = ScaledDotProductAttention(
            num_heads=self.num_heads, is_causal=self.is_causal, dropout_p=self.dropout
        )
        out = Linear(out_features=size, bias=self.bias, bias_init=Zeros())
        if len(shapes) == 1:
            return (
                Part("", InProjection(bias=self.bias)),
                Part("attention", attention, (0,)),
                Part("out_proj", out, (1,)),
            )
        return (
            Part("", InProjection(bias=self.bias, last=1)),
            Part("memory", InProjection(bias=self.bias, first=1), (-2,), shares=0),
            Part("attention", attention, (0, 1)),
            Part("out_proj", out, (2,)),
        )


def check_heads(heads: int, field: str, *shapes: Shape) -> None:
    """BadShape where sequences cannot be attended to by so many heads; `field` is where their number stands."""
    came = " and ".join(map(str, shapes))
    if any(len(shape) != 2 for shape in shapes):
        raise BadShape("sequences, (features, time)", came)
    if any(shape[0] != shapes[0][0] for shape in shapes):
        raise BadShape("a query and a memory of as many features", came)
    if shapes[0][0] % heads:
        raise BadShape(f"features divisible by {heads} heads", shapes[0][0], field)


@dataclass(frozen=True, kw_only=True)
class InProjection(Layer):
    """A linear layer that makes queries, keys and values: (d, …) → (3d, …), or those from `first` to `last` of them.

    PyTorch keeps the three matrices as one, (3d, d), also where queries are made of one sequence and the others of
    another: then two of these share the block, and each leaves the other's rows a gradient of 0.
    """

    bias: bool = True
    first: int = 0
    last: int = 3

    kind = "Linear"  # as which the page shows it; nobody chooses it by itself
    group: ClassVar = Linear.group
    notation: ClassVar = Linear.notation

    def output(self, *shapes: Shape) -> Shape:
        return ((self.last - self.first) * shapes[0][0], *shapes[0][1:])

    def multiply_adds(self, *shapes: Shape) -> int:
        return (self.last - self.first) * shapes[0][0] * prod(shapes[0])

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        size = shapes[0][0]
        parts: dict[str, View] = {"in_proj_weight": lambda block: block[:, :size]}
        if self.bias:
            parts["in_proj_bias"] = lambda block: block[:, size]
        return (Block((3 * size, size + self.bias), parts),)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        weight = parts["in_proj_weight"]
        weight[...] = XavierUniform().draw(rng, weight.shape, (weight.shape[1], weight.shape[0]))

    def _rows(self, block: Array) -> tuple[Array, list[Array]]:
        """The rows of its own, and those of the others."""
        size = len(block) // 3
        first, last = self.first * size, self.last * size
        return block[first:last], [other for other in (block[:first], block[last:]) if len(other)]

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,), (matrix,) = node.inputs, node.parameters
        return product(program, self._rows(matrix.data)[0], x, self.bias)

    def backward(self, program: Program, node: Node) -> None:
        (x,), (matrix,) = node.inputs, node.parameters
        delta, kept = columns(arrived(node)), inputs(x, self.bias).T

        def emit(out: Array) -> None:
            own, others = self._rows(out)
            program.call(delta.dot, kept, own)
            for other in others:
                program.call(other.fill, program.constant(0))

        program.into(matrix, emit)
        send_through(program, self._rows(matrix.data)[0], delta, x, self.bias)
