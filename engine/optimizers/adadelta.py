"""Adadelta: steps of the size that earlier steps had, whatever the size of the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.notation import Notation
from engine.optimizers.memory import Group
from engine.optimizers.optimizer import Decay, Epsilon, Fraction, Optimizer, Rate, decayed, descend
from engine.program import Program


@dataclass(frozen=True)
class Adadelta(Optimizer):
    """Zeiler 2012, with the learning rate that PyTorch adds to it.

    The running means of g² and of the steps' squares are kept divided by (1 − ρ), which cancels from the quotient of
    their roots if ε is divided by it as well.
    """

    kind: Literal["Adadelta"] = "Adadelta"
    lr: Rate = 1.0
    rho: Fraction = 0.9
    eps: Epsilon = 1e-6
    weight_decay: Decay = 0.0

    notation: ClassVar = Notation(
        r"\Delta w = -\eta\, d, \; d = \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}}\, g, \;"
        r" u \leftarrow \rho u + (1 - \rho) d^2",
        {},
    )

    def remembers(self) -> Mapping[str, int]:
        return {"means": 2}

    def descend(self, program: Program, group: Group) -> None:
        rho, epsilon = program.constant(self.rho), program.constant(self.eps / (1 - self.rho))
        for part in group.stretches:
            gradient = decayed(program, part, part.gradient, self.weight_decay)
            squares, steps = means = part.memory["means"]
            size, direction = roots = program.scratch(means.shape, "adadelta roots")
            program.call(np.square, gradient, size)
            program.call(np.multiply, squares, rho, squares)
            program.call(np.add, squares, size, squares)
            program.call(np.add, means, epsilon, roots)
            program.call(np.sqrt, roots, roots)
            program.call(np.divide, direction, size, direction)
            program.call(np.multiply, direction, gradient, direction)
            program.call(np.square, direction, size)
            program.call(np.multiply, steps, rho, steps)
            program.call(np.add, steps, size, steps)
            descend(program, part, direction, group.rate)
