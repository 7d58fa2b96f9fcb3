"""RAdam: Adam that waits until the variance can be estimated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from engine.notation import Notation
from engine.optimizers.memory import Group
from engine.optimizers.moments import column, moments, pair
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Optimizer, Rate, decayed, descend
from engine.program import Program
from engine.tensor import Array

ENOUGH = 5.0  # squares in the mean, as PyTorch counts them; Liu et al. begin above 4


@dataclass(frozen=True)
class RAdam(Optimizer):
    """Liu et al. 2020: steps of momentum alone at first, then Adam's, times the rectification r.

    With ρ∞ = 2/(1 − β₂) − 1 and ρ = ρ∞ − 2 t β₂ᵗ/(1 − β₂ᵗ), the rectification is
    r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ)) where ρ > 5. ε is added to the root of the mean before its bias is
    corrected, as PyTorch has it. The moments are kept divided by (1 − β).
    """

    kind: Literal["RAdam"] = "RAdam"
    lr: Rate = 1e-3
    betas: tuple[Fraction, Fraction] = (0.9, 0.999)
    eps: Epsilon = 1e-8
    weight_decay: Decay = 0.0
    decoupled_weight_decay: bool = False

    notation: ClassVar = Notation(
        r"\Delta w = \begin{cases} -\eta\, r\, \hat{m} \frac{\sqrt{1 - \beta_2^t}}{\sqrt{v} + \epsilon}"
        r" & \rho > 5 \\ -\eta\, \hat{m} & \rho \le 5 \end{cases}",
        {},
    )

    def remembers(self) -> Mapping[str, int]:
        return {"moments": 2}

    def counts(self, *, cycled: bool = False) -> Mapping[str, DTypeLike]:
        return {"steps": np.int64}

    def descend(self, program: Program, group: Group) -> None:
        l2, decoupled = (0.0, self.weight_decay) if self.decoupled_weight_decay else (self.weight_decay, 0.0)
        early, scale, decay = np.zeros((), np.bool_), program.empty(()), column(program, self.betas)
        epsilon = program.constant(self.eps / math.sqrt(1 - self.betas[1]))
        program.call(lambda: self._tick(group, early, scale))
        for part in group.stretches:
            m, v = moments(program, part, pair(program, part, l2), decay)
            direction = part.update
            program.call(np.sqrt, v, direction)
            program.call(np.add, direction, epsilon, direction)
            program.call(np.copyto, direction, program.constant(1.0), "same_kind", early)
            program.call(np.divide, m, direction, direction)
            program.call(np.multiply, direction, scale, direction)
            descend(program, part, decayed(program, part, direction, decoupled), group.rate)

    def _tick(self, group: Group, early: Array, scale: Array) -> None:
        """Whether it is too early to divide by the root, and what the quotient is multiplied by, in Python floats."""
        steps = group.counts["steps"]
        t = steps.value + 1
        steps.set(t)
        first, second = self.betas
        unbiased = (1 - first) / (1 - first**t)
        most = 2 / (1 - second) - 1
        count = most - 2 * t * second**t / (1 - second**t)
        early[()] = count <= ENOUGH
        if early:
            scale[()] = unbiased
        else:
            r = math.sqrt((count - 4) * (count - 2) * most / ((most - 4) * (most - 2) * count))
            scale[()] = unbiased * r * math.sqrt((1 - second**t) / (1 - second))
