"""Optimizers: how a gradient becomes an update. Names, arguments and defaults are those of torch.optim.

Each emits a few calls over the flat vectors, whatever the depth of the network: they write `update` (value after minus
value before) and add it to `values`. What an optimizer remembers is declared by it and held by a `Memory`, so that a
checkpoint is a copy of arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from engine.choice import Choice
from engine.notation import Notation
from engine.optimizers.memory import Dial, Group, Memory, Stretch
from engine.parameters import Parameters
from engine.program import Program
from engine.range import Noted, Range
from engine.tensor import Array

STILL = Noted(0, "still", "at a learning rate of 0 no weight moves, unless a schedule has a rate of its own")
Rate = Annotated[float, Range(0, 1e6), STILL]
Decay = Annotated[float, Range(0, 1e3)]
Epsilon = Annotated[float, Range(0, 1, above=True)]
Fraction = Annotated[float, Range(0, 0.999999)]


class Optimizer(Choice):
    """An optimizer; `lr` is its learning rate."""

    notation: ClassVar[Notation]
    cycles: ClassVar[bool] = False  # can a schedule move its momentum?
    kind: str
    lr: float

    @property
    def first_momentum(self) -> float:
        """The momentum it begins with: that of SGD, the first beta of Adam's family."""
        return 0.0

    def with_momentum(self, momentum: float) -> Optimizer:
        """The same but for its momentum, if it `cycles`."""
        raise NotImplementedError

    def remembers(self) -> Mapping[str, int]:
        """What it remembers of each parameter, by name, and how many numbers that are."""
        return {}

    def counts(self, *, cycled: bool = False) -> Mapping[str, DTypeLike]:
        """What it counts for each layer, by name, and its type; `cycled`: a schedule moves the momentum."""
        return {}

    def descend(self, program: Program, group: Group) -> None:
        """Emit the update of one group of layers."""
        raise NotImplementedError

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        """Emit the update of all parameters; answers what is remembered from step to step."""
        memory = Memory(self, parameters)
        memory.emit(program, memory.arrange())
        return memory


def decayed(program: Program, part: Stretch, direction: Array, weight_decay: float) -> Array:
    """direction + λ p, leaving the direction itself as it was.

    Of the gradient, it is L2 decay; of what the learning rate is about to multiply, decoupled decay.
    """
    if weight_decay == 0:
        return direction
    out = program.scratch(part.values.shape, "decayed")
    program.call(np.multiply, part.values, program.constant(weight_decay), out)
    program.call(np.add, out, direction, out)
    return out


def descend(program: Program, part: Stretch, direction: Array, rate: Dial) -> None:
    """Emit update = −lr · direction and add it to the values."""
    program.call(np.multiply, direction, rate.times(-1.0), part.update)
    program.call(np.add, part.values, part.update, part.values)
