"""NAdam: Adam that looks ahead as Nesterov's momentum does."""

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


@dataclass(frozen=True)
class NAdam(Optimizer):
    """Dozat 2016; its momentum warms up as μₜ = β₁ (1 − 0.96^(t · momentum_decay) / 2).

    With the moments divided by (1 − β), the direction is (a g + b M) / (√V + ε/r), r as in Adam.
    """

    kind: Literal["NAdam"] = "NAdam"
    lr: Rate = 2e-3
    betas: tuple[Fraction, Fraction] = (0.9, 0.999)
    eps: Epsilon = 1e-8
    weight_decay: Decay = 0.0
    momentum_decay: Decay = 4e-3
    decoupled_weight_decay: bool = False

    notation: ClassVar = Notation(
        r"\Delta w = -\eta\, \frac{\bar{m}}{\sqrt{\hat{v}} + \epsilon}, \;"
        r" \bar{m} = \frac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i}\, g"
        r" + \frac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i}\, m",
        {},
    )

    def remembers(self) -> Mapping[str, int]:
        return {"moments": 2}

    def counts(self, *, cycled: bool = False) -> Mapping[str, DTypeLike]:
        return {"steps": np.int64, "mu_product": np.float64}

    def descend(self, program: Program, group: Group) -> None:
        l2, decoupled = (0.0, self.weight_decay) if self.decoupled_weight_decay else (self.weight_decay, 0.0)
        now, past, epsilon = program.empty(()), program.empty(()), program.empty(())
        decay = column(program, self.betas)
        program.call(lambda: self._tick(group, now, past, epsilon))
        for part in group.stretches:
            gradients = pair(program, part, l2)
            m, v = moments(program, part, gradients, decay)
            size, direction = program.scratch(m.shape, "nadam size"), part.update
            program.call(np.multiply, gradients[0], now, direction)
            program.call(np.multiply, m, past, size)
            program.call(np.add, direction, size, direction)
            program.call(np.sqrt, v, size)
            program.call(np.add, size, epsilon, size)
            program.call(np.divide, direction, size, direction)
            descend(program, part, decayed(program, part, direction, decoupled), group.rate)

    def _tick(self, group: Group, now: Array, past: Array, epsilon: Array) -> None:
        """The weights of the gradient and of the mean before it, in Python floats."""
        steps, product = group.counts["steps"], group.counts["mu_product"]
        t = steps.value + 1
        steps.set(t)
        first, second = self.betas
        mu, coming = self._momentum(t), self._momentum(t + 1)
        so_far = mu if t == 1 else product.value * mu
        product.set(so_far)
        r = math.sqrt((1 - second) / (1 - second**t))
        now[()] = (1 - mu) / (1 - so_far) / r
        past[()] = (1 - first) * coming / (1 - so_far * coming) / r
        epsilon[()] = self.eps / r

    def _momentum(self, t: float) -> float:
        return float(self.betas[0] * (1 - 0.5 * 0.96 ** (t * self.momentum_decay)))
