"""Activations that bend towards a bound which they never reach, on one side or on both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.operations.elementwise_base import Elementwise, written
from engine.program import Program
from engine.range import Range
from engine.tensor import Array

# Klambauer et al. 2017: with these, mean 0 and variance 1 are a fixed point from layer to layer.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


@dataclass(frozen=True)
class SELU(Elementwise):
    kind: Literal["SELU"] = "SELU"
    notation: ClassVar = written(
        r"a = \lambda\, (z > 0 \,?\, z : \alpha (e^z - 1))",
        r"\lambda\, (z > 0 \,?\, 1 : \alpha e^z)",
    )

    def value(self, program: Program, z: Array, a: Array) -> None:
        below = program.scratch(z.shape, "selu")
        program.call(clip, z, program.constant(-np.inf), program.constant(0), below)
        program.call(np.expm1, below, below)
        program.call(np.multiply, below, program.constant(SELU_SCALE * SELU_ALPHA), below)
        program.call(clip, z, program.constant(0), program.constant(np.inf), a)
        program.call(np.multiply, a, program.constant(SELU_SCALE), a)
        program.call(np.add, a, below, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        positive = program.scratch(z.shape, "selu", bool)
        program.call(np.greater, z, program.constant(0), positive)
        program.call(clip, z, program.constant(-np.inf), program.constant(0), out)
        program.call(np.exp, out, out)
        program.call(np.multiply, out, program.constant(SELU_SCALE * SELU_ALPHA), out)
        program.call(np.copyto, out, program.constant(SELU_SCALE), "same_kind", positive)


@dataclass(frozen=True)
class CELU(Elementwise):
    """Barron 2017: an ELU whose slope has no jump at 0, whatever alpha is."""

    kind: Literal["CELU"] = "CELU"
    alpha: Annotated[float, Range(1e-6, 100)] = 1.0
    notation: ClassVar = written(
        r"a = z > 0 \,?\, z : \alpha (e^{z / \alpha} - 1)",
        r"(z > 0 \,?\, 1 : e^{z / \alpha})",
    )

    def value(self, program: Program, z: Array, a: Array) -> None:
        below = program.scratch(z.shape, "celu")
        program.call(clip, z, program.constant(-np.inf), program.constant(0), below)
        program.call(np.divide, below, program.constant(self.alpha), below)
        program.call(np.expm1, below, below)
        program.call(np.multiply, below, program.constant(self.alpha), below)
        program.call(clip, z, program.constant(0), program.constant(np.inf), a)
        program.call(np.add, a, below, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(clip, z, program.constant(-np.inf), program.constant(0), out)  # e⁰ is 1 from zero on
        program.call(np.divide, out, program.constant(self.alpha), out)
        program.call(np.exp, out, out)


@dataclass(frozen=True)
class Softsign(Elementwise):
    kind: Literal["Softsign"] = "Softsign"
    notation: ClassVar = written(r"a = \frac{z}{1 + |z|}", r"\frac{1}{(1 + |z|)^2}")
    steepest: ClassVar = 1.0

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(np.absolute, z, a)
        program.call(np.add, a, program.constant(1), a)
        program.call(np.divide, z, a, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.absolute, z, out)
        program.call(np.add, out, program.constant(1), out)
        program.call(np.divide, program.constant(1), out, out)
        program.call(np.square, out, out)


@dataclass(frozen=True)
class LogSigmoid(Elementwise):
    kind: Literal["LogSigmoid"] = "LogSigmoid"
    notation: ClassVar = written(r"a = \ln \frac{1}{1 + e^{-z}}", r"\frac{1}{1 + e^z}")

    def value(self, program: Program, z: Array, a: Array) -> None:
        # −ln(1 + e^(−z)): the line z far below zero, where the sigmoid itself rounds to 0
        program.call(np.negative, z, a)
        program.call(np.logaddexp, a, program.constant(0), a)
        program.call(np.negative, a, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.exp, z, out)
        program.call(np.add, out, program.constant(1), out)
        program.call(np.divide, program.constant(1), out, out)
