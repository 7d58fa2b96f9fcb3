"""How the last layer's gradient depends on depth, with the norms last or first."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.initializers import XavierUniform
from engine.layers.layer_norm import LayerNorm
from engine.layers.transformer import TransformerEncoderLayer
from tests.numbers.published import Between, Context, Numbers, published
from tests.numbers.stack import Stack

XIONG = "Xiong et al. 2020"
DEPTHS = (2, 4, 6, 8, 12, 16)
SIZE, TIME, BATCH = 64, 16, 8


def last_gradient(depth: int, norm_first: bool) -> float:
    """‖∂L/∂W‖ of the last layer's last matrix, Xavier's start, for noise at the output; the mean of three seeds."""
    block = TransformerEncoderLayer(dim_feedforward=4 * SIZE, dropout=0.0, norm_first=norm_first)
    layers: list[Any] = [block] * depth + [LayerNorm()] * norm_first
    found = []
    for seed in range(3):
        net = Stack(layers, SIZE, TIME, batch=BATCH, seed=seed)
        rng = np.random.default_rng(seed)
        for name, parameter in net.parameters.named.items():
            if parameter.value.ndim == 2:
                fans = (parameter.value.shape[1], parameter.value.shape[0])
                parameter.value[...] = XavierUniform().draw(rng, parameter.value.shape, fans)
            elif name.endswith("bias"):
                parameter.value[...] = 0
        net.back(rng.normal(size=net.output.data.shape) / (BATCH * TIME))
        found.append(np.linalg.norm(net.parameters.named[f"{depth - 1}.linear2.weight"].gradient))
    return float(np.mean(found))


def slope(norm_first: bool) -> float:
    """Of ln ‖∂L/∂W‖ over ln depth."""
    norms = [last_gradient(depth, norm_first) for depth in DEPTHS]
    return float(np.polyfit(np.log(DEPTHS), np.log(norms), 1)[0])


@published(
    "B18",
    "power of the depth L with which the last layer's gradient goes, transformers of 2 to 16 layers: norms last",
    f"{XIONG}: O(d √ln d)",
    "0",
    band=Between(-0.1, 0.35),
    form=".2f",
)
def norms_last() -> Numbers:
    return (slope(norm_first=False),)


@published(
    "B18",
    "the same, norms first",
    f"{XIONG}: O(d √(ln d / L))",
    "down to −½",
    band=Between(-0.5, -0.15),
    form=".2f",
)
def norms_first() -> Numbers:
    return (slope(norm_first=True),)


TRANSLATION = Context(
    "B18",
    "8.45 BLEU with the norms last and no warm-up, where others reach about 34",
    XIONG,
    "a translation data set and days of training; what explains it, above, takes seconds",
)
