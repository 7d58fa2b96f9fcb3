"""Residual blocks: what comes in is added to what is made of it, so that gradients have a way around the layers.

He, Zhang, Ren and Sun 2016, of pictures and of plain features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from engine.initializers import KaimingNormal
from engine.layer import Composite, Part
from engine.layers.batch_norm import BatchNorm2d
from engine.layers.convolution import Conv2d
from engine.layers.layer_norm import LayerNorm
from engine.layers.linear import Linear
from engine.notation import Notation
from engine.operations.elementwise import GELU, ReLU, Tanh
from engine.operations.join import Add
from engine.problem import BadShape
from engine.range import Range
from engine.tensor import Shape

ACTIVATIONS: dict[str, Any] = {"ReLU": ReLU, "GELU": GELU, "Tanh": Tanh}


@dataclass(frozen=True)
class BasicBlock(Composite):
    """The block of ResNet-18 and 34, its parts named as in torchvision: (channels, height, width) → planes channels.

    Two 3 × 3 convolutions, each followed by batch norm. Where stride or channels make the sizes differ, what comes in
    is taken through a 1 × 1 convolution and a batch norm, `downsample`.
    """

    kind: Literal["BasicBlock"] = "BasicBlock"
    planes: Annotated[int, Range(1, 4096)] = 8
    stride: Annotated[int, Range(1, 64)] = 1

    group: ClassVar = "convolution"
    notation: ClassVar = Notation(
        r"y = \mathrm{relu}(s), \; s = F(x) + x",
        {
            "x": r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial s} "
            r"+ \left( \frac{\partial F}{\partial x} \right)^{\top} \frac{\partial L}{\partial s}"
        },
    )

    def parts(self, *shapes: Shape) -> Sequence[Part]:
        if len(shapes[0]) != 3:
            raise BadShape("a picture, of shape (channels, height, width)", shapes[0])
        made = [
            Part("conv1", convolution(self.planes, 3, self.stride)),
            Part("bn1", BatchNorm2d(), (0,)),
            Part("relu", ReLU(), (1,)),
            Part("conv2", convolution(self.planes, 3), (2,)),
            Part("bn2", BatchNorm2d(), (3,)),
        ]
        fits = self.stride == 1 and self.planes == shapes[0][0]
        around = [] if fits else [Part("downsample", Downsample(planes=self.planes, stride=self.stride))]
        return [
            *made,
            *around,
            Part("add", Add(), (4, -1 if fits else 5)),
            Part("relu", ReLU(), (len(made) + len(around),)),
        ]


@dataclass(frozen=True, kw_only=True)
class Downsample(Composite):
    """What comes into a BasicBlock, made of the size of what comes out."""

    planes: int
    stride: int

    kind = "Downsample"  # nobody chooses it by itself

    def parts(self, *shapes: Shape) -> Sequence[Part]:
        return [Part("0", convolution(self.planes, 1, self.stride)), Part("1", BatchNorm2d(), (0,))]


def convolution(planes: int, size: int, stride: int = 1) -> Conv2d:
    """A square kernel that keeps height and width but for the stride, and starts as in torchvision's ResNet."""
    return Conv2d(
        out_channels=planes,
        kernel_size=(size, size),
        stride=(stride, stride),
        padding=(size // 2, size // 2),
        bias=False,
        weight_init=KaimingNormal(mode="fan_out", nonlinearity="relu"),
    )


@dataclass(frozen=True)
class ResidualBlock(Composite):
    """x + linear2(activation(linear1(norm(x)))), at every position alike: the features stay as many as they are.

    Layer norm stands first ("pre"), where the way around stays clear, after the sum ("post"), or nowhere.
    """

    kind: Literal["ResidualBlock"] = "ResidualBlock"
    hidden_features: Annotated[int, Range(1, 4096)] = 16
    activation: Literal["ReLU", "GELU", "Tanh"] = "ReLU"
    norm: Literal["none", "pre", "post"] = "pre"

    group: ClassVar = "dense"
    notation: ClassVar = Notation(
        "y = x + F(x)",
        {"x": r"\frac{\partial L}{\partial x} = \delta + \left( \frac{\partial F}{\partial x} \right)^{\top} \delta"},
    )

    def parts(self, *shapes: Shape) -> Sequence[Part]:
        first = [Part("norm", LayerNorm())] if self.norm == "pre" else []
        start = len(first)
        made = [
            *first,
            Part("linear1", Linear(out_features=self.hidden_features), (start - 1,)),
            Part("activation", ACTIVATIONS[self.activation](), (start,)),
            Part("linear2", Linear(out_features=shapes[0][0]), (start + 1,)),
            Part("add", Add(), (start + 2, -1)),
        ]
        return [*made, Part("norm", LayerNorm(), (start + 3,))] if self.norm == "post" else made
