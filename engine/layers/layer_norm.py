"""Norms over the features at each position: LayerNorm, and RMSNorm, which leaves the mean where it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal

import numpy as np

from engine.layers.normalization_base import Epsilon, Normalization, written
from engine.program import Program
from engine.tensor import Array, Shape, Tensor, columns


class OverFeatures(Normalization):
    """One mean for each column: (batch · positions,)."""

    def statistic(self, x: Tensor) -> Shape:
        return (x.columns.shape[1],)

    def keeps(self, *shapes: Shape) -> int:
        """And variance and 1/σ of each position; where it is centred, mean and the mean's share as well."""
        return super().keeps(*shapes) + (4 if self.centred else 2) * prod(shapes[0][1:])

    def spread(self, statistic: Array) -> Array:
        return statistic

    def mean(self, program: Program, array: Array, out: Array, weight: Array | None = None) -> None:
        share = np.full(len(array), 1 / len(array), program.dtype)
        if weight is not None:
            weighted = program.scratch(share.shape, "norm weighted")
            program.call(np.multiply, weight, share, weighted)
            share = weighted
        program.call(share.dot, columns(array), out)


@dataclass(frozen=True)
class LayerNorm(OverFeatures):
    """Ba, Kiros and Hinton 2016; PyTorch's nn.LayerNorm(features) of data whose features come last."""

    kind: Literal["LayerNorm"] = "LayerNorm"
    eps: Epsilon = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    notation: ClassVar = written(
        r"y = \gamma \hat{x} + \beta, \; \hat{x} = \frac{x - \mu}{\sigma}, \; "
        r"\mu = \langle x \rangle_i, \; \sigma^2 = \langle (x - \mu)^2 \rangle_i + \epsilon",
        "i",
    )

    @property
    def affine_parts(self) -> tuple[str, ...]:
        return (("weight", "bias") if self.bias else ("weight",)) if self.elementwise_affine else ()


@dataclass(frozen=True)
class RMSNorm(OverFeatures):
    """Zhang and Sennrich 2019: divided by the root of the mean square. Left empty, ε is the dtype's own, 2⁻²³ in
    float32, as in PyTorch."""

    kind: Literal["RMSNorm"] = "RMSNorm"
    eps: Epsilon | None = None
    elementwise_affine: bool = True

    centred: ClassVar = False
    notation: ClassVar = written(
        r"y = \gamma \hat{x}, \; \hat{x} = \frac{x}{\sigma}, \; \sigma^2 = \langle x^2 \rangle_i + \epsilon",
        "i",
        centred=False,
    )

    @property
    def affine_parts(self) -> tuple[str, ...]:
        return ("weight",) if self.elementwise_affine else ()

    def epsilon(self, dtype: np.dtype[Any]) -> float:
        return float(np.finfo(dtype).eps) if self.eps is None else self.eps
