"""RMSprop: the gradient over the root of its mean square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.notation import Notation
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Memory, Optimizer, Rate, decayed, descend
from engine.parameters import Parameters
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

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        gradient = decayed(program, parameters, parameters.gradients, self.weight_decay)
        v = program.empty(gradient.shape)
        memory = {"square_avg": v}
        size = program.scratch(gradient.shape, "rms size")
        program.call(np.multiply, gradient, gradient, size)
        self._average(program, v, size)
        if self.centered:
            mean = memory["grad_avg"] = program.empty(gradient.shape)
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
            direction = memory["momentum_buffer"] = program.empty(gradient.shape)
            program.call(np.multiply, direction, program.constant(self.momentum), direction)
            program.call(np.add, direction, size, direction)
        return Memory(memory, descend(program, parameters, direction, self.lr))

    def _average(self, program: Program, average: Array, term: Array) -> None:
        """average ← α average + (1 − α) term; `term` is spent."""
        program.call(np.multiply, average, program.constant(self.alpha), average)
        program.call(np.multiply, term, program.constant(1 - self.alpha), term)
        program.call(np.add, average, term, average)
