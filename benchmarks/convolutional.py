"""A convolutional network, as digit readers have been built since 1998."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.convolutional_limit import convolutional_limit
from benchmarks.limit import Limit
from benchmarks.workload import Workload, normal
from engine.experiment import AnyLayer
from engine.layers.convolution import Conv2d
from engine.layers.linear import Linear
from engine.operations.elementwise import ReLU
from engine.operations.pooling_max import MaxPool2d
from engine.operations.shape import Flatten


@dataclass(frozen=True, kw_only=True)
class Convolutional(Workload):
    """3 × 3 convolutions that keep the size of the picture, each followed by relu and a 2 × 2 max pool; a linear
    layer on what is left."""

    channels: tuple[int, ...]
    classes: int

    def layers(self) -> list[AnyLayer]:
        layers: list[AnyLayer] = []
        for channels in self.channels:
            layers += [Conv2d(out_channels=channels, padding=(1, 1)), ReLU(), MaxPool2d()]
        return [*layers, Flatten(), Linear(out_features=self.classes)]

    def module(self, torch: Any) -> Any:
        nn, layers, below = torch.nn, [], self.x.shape[1]
        for channels in self.channels:
            layers += [nn.Conv2d(below, channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            below = channels
        return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(self.classes))

    def limit(self) -> Limit:
        return convolutional_limit(self)


def w4() -> Convolutional:
    """28 × 28 pictures, 8 and 16 channels: most of the time goes into products of matrices, the rest into memory."""
    rng = np.random.default_rng(0)
    return Convolutional(
        name="W4",
        channels=(8, 16),
        classes=10,
        loss="cross_entropy",
        optimizer="adam",
        lr=1e-3,
        parameters={
            "0.weight": normal(rng, 8, 1, 3, 3, std=1 / 3),
            "0.bias": normal(rng, 8, std=0.1),
            "3.weight": normal(rng, 16, 8, 3, 3, std=1 / np.sqrt(72)),
            "3.bias": normal(rng, 16, std=0.1),
            "7.weight": normal(rng, 10, 784, std=1 / 28),
            "7.bias": normal(rng, 10, std=0.1),
        },
        x=normal(rng, 32, 1, 28, 28),
        y=rng.integers(0, 10, 32),
    )


WORKLOADS = (w4,)
