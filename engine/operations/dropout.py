"""Dropout: numbers left out at random while training, the others enlarged, so that what is expected stays the same.

What is left out is a pure function of (seed, step, place in the network). A program in another dtype that stands at
the same step leaves out the same, so nudging a weight measures the network that was trained; and a step that is
replayed is the same to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor

Share = Annotated[float, Range(0, 0.999999)]

# Numbers between one step's draws and the next one's: 2¹²⁸ over the golden ratio, as in PCG64.jumped.
STRIDE = 0x9E3779B97F4A7C15F39CC0605CEDC835


def drawn_mask(program: Program, node: Node, shape: Shape, p: float) -> Array:
    """Emit the draw of a node's mask: 0 with probability `p`, else 1/(1 − p)."""
    # A child of the seed: [seed, place] itself may be where the order of some epoch is drawn from.
    child = np.random.SeedSequence(program.seed, spawn_key=(node.place,))
    generator = np.random.Generator(np.random.PCG64(child))
    start, step = generator.bit_generator.state, program.step
    uniform = program.scratch(shape, "uniform", np.float32)  # in every dtype the same numbers
    mask = program.empty(shape)

    def fill() -> None:
        generator.bit_generator.state = start
        generator.bit_generator.advance(int(step) * STRIDE)  # type: ignore[attr-defined]
        generator.random(None, np.float32, uniform)

    program.call(fill)
    program.call(np.greater_equal, uniform, np.array(p, np.float32), mask)
    program.call(np.multiply, mask, program.constant(1 / (1 - p)), mask)
    return mask


@dataclass(frozen=True)
class Dropout(Layer):
    """Srivastava et al. 2014; PyTorch's nn.Dropout. Nothing is left out when the network is only used.

    A node keeps the mask: 0 for what is left out, else 1/(1 − p).
    """

    kind: Literal["Dropout"] = "Dropout"
    p: Share = 0.5

    group: ClassVar = "regularization"
    notation: ClassVar = Notation(
        r"y = m \odot x, \; m = \begin{cases} 0 & \text{with probability } p \\ \frac{1}{1 - p} \end{cases}",
        {"x": r"\frac{\partial L}{\partial x} = m \odot \frac{\partial L}{\partial y}"},
    )

    def output(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def keeps(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        y = program.tensor(x.shape[0], *x.positions)
        if program.training and self.p:
            mask = node.kept["mask"] = drawn_mask(program, node, x.shape, self.p)
            program.call(np.multiply, x.data, mask, y.data)
        else:
            program.call(np.copyto, y.data, x.data)
        return y

    def backward(self, program: Program, node: Node) -> None:
        arrived = node.output.gradient
        if self.p:
            mask = node.kept["mask"]
            program.into(node.inputs[0], lambda out: program.call(np.multiply, arrived, mask, out))
        else:
            program.into(node.inputs[0], lambda out: program.call(np.copyto, out, arrived))
