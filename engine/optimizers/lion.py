"""Lion: the sign of the momentum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.notation import Notation
from engine.optimizers.memory import Group
from engine.optimizers.optimizer import Decay, Fraction, Optimizer, Rate, decayed, descend
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

    def remembers(self) -> Mapping[str, int]:
        return {"exp_avg": 1}

    def descend(self, program: Program, group: Group) -> None:
        first, second = self.betas
        for part in group.stretches:
            gradient, direction, mean = part.gradient, part.update, part.memory["exp_avg"]
            program.call(np.multiply, mean, program.constant(first * (1 - second) / (1 - first)), direction)
            program.call(np.add, direction, gradient, direction)
            program.call(np.sign, direction, direction)
            program.call(np.multiply, mean, program.constant(second), mean)
            program.call(np.add, mean, gradient, mean)
            descend(program, part, decayed(program, part, direction, self.weight_decay), group.rate)
