"""Where in a sequence something stands, added to it: without that, attention sees a set and not a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.initializers import AnyInitializer, Normal
from engine.layer import Layer
from engine.notation import Notation
from engine.parameters import Block
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor


class Positions(Layer):
    """y = x + p, (features, batch, time) + (features, 1, time): the same place of every sequence, the same vector."""

    group: ClassVar = "sequence"

    def output(self, *shapes: Shape) -> Shape:
        if len(shapes[0]) != 2:
            raise BadShape("a sequence, (features, time)", shapes[0])
        return shapes[0]

    def add(self, program: Program, node: Node, positions: Array) -> Tensor:
        x = node.inputs[0]
        y = program.tensor(len(x.data), *x.positions)
        program.call(np.add, x.data, positions[:, None], y.data)
        return y

    def backward(self, program: Program, node: Node) -> None:
        assert node.output.gradient is not None
        program.hand_on(node.inputs[0], node.output.gradient)


@dataclass(frozen=True)
class PositionalEmbedding(Positions):
    """A learned vector for each place: the `wpe` of GPT-2, an nn.Embedding of 0, 1, 2, … that is added.

    It starts at N(0, 0.02²) as GPT-2 does and not at nn.Embedding's N(0, 1): at first, what a token is counts for
    more than where it stands. Rows for places that no sequence reaches keep a gradient of 0.
    """

    kind: Literal["PositionalEmbedding"] = "PositionalEmbedding"
    max_len: Annotated[int, Range(1, 65_536)] = 64
    weight_init: AnyInitializer = field(default_factory=lambda: Normal(std=0.02))

    notation: ClassVar = Notation(
        "y_t = x_t + W_t",
        {
            "x": r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}",
            "W": r"\frac{\partial L}{\partial W_t} = \sum \frac{\partial L}{\partial y_t}",
        },
    )

    def output(self, *shapes: Shape) -> Shape:
        shape = super().output(*shapes)
        if shape[1] > self.max_len:
            raise BadShape(f"at most {self.max_len} positions", shape[1], "max_len")
        return shape

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        return (Block((shapes[0][0], self.max_len), {"weight": np.transpose}),)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        weight = parts["weight"]
        weight[...] = self.weight_init.draw(rng, weight.shape, (weight.shape[1], weight.shape[0]))

    def forward(self, program: Program, node: Node) -> Tensor:
        return self.add(program, node, node.parameters[0].data[:, : node.inputs[0].shape[2]])

    def backward(self, program: Program, node: Node) -> None:
        delta = node.output.gradient
        time = node.inputs[0].shape[2]

        def emit(out: Array) -> None:
            program.call(np.add.reduce, delta, 1, None, out[:, :time])
            if time < self.max_len:
                program.call(out[:, time:].fill, program.constant(0))

        program.into(node.parameters[0], emit)
        super().backward(program, node)


@dataclass(frozen=True)
class SinusoidalEncoding(Positions):
    """Waves in place of learned vectors (Vaswani et al. 2017): p_t = sin, cos, sin, cos, … of t / 10000^(2i/d)."""

    kind: Literal["SinusoidalEncoding"] = "SinusoidalEncoding"

    notation: ClassVar = Notation(
        r"y_t = x_t + p_t, \; p_{t,2i} = \sin \frac{t}{10000^{2i/d}}, \; p_{t,2i+1} = \cos \frac{t}{10000^{2i/d}}",
        {"x": r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}"},
    )

    def forward(self, program: Program, node: Node) -> Tensor:
        features, _, time = node.inputs[0].shape
        return self.add(program, node, sinusoids(features, time).astype(program.dtype))


def sinusoids(features: int, time: int) -> Array:
    """(features, time) float64: a sine and a cosine by turns, each pair slower than the one before."""
    pair = np.arange(features) // 2
    angle = np.arange(time) / 10000 ** (2 * pair[:, None] / features)
    return np.asarray(np.where(np.arange(features)[:, None] % 2, np.cos(angle), np.sin(angle)))
