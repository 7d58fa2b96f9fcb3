"""Where branches meet: several values of a network become one. PyTorch writes these as +, * and torch.cat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import ClassVar, Literal

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.problem import BadShape
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor


class Join(Layer):
    """Reads two layers or more."""

    group: ClassVar = "join"
    reads: ClassVar = (2, 16)


class Same(Join):
    """A join of values of one shape."""

    def output(self, *shapes: Shape) -> Shape:
        for place, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise BadShape("inputs of one shape", f"{shapes[0]} and {shape}", f"inputs.{place}")
        return shapes[0]


@dataclass(frozen=True)
class Add(Same):
    """The sum: a residual connection, where one of them is what a block was given."""

    kind: Literal["Add"] = "Add"
    notation: ClassVar = Notation("y = a + b", {"a": r"\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y}"})

    def forward(self, program: Program, node: Node) -> Tensor:
        first, *others = (tensor.data for tensor in node.inputs)
        y = program.tensor(len(first), *node.inputs[0].positions)
        for other in others:
            program.call(np.add, first, other, y.data)
            first = y.data
        return y

    def backward(self, program: Program, node: Node) -> None:
        """Each gets the gradient as it is: `+` distributes."""
        assert node.output.gradient is not None
        for tensor in node.inputs:
            program.hand_on(tensor, node.output.gradient)


@dataclass(frozen=True)
class Multiply(Same):
    """The product, entry by entry: a gate."""

    kind: Literal["Multiply"] = "Multiply"
    notation: ClassVar = Notation(
        r"y = a \odot b", {"a": r"\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y} \odot b"}
    )

    def multiply_adds(self, *shapes: Shape) -> int:
        return (len(shapes) - 1) * reduce(mul, shapes[0])

    def forward(self, program: Program, node: Node) -> Tensor:
        first, *others = (tensor.data for tensor in node.inputs)
        y = program.tensor(len(first), *node.inputs[0].positions)
        for other in others:
            program.call(np.multiply, first, other, y.data)
            first = y.data
        return y

    def backward(self, program: Program, node: Node) -> None:
        """To each, what arrives times all the others: `×` swaps."""
        arrived = node.output.gradient
        for place, tensor in enumerate(node.inputs):
            others = [each.data for other, each in enumerate(node.inputs) if other != place]

            def emit(out: Array, others: list[Array] = others) -> None:
                program.call(np.multiply, arrived, others[0], out)
                for other in others[1:]:
                    program.call(np.multiply, out, other, out)

            program.into(tensor, emit)


@dataclass(frozen=True)
class Concat(Join):
    """One after the other along the features, as torch.cat(…, dim=1)."""

    kind: Literal["Concat"] = "Concat"
    notation: ClassVar = Notation(
        "y = [a; b]", {"a": r"\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y_a}"}
    )

    def output(self, *shapes: Shape) -> Shape:
        for place, shape in enumerate(shapes):
            if shape[1:] != shapes[0][1:]:
                raise BadShape("inputs of the same positions", f"{shapes[0]} and {shape}", f"inputs.{place}")
        return (sum(shape[0] for shape in shapes), *shapes[0][1:])

    def forward(self, program: Program, node: Node) -> Tensor:
        y = program.tensor(sum(len(tensor.data) for tensor in node.inputs), *node.inputs[0].positions)
        for tensor, rows in self._rows(node):
            program.call(np.copyto, y.data[rows], tensor.data)
        return y

    def backward(self, program: Program, node: Node) -> None:
        arrived = node.output.gradient
        assert arrived is not None
        for tensor, rows in self._rows(node):
            share = arrived[rows]
            program.into(tensor, lambda out, share=share: program.call(np.copyto, out, share))  # type: ignore[misc]

    @staticmethod
    def _rows(node: Node) -> Iterator[tuple[Tensor, slice]]:
        start = 0
        for tensor in node.inputs:
            yield tensor, slice(start, start + len(tensor.data))
            start += len(tensor.data)
