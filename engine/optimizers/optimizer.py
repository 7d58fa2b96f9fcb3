"""Optimizers: how a gradient becomes an update. Names, arguments and defaults are those of torch.optim.

Each emits a few calls over the flat vectors, whatever the depth of the network: they write `update` (value after minus
value before) and add it to `values`. What an optimizer remembers is in the arrays of its `Memory`, so that a checkpoint
is a copy of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from engine.choice import Choice
from engine.notation import Notation
from engine.parameters import Parameters
from engine.program import Program
from engine.range import Range
from engine.tensor import Array

Rate = Annotated[float, Range(0, 1e6)]
Decay = Annotated[float, Range(0, 1e3)]
Epsilon = Annotated[float, Range(0, 1, above=True)]
Fraction = Annotated[float, Range(0, 0.999999)]


@dataclass(frozen=True)
class Memory:
    """An optimizer at work: its arrays by name, and the way to change its learning rate between two steps.

    All arrays at 0 is the memory of an optimizer that has done no step.
    """

    arrays: dict[str, Array]
    set_rate: Callable[[float], None]


class Optimizer(Choice):
    """An optimizer; `lr` is its learning rate."""

    notation: ClassVar[Notation]
    kind: str
    lr: float

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        raise NotImplementedError


def decayed(program: Program, parameters: Parameters, direction: Array, weight_decay: float) -> Array:
    """direction + λ p, leaving the direction itself as it was.

    Of the gradient, it is L2 decay; of what the learning rate is about to multiply, decoupled decay.
    """
    if weight_decay == 0:
        return direction
    out = program.scratch(parameters.values.shape, "decayed")
    program.call(np.multiply, parameters.values, program.constant(weight_decay), out)
    program.call(np.add, out, direction, out)
    return out


def descend(program: Program, parameters: Parameters, direction: Array, rate: float) -> Callable[[float], None]:
    """Emit update = −lr · direction and add it to the values; answers how to change lr."""
    minus = np.array(-rate, program.dtype)
    program.call(np.multiply, direction, minus, parameters.update)
    program.call(np.add, parameters.values, parameters.update, parameters.values)

    def set_rate(value: float) -> None:
        minus[()] = -value

    return set_rate
