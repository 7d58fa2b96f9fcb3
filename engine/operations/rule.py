"""A rule: an operation on tensors, entry by entry, as a few NumPy calls for its value and for each gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

import numpy as np

from engine.notation import Notation
from engine.problem import BadShape
from engine.program import Node, Program
from engine.tensor import Array, Tensor


class Slot(Enum):
    """What stands for a buffer in a rule's calls; a number there stands for itself."""

    A = auto()  # the operands
    B = auto()
    Y = auto()  # the value
    DELTA = auto()  # ∂L/∂y, as it arrives
    OUT = auto()  # the gradient being written
    MASK = auto()  # two scratch arrays of truth values
    ALSO = auto()


class Line(NamedTuple):
    """A formula, and the calls that compute it."""

    formula: str
    calls: tuple[tuple[Any, ...], ...]


def line(formula: str, *calls: tuple[Any, ...]) -> Line:
    return Line(formula, calls)


def rule(value: Line, *gradients: Line) -> Rule:
    """Of the value, and of ∂L/∂a, ∂L/∂b in terms of δ = ∂L/∂y."""
    return Rule(value, gradients)


@dataclass(frozen=True)
class Rule:
    value: Line
    gradients: Sequence[Line]

    @property
    def operands(self) -> int:
        return len(self.gradients)

    @property
    def notation(self) -> Notation:
        written = zip("ab", self.gradients, strict=False)
        return Notation(
            self.value.formula,
            {symbol: rf"\frac{{\partial L}}{{\partial {symbol}}} = {each.formula}" for symbol, each in written},
        )

    def forward(self, program: Program, node: Node) -> Tensor:
        """Of operands that broadcast; whatever gets a gradient must have the shape of the result."""
        features, batch, *positions = np.broadcast_shapes((1, program.batch), *(x.shape for x in node.inputs))
        if any(x.gradient is not None and x.shape != (features, batch, *positions) for x in node.inputs):
            raise BadShape("operands of one shape", " and ".join(str(x.shape) for x in node.inputs))
        y = program.tensor(features, *positions, ones=False)
        self._emit(program, self.value, {**_operands(node), Slot.Y: y.data})
        return y

    def backward(self, program: Program, node: Node) -> None:
        """Nothing is sent from a value that nothing reads: there, 0 times an infinite slope would make a NaN."""
        y = node.output
        if not y.reached:
            return
        assert y.gradient is not None
        slots = {**_operands(node), Slot.Y: y.data, Slot.DELTA: y.gradient}
        for use, each in ((Slot.MASK, "mask"), (Slot.ALSO, "also")):
            slots[use] = program.scratch(y.shape, each, bool)
        for operand, gradient in zip(node.inputs, self.gradients, strict=True):

            def emit(out: Array, gradient: Line = gradient) -> None:
                self._emit(program, gradient, {**slots, Slot.OUT: out})

            program.into(operand, emit)

    @staticmethod
    def _emit(program: Program, written: Line, slots: dict[Slot, Array]) -> None:
        for function, *arguments in written.calls:
            program.call(function, *(_argument(program, each, slots) for each in arguments))


def _operands(node: Node) -> dict[Slot, Array]:
    return {slot: operand.data for slot, operand in zip((Slot.A, Slot.B), node.inputs, strict=False)}


def _argument(program: Program, each: Any, slots: dict[Slot, Array]) -> Any:
    if isinstance(each, Slot):
        return slots[each]
    return program.constant(each) if isinstance(each, int | float) else each
