"""What convolutions and transposed convolutions have in common: a kernel with channels, in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from engine.axes import fits
from engine.initializers import fans
from engine.layer import Layer
from engine.problem import BadShape
from engine.range import Range
from engine.tensor import Array, Shape

Channels = Annotated[int, Range(1, 4096)]


class Kernel(Layer):
    """A layer of kernels that slide over a sequence (`axes` 1) or a picture (2).

    One-dimensional layers say each setting as one number, two-dimensional ones as two: height, then width.
    """

    group: ClassVar = "convolution"
    axes: ClassVar[int]

    if TYPE_CHECKING:
        out_channels: int
        kernel_size: Any
        stride: Any
        padding: Any
        dilation: Any
        groups: int
        bias: bool
        weight_init: Any
        bias_init: Any

    def check(self, shape: Shape) -> None:
        """BadShape if this is not a sequence or picture whose channels can be put into the groups."""
        fits(shape, self.axes)
        for channels, field in ((shape[0], "groups"), (self.out_channels, "out_channels")):
            if channels % self.groups:
                whose = "channels that come" if field == "groups" else "out_channels"
                raise BadShape(f"groups that divide the {channels} {whose}", self.groups, "groups")

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        """Draw weight, then bias, in float64; the parameter's dtype rounds them."""
        weight = parts["weight"]
        weight[...] = self.weight_init.draw(rng, weight.shape, fans(weight.shape))
        if self.bias:
            parts["bias"][...] = self.bias_init.draw(rng, parts["bias"].shape, fans(weight.shape))
