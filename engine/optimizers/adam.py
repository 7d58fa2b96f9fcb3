"""Adam, AdamW, and the AMSGrad variant of both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from engine.clip import clip
from engine.notation import Notation
from engine.optimizers.memory import Dial, Group, Stretch
from engine.optimizers.moments import column, moments, pair
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Optimizer, Rate
from engine.program import Program
from engine.tensor import Array


@dataclass(frozen=True)
class Adam(Optimizer):
    """Kingma and Ba 2015; weight_decay is L2, added to the gradient. amsgrad: Reddi et al. 2018, as PyTorch has it.

    The moments are kept divided by (1 − β): m̂ / (√v̂ + ε) = (M/c₁) / (√V + ε/r) with r = √((1 − β₂)/(1 − β₂ᵗ)) and
    c₁ folded into the rate. AMSGrad divides by the largest V there has been, before its bias is corrected.
    """

    kind: Literal["Adam"] = "Adam"
    lr: Rate = 1e-3
    betas: tuple[Fraction, Fraction] = (0.9, 0.999)
    eps: Epsilon = 1e-8
    weight_decay: Decay = 0.0
    amsgrad: bool = False

    notation: ClassVar = Notation(r"\Delta w = -\eta\, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}", {})
    decoupled: ClassVar[bool] = False
    cycles: ClassVar = True

    @property
    def first_momentum(self) -> float:
        return self.betas[0]

    def with_momentum(self, momentum: float) -> Optimizer:
        return replace(self, betas=(momentum, self.betas[1]))

    def remembers(self) -> Mapping[str, int]:
        return {"moments": 2} | ({"max_exp_avg_sq": 1} if self.amsgrad else {})

    def counts(self, *, cycled: bool = False) -> Mapping[str, DTypeLike]:
        return {"steps": np.int64} | ({"first": np.float64} if cycled else {})

    def descend(self, program: Program, group: Group) -> None:
        epsilon, minus, decay = program.empty(()), program.empty(()), column(program, self.betas)
        program.call(lambda: self._tick(group, epsilon, minus, decay))
        for part in group.stretches:
            m, v = moments(program, part, pair(program, part, 0.0 if self.decoupled else self.weight_decay), decay)
            if self.amsgrad:
                largest = part.memory["max_exp_avg_sq"]
                program.call(clip, v, largest, program.constant(math.inf), largest)
                v = largest
            update = part.update
            program.call(np.sqrt, v, update)
            program.call(np.add, update, epsilon, update)
            program.call(np.divide, m, update, update)
            program.call(np.multiply, update, minus, update)
            if self.weight_decay and self.decoupled:
                self._shrink(program, part, group.rate)
            program.call(np.add, part.values, update, part.values)

    def _tick(self, group: Group, epsilon: Array, minus: Array, decay: Array) -> None:
        """Bias correction for this step, in Python floats.

        Where β₁ changes, M = m/(1 − β₁) does so as well: it is multiplied by β₁ (1 − β₁ before)/(1 − β₁).
        """
        steps, first, second = group.counts["steps"], group.momentum.value, self.betas[1]
        t = steps.value + 1
        steps.set(t)
        if group.momentum.moves:
            last = group.counts["first"]
            decay[0] = first * (1 - last.value) / (1 - first)
            last.set(first)
        r = math.sqrt((1 - second) / (1 - second**t))
        epsilon[()] = self.eps / r
        minus[()] = -group.rate.value * (1 - first) / (1 - first**t) / r

    def _shrink(self, program: Program, part: Stretch, rate: Dial) -> None:
        """Decoupled decay: −lr λ p joins the update, whose rate is already in it. The squares have had their use."""
        decay = part.pair[1]
        program.call(np.multiply, part.values, rate.times(-self.weight_decay), decay)
        program.call(np.add, part.update, decay, part.update)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay, Loshchilov and Hutter 2019."""

    kind: Literal["AdamW"] = "AdamW"  # type: ignore[assignment]
    weight_decay: Decay = 0.01

    notation: ClassVar = Notation(
        r"\Delta w = -\eta \left( \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon} + \lambda w \right)", {}
    )
    decoupled: ClassVar[bool] = True
