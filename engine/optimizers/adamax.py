"""Adamax: Adam with the largest gradient of late where Adam has the mean square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.notation import Notation
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Memory, Optimizer, Rate, decayed, descend
from engine.parameters import Parameters
from engine.program import Program


@dataclass(frozen=True)
class Adamax(Optimizer):
    """Kingma and Ba 2015, section 7.1; ε is added to |g|, as PyTorch has it. The mean is kept divided by (1 − β₁)."""

    kind: Literal["Adamax"] = "Adamax"
    lr: Rate = 2e-3
    betas: tuple[Fraction, Fraction] = (0.9, 0.999)
    eps: Epsilon = 1e-8
    weight_decay: Decay = 0.0

    notation: ClassVar = Notation(
        r"\Delta w = -\eta\, \frac{\hat{m}}{u}, \; u \leftarrow \max(\beta_2 u, |g| + \epsilon)", {}
    )

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        gradient = decayed(program, parameters, parameters.gradients, self.weight_decay)
        mean, largest = program.empty(gradient.shape), program.empty(gradient.shape)
        steps, share = np.zeros((), np.int64), program.empty(())
        first, second = self.betas
        size = program.scratch(gradient.shape, "adamax size")

        def tick() -> None:
            steps[()] += 1
            share[()] = (1 - first) / (1 - first ** int(steps))

        program.call(tick)
        program.call(np.multiply, mean, program.constant(first), mean)
        program.call(np.add, mean, gradient, mean)
        program.call(np.abs, gradient, size)
        program.call(np.add, size, program.constant(self.eps), size)
        program.call(np.multiply, largest, program.constant(second), largest)
        program.call(clip, size, largest, program.constant(np.inf), largest)
        program.call(np.divide, mean, largest, size)
        program.call(np.multiply, size, share, size)
        memory = {"exp_avg": mean, "exp_inf": largest, "steps": steps}
        return Memory(memory, descend(program, parameters, size, self.lr))
