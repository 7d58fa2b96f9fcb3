"""RMSprop: the gradient over the root of its mean square."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from engine.notation import Notation
from engine.optimizers.memory import Group
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Optimizer, Rate, decayed, descend
from engine.program import Program
from engine.tensor import Array


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Tieleman and Hinton 2012, as PyTorch has it: ε outside the root."""

    kind: Literal["RMSprop"] = "RMSprop"
    lr: Rate = 1e-2
    alpha: Fraction = 0.99
    eps: Epsilon = 1e-8
    weight_decay: Decay = 0.0
    momentum: Fraction = 0.0
    centered: bool = False

    notation: ClassVar = Notation(
        r"\Delta w = -\eta\, \frac{g}{\sqrt{v} + \epsilon}, \; v \leftarrow \alpha v + (1 - \alpha) g^2", {}
    )
    cycles: ClassVar = True

    @property
    def first_momentum(self) -> float:
        return self.momentum

    def with_momentum(self, momentum: float) -> Optimizer:
        return replace(self, momentum=momentum)

    def remembers(self) -> Mapping[str, int]:
        centered, momentum = {"grad_avg": self.centered}, {"momentum_buffer": self.momentum > 0}
        return {name: 1 for name, needed in ({"square_avg": True} | centered | momentum).items() if needed}

    def descend(self, program: Program, group: Group) -> None:
        for part in group.stretches:
            gradient = decayed(program, part, part.gradient, self.weight_decay)
            v, size = part.memory["square_avg"], program.scratch(gradient.shape, "rms size")
            program.call(np.multiply, gradient, gradient, size)
            self._average(program, v, size)
            if self.centered:
                mean = part.memory["grad_avg"]
                program.call(np.copyto, size, gradient)
                self._average(program, mean, size)
                program.call(np.multiply, mean, mean, size)
                program.call(np.subtract, v, size, size)
                program.call(np.sqrt, size, size)
            else:
                program.call(np.sqrt, v, size)
            program.call(np.add, size, program.constant(self.eps), size)
            program.call(np.divide, gradient, size, size)
            direction = size
            if self.momentum:
                direction = part.memory["momentum_buffer"]
                program.call(np.multiply, direction, group.momentum.times(1.0), direction)
                program.call(np.add, direction, size, direction)
            descend(program, part, direction, group.rate)

    def _average(self, program: Program, average: Array, term: Array) -> None:
        """average ← α average + (1 − α) term; `term` is spent."""
        program.call(np.multiply, average, program.constant(self.alpha), average)
        program.call(np.multiply, term, program.constant(1 - self.alpha), term)
        program.call(np.add, average, term, average)
