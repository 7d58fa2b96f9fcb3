"""Group norm: the channels of a group, at all positions of one example, belong together."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.layers.normalization_base import Epsilon, Normalization, written
from engine.problem import BadShape
from engine.program import Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor


@dataclass(frozen=True)
class GroupNorm(Normalization):
    """Wu and He 2018; PyTorch's nn.GroupNorm. One group is a layer norm over everything of an example, as many groups
    as channels an instance norm."""

    kind: Literal["GroupNorm"] = "GroupNorm"
    num_groups: Annotated[int, Range(1, 4096)] = 1
    eps: Epsilon = 1e-5
    affine: bool = True

    notation: ClassVar = written(
        r"y = \gamma \hat{x} + \beta, \; \hat{x} = \frac{x - \mu}{\sigma}, \; "
        r"\mu = \langle x \rangle_g, \; \sigma^2 = \langle (x - \mu)^2 \rangle_g + \epsilon",
        "g",
    )

    def output(self, *shapes: Shape) -> Shape:
        features = shapes[0][0]
        if features % self.num_groups:
            raise BadShape(f"a number that divides the {features} features that come", self.num_groups, "num_groups")
        return shapes[0]

    def least_batch(self, *shapes: Shape) -> int:
        """One number has no variance, says PyTorch; with two examples, each of one number a group, it says nothing."""
        return 2 if prod(shapes[0]) == self.num_groups else 1

    def statistic(self, x: Tensor) -> Shape:
        return (self.num_groups, x.shape[1])

    def keeps(self, *shapes: Shape) -> int:
        """And mean, variance, 1/σ and the mean's share of each group."""
        return super().keeps(*shapes) + 4 * self.num_groups

    def grouped(self, array: Array) -> Array:
        """(groups, features of each, batch, positions)."""
        return array.reshape(self.num_groups, -1, array.shape[1], prod(array.shape[2:]))

    def spread(self, statistic: Array) -> Array:
        return statistic[:, None, :, None]

    def each(self, weight: Array) -> Array:
        return weight.reshape(self.num_groups, -1, 1, 1)

    def mean(self, program: Program, array: Array, out: Array, weight: Array | None = None) -> None:
        """First over the positions, which is a product with a vector, then over the features of a group."""
        features, batch, positions = *array.shape[:2], prod(array.shape[2:])
        share = np.full(positions, self.num_groups / (features * positions), program.dtype)
        part = program.scratch((features, batch), "norm positions")
        program.call(array.reshape(-1, positions).dot, share, part.reshape(-1))
        if weight is not None:
            program.call(np.multiply, part, weight[:, None], part)
        program.call(np.add.reduce, part.reshape(self.num_groups, -1, batch), 1, None, out)
