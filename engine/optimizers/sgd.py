"""SGD, with and without momentum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from engine.notation import Notation
from engine.optimizers.memory import Group
from engine.optimizers.optimizer import Decay, Fraction, Optimizer, Rate, decayed, descend
from engine.problem import BadExperiment, Problem
from engine.program import Program
from engine.tensor import Array


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's momentum (Sutskever et al. 2013)."""

    kind: Literal["SGD"] = "SGD"
    lr: Rate = 1e-3
    momentum: Fraction = 0.0
    dampening: Fraction = 0.0
    weight_decay: Decay = 0.0
    nesterov: bool = False

    notation: ClassVar = Notation(r"\Delta w = -\eta\, m, \; m \leftarrow \mu m + g", {})
    cycles: ClassVar = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            came = f"momentum {self.momentum:g} and dampening {self.dampening:g}"
            expected = "momentum above 0 and dampening 0 (or nesterov off)"
            raise BadExperiment([Problem("nesterov", "nesterov", expected, came, {"came": came})])

    @property
    def first_momentum(self) -> float:
        return self.momentum

    def with_momentum(self, momentum: float) -> Optimizer:
        return replace(self, momentum=momentum)

    def remembers(self) -> Mapping[str, int]:
        return {"momentum_buffer": 1} if self.momentum else {}

    def counts(self, *, cycled: bool = False) -> Mapping[str, DTypeLike]:
        return {"steps": np.int64} if self.momentum and self.dampening else {}

    def descend(self, program: Program, group: Group) -> None:
        share = self._share(program, group) if self.momentum and self.dampening else None
        momentum = group.momentum.times(1.0)
        for part in group.stretches:
            gradient = direction = decayed(program, part, part.gradient, self.weight_decay)
            if self.momentum:
                direction = m = part.memory["momentum_buffer"]
                program.call(np.multiply, m, momentum, m)
                if share is None:
                    program.call(np.add, m, gradient, m)
                else:
                    damped = program.scratch(m.shape, "dampened")
                    program.call(np.multiply, gradient, share, damped)
                    program.call(np.add, m, damped, m)
            if self.nesterov:
                direction = program.scratch(gradient.shape, "nesterov")
                program.call(np.multiply, m, momentum, direction)
                program.call(np.add, direction, gradient, direction)
            descend(program, part, direction, group.rate)

    def _share(self, program: Program, group: Group) -> Array:
        """The 1 − dampening that a gradient joins the momentum with; 1 at the first step, as PyTorch starts it."""
        steps, share = group.counts["steps"], program.empty(())

        def tick() -> None:
            share[()] = 1.0 if steps.value == 0 else 1.0 - self.dampening
            steps.set(steps.value + 1)

        program.call(tick)
        return share
