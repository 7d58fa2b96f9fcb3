"""A kernel's gradient is a sum over all its places; how large its weights start."""

from __future__ import annotations

from math import prod

import numpy as np

from engine.initializers import KaimingNormal
from engine.layers.convolution import Conv2d
from tests.numbers.published import Digits, Numbers, Share, published
from tests.numbers.stack import Stack

HE = "He et al. 2015"
BACKWARD = KaimingNormal(mode="fan_out", nonlinearity="relu")
FILTERS = (64, 128, 256, 512)


@published(
    "B6",
    "deviation of the weights of 3 × 3 convolutions of 64, 128, 256, 512 filters: √(2 / 9d)",
    f"{HE}, by their formula",
    (0.05893, 0.04167, 0.02946, 0.02083),
    band=Digits(5e-5),
    form=".5f",
)
def he_deviations() -> Numbers:
    return [BACKWARD.std((9 * filters, 9 * filters)) for filters in FILTERS]


@published(
    "B6",
    "the same of weights as they are drawn",
    f"{HE}, by their formula",
    (0.05893, 0.04167, 0.02946),
    band=Share(0.02),
    form=".5f",
)
def drawn_deviations() -> Numbers:
    found = []
    for filters in FILTERS[:3]:
        layer = Conv2d(out_channels=filters, kernel_size=(3, 3), weight_init=BACKWARD)
        net = Stack([layer], filters, 3, 3, batch=1, dtype="float32")
        found.append(float(np.std(net.parameters.named["0.weight"].value)))
    return found


@published(
    "B7",
    "how much smaller the gradient at conv2 of VGG-B's ten is than at conv10, at deviation 0.01 instead",
    HE,
    (1.7e4,),
    band=Share(0.03),
    form=".3g",
)
def small_start() -> Numbers:
    """Each layer multiplies the gradient's deviation by √(½ · 9d) · 0.01, which He's start makes 1."""
    filters = (64, 128, 128, 256, 256, 512, 512, 512, 512)
    return (prod(BACKWARD.std((0, 9 * each)) / 0.01 for each in filters),)


@published(
    "B24",
    "∂L/∂w of a 3 × 3 kernel, five pictures of 8 × 8 ones, every ∂L/∂z one: 5 · 6 · 6",
    "derivation",
    (180,) * 9,
    band=Digits(0),
)
def shared_weights() -> Numbers:
    net = Stack([Conv2d(out_channels=1, kernel_size=(3, 3))], 1, 8, 8, batch=5, x=np.ones((1, 5, 8, 8)))
    net.back(1.0)
    return [float(each) for each in net.parameters.named["0.weight"].gradient.ravel()]
