"""Mish, Misra 2019: a smooth unit that is its input above zero and lets a little through below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.operations.elementwise_base import Elementwise, logistic, written
from engine.program import Program
from engine.tensor import Array


@dataclass(frozen=True)
class Mish(Elementwise):
    kind: Literal["Mish"] = "Mish"
    notation: ClassVar = written(
        r"a = z \tanh(\ln(1 + e^z))", r"(t + z\, \sigma(z)\, (1 - t^2)), \; t = \tanh(\ln(1 + e^z))"
    )

    def value(self, program: Program, z: Array, a: Array) -> None:
        self._gate(program, z, a)
        program.call(np.multiply, a, z, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        gate = program.scratch(z.shape, "mish")
        share = program.scratch(z.shape, "mish share")
        self._gate(program, z, gate)
        logistic(program, z, share)
        program.call(np.multiply, share, z, share)
        program.call(np.square, gate, out)
        program.call(np.subtract, program.constant(1), out, out)
        program.call(np.multiply, out, share, out)
        program.call(np.add, out, gate, out)

    @staticmethod
    def _gate(program: Program, z: Array, out: Array) -> None:
        """tanh(ln(1 + e^z)) = n / (n + 2) with n = e^z (e^z + 2): one exponential; it is 1 from z = 20 on."""
        more = program.scratch(z.shape, "mish more")
        program.call(clip, z, program.constant(-np.inf), program.constant(20), out)
        program.call(np.exp, out, out)
        program.call(np.add, out, program.constant(2), more)
        program.call(np.multiply, out, more, out)
        program.call(np.add, out, program.constant(2), more)
        program.call(np.divide, out, more, out)
