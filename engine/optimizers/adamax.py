"""Adamax: Adam with the largest gradient of late where Adam has the mean square."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from engine.clip import clip
from engine.notation import Notation
from engine.optimizers.memory import Group
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Optimizer, Rate, decayed, descend
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

    def remembers(self) -> Mapping[str, int]:
        return {"exp_avg": 1, "exp_inf": 1}

    def counts(self, *, cycled: bool = False) -> Mapping[str, DTypeLike]:
        return {"steps": np.int64}

    def descend(self, program: Program, group: Group) -> None:
        steps, share = group.counts["steps"], program.empty(())
        first, second = self.betas

        def tick() -> None:
            steps.set(steps.value + 1)
            share[()] = (1 - first) / (1 - first**steps.value)

        program.call(tick)
        for part in group.stretches:
            gradient = decayed(program, part, part.gradient, self.weight_decay)
            mean, largest = part.memory["exp_avg"], part.memory["exp_inf"]
            size = program.scratch(gradient.shape, "adamax size")
            program.call(np.multiply, mean, program.constant(first), mean)
            program.call(np.add, mean, gradient, mean)
            program.call(np.abs, gradient, size)
            program.call(np.add, size, program.constant(self.eps), size)
            program.call(np.multiply, largest, program.constant(second), largest)
            program.call(clip, size, largest, program.constant(np.inf), largest)
            program.call(np.divide, mean, largest, size)
            program.call(np.multiply, size, share, size)
            descend(program, part, size, group.rate)
