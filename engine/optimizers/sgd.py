"""SGD, with and without momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.notation import Notation
from engine.optimizers.optimizer import Decay, Fraction, Memory, Optimizer, Rate, decayed, descend
from engine.parameters import Parameters
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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            came = f"momentum {self.momentum:g} and dampening {self.dampening:g}"
            expected = "momentum above 0 and dampening 0 (or nesterov off)"
            raise BadExperiment([Problem("nesterov", "nesterov", expected, came, {"came": came})])

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        gradient = decayed(program, parameters, parameters.gradients, self.weight_decay)
        if self.momentum == 0:
            return Memory({}, descend(program, parameters, gradient, self.lr))
        m = program.empty(gradient.shape)
        program.call(np.multiply, m, program.constant(self.momentum), m)
        memory = {"momentum_buffer": m}
        if self.dampening == 0:
            program.call(np.add, m, gradient, m)
        else:
            memory["steps"] = self._add_dampened(program, gradient, m)
        direction = m
        if self.nesterov:
            direction = program.scratch(m.shape, "nesterov")
            program.call(np.multiply, m, program.constant(self.momentum), direction)
            program.call(np.add, direction, gradient, direction)
        return Memory(memory, descend(program, parameters, direction, self.lr))

    def _add_dampened(self, program: Program, gradient: Array, m: Array) -> Array:
        """m += (1 − dampening) g, but all of g at the first step, as PyTorch starts its buffer."""
        steps, share = np.zeros((), np.int64), program.empty(())
        part = program.scratch(m.shape, "dampened")

        def tick() -> None:
            share[()] = 1.0 if steps == 0 else 1.0 - self.dampening
            steps[()] += 1

        program.call(tick)
        program.call(np.multiply, gradient, share, part)
        program.call(np.add, m, part, m)
        return steps
