"""Activations cut off at a bound: straight between two kinks, or close to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.operations.elementwise_base import Elementwise, written
from engine.problem import BadExperiment, Problem
from engine.program import Program
from engine.range import Range
from engine.tensor import Array


@dataclass(frozen=True)
class ReLU6(Elementwise):
    kind: Literal["ReLU6"] = "ReLU6"
    notation: ClassVar = written(r"a = \min(\max(0, z), 6)", "[0 < z < 6]")
    slope_dtype: ClassVar = bool

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(clip, z, program.constant(0), program.constant(6), a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        between(program, z, 0, 6, out)


@dataclass(frozen=True)
class Hardtanh(Elementwise):
    kind: Literal["Hardtanh"] = "Hardtanh"
    min_val: Annotated[float, Range(-1e6, 1e6)] = -1.0
    max_val: Annotated[float, Range(-1e6, 1e6)] = 1.0
    notation: ClassVar = written(
        r"a = \min(\max(z_{\min}, z), z_{\max})",
        r"[z_{\min} < z < z_{\max}]",
    )
    slope_dtype: ClassVar = bool
    steepest: ClassVar = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_val >= self.max_val:
            low, came = f"{self.min_val:g}", f"{self.max_val:g}"
            values = {"limit": low, "expected": f"above {low}", "came": came}
            raise BadExperiment([Problem("max_val", "greater_than", f"above min_val, which is {low}", came, values)])

    def value(self, program: Program, z: Array, a: Array) -> None:
        program.call(clip, z, program.constant(self.min_val), program.constant(self.max_val), a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        between(program, z, self.min_val, self.max_val, out)


@dataclass(frozen=True)
class Hardsigmoid(Elementwise):
    """Howard et al. 2019: a sigmoid of straight lines."""

    kind: Literal["Hardsigmoid"] = "Hardsigmoid"
    notation: ClassVar = written(
        r"a = \tfrac{1}{6} \min(\max(0, z + 3), 6)",
        r"\tfrac{1}{6} [-3 < z < 3]",
    )
    steepest: ClassVar = 1 / 6

    def value(self, program: Program, z: Array, a: Array) -> None:
        gate(program, z, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        inside = program.scratch(z.shape, "hardsigmoid", bool)
        between(program, z, -3, 3, inside)
        program.call(np.multiply, inside, program.constant(1 / 6), out)


@dataclass(frozen=True)
class Hardswish(Elementwise):
    """Howard et al. 2019: z times Hardsigmoid(z)."""

    kind: Literal["Hardswish"] = "Hardswish"
    notation: ClassVar = written(
        r"a = \tfrac{1}{6} z \min(\max(0, z + 3), 6)",
        r"(z \le -3 \,?\, 0 : z \ge 3 \,?\, 1 : \tfrac{z}{3} + \tfrac{1}{2})",
    )

    def value(self, program: Program, z: Array, a: Array) -> None:
        gate(program, z, a)
        program.call(np.multiply, a, z, a)

    def slope(self, program: Program, z: Array, a: Array, out: Array) -> None:
        outside = program.scratch(z.shape, "hardswish", bool)
        program.call(np.multiply, z, program.constant(1 / 3), out)
        program.call(np.add, out, program.constant(0.5), out)
        # At the kinks themselves the outer side's slope, as PyTorch has it.
        program.call(np.less_equal, z, program.constant(-3), outside)
        program.call(np.copyto, out, program.constant(0), "same_kind", outside)
        program.call(np.greater_equal, z, program.constant(3), outside)
        program.call(np.copyto, out, program.constant(1), "same_kind", outside)


def between(program: Program, z: Array, low: float, high: float, out: Array) -> None:
    """[low < z < high] into a bool array: false at both kinks, as PyTorch has it."""
    below = program.scratch(z.shape, "below", bool)
    program.call(np.less, z, program.constant(high), below)
    program.call(np.greater, z, program.constant(low), out)
    program.call(np.logical_and, out, below, out)


def gate(program: Program, z: Array, out: Array) -> None:
    """min(max(0, z + 3), 6) / 6: divided, so that it is exactly 1 from 3 on."""
    program.call(np.add, z, program.constant(3), out)
    program.call(clip, out, program.constant(0), program.constant(6), out)
    program.call(np.divide, out, program.constant(6), out)
