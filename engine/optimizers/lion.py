"""Lion: the sign of the momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.notation import Notation
from engine.optimizers.optimizer import Decay, Fraction, Memory, Optimizer, Rate, decayed, descend
from engine.parameters import Parameters
from engine.program import Program


@dataclass(frozen=True)
class Lion(Optimizer):
    """Chen et al. 2023, algorithm 2, with their defaults; weight_decay is decoupled. torch.optim has no Lion.

    The mean is kept divided by (1 − β₂). A sign does not change when its argument is divided by (1 − β₁), so that
    sign(β₁ m + (1 − β₁) g) is sign(k M + g) with k = β₁ (1 − β₂)/(1 − β₁).
    """

    kind: Literal["Lion"] = "Lion"
    lr: Rate = 1e-4
    betas: tuple[Fraction, Fraction] = (0.9, 0.99)
    weight_decay: Decay = 0.0

    notation: ClassVar = Notation(
        r"\Delta w = -\eta \left( \mathrm{sign}(\beta_1 m + (1 - \beta_1) g) + \lambda w \right)", {}
    )

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        gradient, direction = parameters.gradients, parameters.update
        mean = program.empty(gradient.shape)
        first, second = self.betas
        program.call(np.multiply, mean, program.constant(first * (1 - second) / (1 - first)), direction)
        program.call(np.add, direction, gradient, direction)
        program.call(np.sign, direction, direction)
        program.call(np.multiply, mean, program.constant(second), mean)
        program.call(np.add, mean, gradient, mean)
        direction = decayed(program, parameters, direction, self.weight_decay)
        return Memory({"exp_avg": mean}, descend(program, parameters, direction, self.lr))
