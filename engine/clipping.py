"""Clipping: what is descended may be shorter than the gradient. Names and formulas are those of torch.nn.utils.

The gradient that backpropagation found stays in its buffer and is what is shown; the clipped one is a copy that only
the optimizer reads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from engine.choice import Choice
from engine.clip import clip
from engine.program import Program
from engine.range import Range
from engine.tagged import Tagged
from engine.tensor import Array

Bound = Annotated[float, Range(0, 1e9, above=True)]


LOST = 1e-20  # a sum of float32 squares below this may have lost some of them: that of 1e-23 is 0


class Clipped:
    """What clipping by norm found: the norm before it, and what the gradient was multiplied by. Else NaN and 1."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.norm = np.full((), np.nan)
        self.factor = np.ones((), dtype)


class Clip(Choice):
    kind: str
    clips: ClassVar[bool] = True

    def emit(self, program: Program, gradients: Sequence[Array], out: Sequence[Array], clipped: Clipped) -> None:
        """Emit from these stretches of the gradient into those, which may be the same."""
        raise NotImplementedError


@dataclass(frozen=True)
class NoClip(Clip):
    kind: Literal["none"] = "none"
    clips: ClassVar = False


@dataclass(frozen=True)
class ClipGradNorm(Clip):
    """clip_grad_norm_: all gradients times max_norm / (norm + 1e-6), where that is less than 1.

    The norm is that of all that is updated together; a frozen layer counts for nothing.
    """

    kind: Literal["clip_grad_norm"] = "clip_grad_norm"
    max_norm: Bound = 1.0

    def emit(self, program: Program, gradients: Sequence[Array], out: Sequence[Array], clipped: Clipped) -> None:
        squares = np.zeros(len(gradients), program.dtype)
        for gradient, square in zip(gradients, squares.reshape(-1, 1), strict=True):
            program.call(gradient.dot, gradient, square.reshape(()))
        program.call(lambda: self._measure(squares, gradients, clipped))
        for gradient, short in zip(gradients, out, strict=True):
            program.call(np.multiply, gradient, clipped.factor, short)

    def _measure(self, squares: Array, gradients: Sequence[Array], clipped: Clipped) -> None:
        total = sum(squares.tolist())
        if not LOST < total < math.inf:
            total = sum(float(np.square(each, dtype=np.float64).sum()) for each in gradients)
        norm = math.sqrt(total)
        factor = self.max_norm / (norm + 1e-6)
        clipped.norm[()] = norm
        clipped.factor[()] = 1.0 if factor > 1 else factor  # NaN stays NaN


@dataclass(frozen=True)
class ClipGradValue(Clip):
    """clip_grad_value_: each entry held to ±clip_value, which turns the gradient as a whole."""

    kind: Literal["clip_grad_value"] = "clip_grad_value"
    clip_value: Bound = 1.0

    def emit(self, program: Program, gradients: Sequence[Array], out: Sequence[Array], clipped: Clipped) -> None:
        low, high = program.constant(-self.clip_value), program.constant(self.clip_value)
        for gradient, short in zip(gradients, out, strict=True):
            program.call(clip, gradient, low, high, short)


AnyClip = Annotated[NoClip | ClipGradNorm | ClipGradValue, Tagged()]
