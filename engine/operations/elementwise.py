"""Activations, each with PyTorch's name and arguments: the ones that most networks use.

Families of others have files of their own beside this one, elementwise_*.py. Adding an activation to any of them,
or a file of that name, is all there is to do: lists, tests, the builder and the inspector find it by themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.operations.elementwise_base import Elementwise as Elementwise
from engine.operations.elementwise_base import logistic as logistic
from engine.operations.elementwise_base import written
from engine.operations.erf import erf
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor


@dataclass(frozen=True)
class Identity(Elementwise):
    kind: Literal["Identity"] = "Identity"
    notation: ClassVar = written("a = z", "1")

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(np.copyto, a, z)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        out.fill(1)  # once, not recorded: nothing overwrites it


@dataclass(frozen=True)
class ReLU(Elementwise):
    kind: Literal["ReLU"] = "ReLU"
    notation: ClassVar = written(r"a = \max(0, z)", "[z > 0]")
    slope_dtype: ClassVar = bool

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(clip, z, program.constant(0), program.constant(np.inf), a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.greater, a, program.constant(0), out)  # 0 at z = 0, as PyTorch has it


@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    kind: Literal["LeakyReLU"] = "LeakyReLU"
    negative_slope: Annotated[float, Range(0, 1)] = 0.01
    notation: ClassVar = written(r"a = \max(0, z) + \alpha \min(0, z)", r"(z > 0 \,?\, 1 : \alpha)")

    def value(self, program: Program, z: Array, a: Array) -> None:
        # max(z, αz) for 0 ≤ α ≤ 1
        program.call(np.multiply, z, program.constant(self.negative_slope), a)
        program.call(clip, z, a, program.constant(np.inf), a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.greater, z, program.constant(0), out)
        program.call(clip, out, program.constant(self.negative_slope), program.constant(1), out)


@dataclass(frozen=True)
class Tanh(Elementwise):
    kind: Literal["Tanh"] = "Tanh"
    notation: ClassVar = written(r"a = \tanh z", "(1 - a^2)")
    steepest: ClassVar = 1.0

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(np.tanh, z, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.square, a, out)
        program.call(np.subtract, program.constant(1), out, out)


@dataclass(frozen=True)
class Sigmoid(Elementwise):
    kind: Literal["Sigmoid"] = "Sigmoid"
    notation: ClassVar = written(r"a = \frac{1}{1 + e^{-z}}", "a (1 - a)")
    steepest: ClassVar = 1 / 4

    def value(self, program: Program, z: Array, a: Array) -> None:
        logistic(program, z, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        program.call(np.subtract, program.constant(1), a, out)
        program.call(np.multiply, out, a, out)


STRAIGHT = math.sqrt(2 / math.pi)  # the tanh form of GELU is that of u = STRAIGHT z + CUBIC z³
CUBIC = 0.044715 * STRAIGHT


@dataclass(frozen=True)
class GELU(Elementwise):
    kind: Literal["GELU"] = "GELU"
    approximate: Literal["none", "tanh"] = "none"
    notation: ClassVar = written(r"a = z\, \Phi(z)", r"(\Phi(z) + z\, \varphi(z))")

    def keeps(self, *shapes: Shape) -> int:
        return (2 if len(shapes[0]) == 1 else 1) * super().keeps(*shapes)

    def forward(self, program: Program, node: Node) -> Tensor:
        """What is kept is the tail 1 − Φ(z): of it the slope is made in place, and every other buffer costs time."""
        z = node.inputs[0]
        a, tail = program.tensor(z.shape[0], *z.positions), program.empty(z.shape)
        node.kept["tail"] = tail
        self._distribution(program, z.data, tail)
        program.call(np.multiply, z.data, tail, a.data)
        program.call(np.subtract, program.constant(1), tail, tail)
        return a

    def backward(self, program: Program, node: Node) -> None:
        """At many positions the slope is made where the gradient is to be, and not kept."""
        z, arrived = node.inputs[0], node.output.gradient
        slope = None if z.positions else program.empty(z.shape)
        if slope is not None:
            node.kept["slope"] = slope

        def emit(out: Array) -> None:
            made = out if slope is None else slope
            self._slope(program, node, made)
            program.call(np.multiply, made, arrived, out)

        program.into(z, emit)

    def slopes(self, node: Node) -> Array:
        if "slope" in node.kept:
            return super().slopes(node)
        out = np.empty_like(node.output.data)
        self._slope(Program(out.dtype, out.shape[1]), node, out)
        return out

    def _slope(self, program: Program, node: Node, out: Array) -> None:
        z, tail = node.inputs[0].data, node.kept["tail"]
        program.call(np.multiply, z, z, out)
        if self.approximate == "none":
            self._slope_exact(program, z, tail, out)
        else:
            self._slope_tanh(program, node.output.data, tail, out)

    def _distribution(self, program: Program, z: Array, out: Array) -> None:
        """Φ(z), exact by the error function or by Hendrycks and Gimpel's tanh."""
        if self.approximate == "none":
            program.call(np.multiply, z, program.constant(math.sqrt(0.5)), out)
            erf(program, out, out)
        else:
            program.call(np.multiply, z, z, out)
            program.call(np.multiply, out, program.constant(CUBIC), out)
            program.call(np.add, out, program.constant(STRAIGHT), out)
            program.call(np.multiply, out, z, out)
            program.call(np.tanh, out, out)
        program.call(np.multiply, out, program.constant(0.5), out)
        program.call(np.add, out, program.constant(0.5), out)

    def _slope_exact(self, program: Program, z: Array, tail: Array, out: Array) -> None:
        """Φ + z φ(z), with the normal density φ; `out` holds z²."""
        program.call(np.multiply, out, program.constant(-0.5), out)
        program.call(np.exp, out, out)
        program.call(np.multiply, out, program.constant(1 / math.sqrt(2 * math.pi)), out)
        program.call(np.multiply, out, z, out)
        program.call(np.subtract, out, tail, out)
        program.call(np.add, out, program.constant(1), out)

    def _slope_tanh(self, program: Program, a: Array, tail: Array, out: Array) -> None:
        """Φ = (1 + tanh u)/2 has Φ′ = 2 Φ (1 − Φ) u′, so with a = z Φ the slope is 1 − (1 − Φ)(1 − 2 a u′).

        `out` holds z².
        """
        program.call(np.multiply, out, program.constant(-6 * CUBIC), out)
        program.call(np.subtract, out, program.constant(2 * STRAIGHT), out)
        program.call(np.multiply, out, a, out)
        program.call(np.add, out, program.constant(1), out)
        program.call(np.multiply, out, tail, out)
        program.call(np.subtract, program.constant(1), out, out)


