"""Activations that take away what is small: near zero they give zero, or nearly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.operations.elementwise_base import Elementwise, written
from engine.program import Program
from engine.range import Range
from engine.tensor import Array

Lambda = Annotated[float, Range(0, 1e6)]


@dataclass(frozen=True)
class Tanhshrink(Elementwise):
    kind: Literal["Tanhshrink"] = "Tanhshrink"
    notation: ClassVar = written(r"a = z - \tanh z", r"\tanh^2 z")

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(np.tanh, z, a)
        program.call(np.subtract, z, a, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.tanh, z, out)
        program.call(np.square, out, out)


@dataclass(frozen=True)
class Softshrink(Elementwise):
    kind: Literal["Softshrink"] = "Softshrink"
    lambd: Lambda = 0.5
    notation: ClassVar = written(r"a = z - \min(\max(-\lambda, z), \lambda)", r"[|z| > \lambda]")
    slope_dtype: ClassVar = bool

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(clip, z, program.constant(-self.lambd), program.constant(self.lambd), a)
        program.call(np.subtract, z, a, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        # 0 at ±λ, as PyTorch has it; beyond, z − λ never rounds to 0
        program.call(np.not_equal, a, program.constant(0), out)


@dataclass(frozen=True)
class Hardshrink(Elementwise):
    kind: Literal["Hardshrink"] = "Hardshrink"
    lambd: Lambda = 0.5
    notation: ClassVar = written(r"a = z\, [|z| > \lambda]", r"[|z| > \lambda]")
    slope_dtype: ClassVar = bool

    def value(self, program: Program, z: Array, a: Array) -> None:
        outside = program.scratch(z.shape, "hardshrink", bool)
        program.call(np.absolute, z, a)
        program.call(np.greater, a, program.constant(self.lambd), outside)
        program.call(np.multiply, z, outside, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.not_equal, a, program.constant(0), out)  # 0 at ±λ, as PyTorch has it
