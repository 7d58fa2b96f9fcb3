"""Adam, AdamW, and the AMSGrad variant of both."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.notation import Notation
from engine.optimizers.moments import moments, pair
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Memory, Optimizer, Rate
from engine.parameters import Parameters
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

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        steps, epsilon, minus = np.zeros((), np.int64), program.empty(()), program.empty(())
        rate = [self.lr]
        gradients = pair(program, parameters, 0.0 if self.decoupled else self.weight_decay)
        program.call(lambda: self._tick(steps, rate[0], epsilon, minus))
        m, v = both = moments(program, gradients, self.betas)
        memory = {"moments": both, "steps": steps}
        update = parameters.update
        if self.amsgrad:
            largest = memory["max_exp_avg_sq"] = program.empty(v.shape)
            program.call(clip, v, largest, program.constant(math.inf), largest)
            v = largest
        program.call(np.sqrt, v, update)
        program.call(np.add, update, epsilon, update)
        program.call(np.divide, m, update, update)
        program.call(np.multiply, update, minus, update)
        set_rates: list[Callable[[float], None]] = [lambda value: rate.__setitem__(0, value)]
        if self.weight_decay and self.decoupled:
            set_rates.append(self._shrink(program, parameters))
        program.call(np.add, parameters.values, update, parameters.values)

        def set_rate(value: float) -> None:
            for change in set_rates:
                change(value)

        return Memory(memory, set_rate)

    def _tick(self, steps: Array, lr: float, epsilon: Array, minus: Array) -> None:
        """Bias correction for this step, in Python floats."""
        steps[()] += 1
        t = int(steps)
        first, second = self.betas
        r = math.sqrt((1 - second) / (1 - second**t))
        epsilon[()] = self.eps / r
        minus[()] = -lr * (1 - first) / (1 - first**t) / r

    def _shrink(self, program: Program, parameters: Parameters) -> Callable[[float], None]:
        """Decoupled decay: −lr λ p joins the update, whose rate is already in it."""
        shrink = np.array(-self.lr * self.weight_decay, program.dtype)
        part = program.scratch(parameters.values.shape, "decayed")
        program.call(np.multiply, parameters.values, shrink, part)
        program.call(np.add, parameters.update, part, parameters.update)

        def set_rate(value: float) -> None:
            shrink[()] = -value * self.weight_decay

        return set_rate


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay, Loshchilov and Hutter 2019."""

    kind: Literal["AdamW"] = "AdamW"  # type: ignore[assignment]
    weight_decay: Decay = 0.01

    notation: ClassVar = Notation(
        r"\Delta w = -\eta \left( \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon} + \lambda w \right)", {}
    )
    decoupled: ClassVar[bool] = True
