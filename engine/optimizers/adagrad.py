"""Adagrad: the gradient over the root of the sum of all its squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from engine.notation import Notation
from engine.optimizers.memory import Group
from engine.optimizers.optimizer import Decay, Epsilon, Optimizer, Rate, decayed, descend
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

    def remembers(self) -> Mapping[str, int]:
        return {"sum": 1}

    def counts(self, *, cycled: bool = False) -> Mapping[str, DTypeLike]:
        return {"steps": np.int64} if self.lr_decay else {}

    def descend(self, program: Program, group: Group) -> None:
        share = self._share(program, group) if self.lr_decay else None
        for part in group.stretches:
            gradient = decayed(program, part, part.gradient, self.weight_decay)
            total, size = part.memory["sum"], program.scratch(gradient.shape, "adagrad size")
            program.call(np.square, gradient, size)
            program.call(np.add, total, size, total)
            if self.initial_accumulator_value:
                program.call(np.add, total, program.constant(self.initial_accumulator_value), size)
                program.call(np.sqrt, size, size)
            else:
                program.call(np.sqrt, total, size)
            program.call(np.add, size, program.constant(self.eps), size)
            program.call(np.divide, gradient, size, size)
            if share is not None:
                program.call(np.multiply, size, share, size)
            descend(program, part, size, group.rate)

    def _share(self, program: Program, group: Group) -> Array:
        """What lr_decay leaves of the rate by now."""
        steps, share = group.counts["steps"], program.empty(())

        def tick() -> None:
            share[()] = 1 / (1 + steps.value * self.lr_decay)
            steps.set(steps.value + 1)

        program.call(tick)
        return share
