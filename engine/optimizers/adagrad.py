"""Adagrad: the gradient over the root of the sum of all its squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.notation import Notation
from engine.optimizers.optimizer import Decay, Epsilon, Memory, Optimizer, Rate, decayed, descend
from engine.parameters import Parameters
from engine.program import Program
from engine.range import Range
from engine.tensor import Array


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Duchi, Hazan and Singer 2011; lr_decay divides the rate of step t by 1 + (t − 1) lr_decay.

    The sum is kept without initial_accumulator_value, which joins it under the root.
    """

    kind: Literal["Adagrad"] = "Adagrad"
    lr: Rate = 1e-2
    lr_decay: Decay = 0.0
    weight_decay: Decay = 0.0
    initial_accumulator_value: Annotated[float, Range(0, 1e6)] = 0.0
    eps: Epsilon = 1e-10

    notation: ClassVar = Notation(r"\Delta w = -\eta\, \frac{g}{\sqrt{s} + \epsilon}, \; s \leftarrow s + g^2", {})

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        gradient = decayed(program, parameters, parameters.gradients, self.weight_decay)
        total = program.empty(gradient.shape)
        memory = {"sum": total}
        size = program.scratch(gradient.shape, "adagrad size")
        program.call(np.square, gradient, size)
        program.call(np.add, total, size, total)
        if self.initial_accumulator_value:
            program.call(np.add, total, program.constant(self.initial_accumulator_value), size)
            program.call(np.sqrt, size, size)
        else:
            program.call(np.sqrt, total, size)
        program.call(np.add, size, program.constant(self.eps), size)
        program.call(np.divide, gradient, size, size)
        if self.lr_decay:
            memory["steps"] = self._slow(program, size)
        return Memory(memory, descend(program, parameters, size, self.lr))

    def _slow(self, program: Program, direction: Array) -> Array:
        """Make the direction as much shorter as lr_decay has the rate by now."""
        steps, share = np.zeros((), np.int64), program.empty(())

        def tick() -> None:
            share[()] = 1 / (1 + int(steps) * self.lr_decay)
            steps[()] += 1

        program.call(tick)
        program.call(np.multiply, direction, share, direction)
        return steps