@dataclass(frozen=True)
class SiLU(Elementwise):
    kind: Literal["SiLU"] = "SiLU"
    notation: ClassVar = written(r"a = z\, \sigma(z)", r"\sigma(z)\,(1 + z\,(1 - \sigma(z)))")

    def value(self, program: Program, z: Array, a: Array) -> None:
        logistic(program, z, a)
        program.call(np.multiply, a, z, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        gate = program.scratch(z.shape, "silu")
        logistic(program, z, gate)
        program.call(np.subtract, program.constant(1), gate, out)
        program.call(np.multiply, out, z, out)
        program.call(np.add, out, program.constant(1), out)
        program.call(np.multiply, out, gate, out)


@dataclass(frozen=True)
class Softplus(Elementwise):
    kind: Literal["Softplus"] = "Softplus"
    beta: Annotated[float, Range(0, 100, above=True)] = 1.0
    threshold: Annotated[float, Range(0, 1000)] = 20.0
    notation: ClassVar = written(r"a = \tfrac{1}{\beta} \ln(1 + e^{\beta z})", r"\sigma(\beta z)")

    def value(self, program: Program, z: Array, a: Array) -> None:
        linear = program.scratch(z.shape, "softplus", bool)
        kept = program.scratch(z.shape, "softplus kept")
        program.call(np.multiply, z, program.constant(self.beta), kept)
        program.call(np.greater, kept, program.constant(self.threshold), linear)
        program.call(np.logaddexp, kept, program.constant(0), a)
        program.call(np.multiply, a, program.constant(1 / self.beta), a)
        program.call(np.copyto, a, z, "same_kind", linear)  # above the threshold the line itself, as PyTorch has it

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        linear = program.scratch(z.shape, "softplus", bool)
        kept = program.scratch(z.shape, "softplus kept")
        program.call(np.multiply, z, program.constant(self.beta), kept)
        program.call(np.greater, kept, program.constant(self.threshold), linear)
        logistic(program, kept, out)
        program.call(np.copyto, out, program.constant(1), "same_kind", linear)


@dataclass(frozen=True)
class ELU(Elementwise):
    kind: Literal["ELU"] = "ELU"
    alpha: Annotated[float, Range(0, 100, above=True)] = 1.0
    notation: ClassVar = written(r"a = z > 0 \,?\, z : \alpha (e^z - 1)", r"(z > 0 \,?\, 1 : \alpha e^z)")

    def value(self, program: Program, z: Array, a: Array) -> None:
        below = program.scratch(z.shape, "elu")
        program.call(clip, z, program.constant(-np.inf), program.constant(0), below)
        program.call(np.expm1, below, below)
        program.call(np.multiply, below, program.constant(self.alpha), below)
        program.call(clip, z, program.constant(0), program.constant(np.inf), a)
        program.call(np.add, a, below, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        positive = program.scratch(z.shape, "elu", bool)
        program.call(np.greater, z, program.constant(0), positive)
        program.call(clip, z, program.constant(-np.inf), program.constant(0), out)
        program.call(np.exp, out, out)
        program.call(np.multiply, out, program.constant(self.alpha), out)
        program.call(np.copyto, out, program.constant(1), "same_kind", positive)
