"""The best hand-written NumPy training step: the yardstick of the engine.

What makes such a step fast, whatever the network. All memory is allocated once, and every call writes into it.
Parameters lie in one run of memory and their gradients in another, so the optimizer is a few calls. Numbers are 0-d
arrays, and products are bound methods, because NumPy looks up both faster. What a network of one kind adds to this is
said in the file of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from benchmarks.limit_updates import UPDATES
from engine.tensor import Array


@dataclass(frozen=True)
class Limit:
    """A hand-written step on memory of its own.

    gradient   forward, loss and backward; answers the loss
    step       the same and the update; answers the loss before it
    gradients  of the last pass, copied, by the names and in the shapes of the workload's parameters
    """

    gradient: Callable[[], float]
    step: Callable[[], float]
    gradients: Callable[[], Mapping[str, Array]]


class Flat:
    """All parameters as one vector, their gradients as another; `values` and `gradients` are views by name."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        size = sum(map(prod, shapes.values()))
        self.run = np.zeros(size, np.float32)
        # The second row is the optimizer's: Adam keeps squares there and updates both moments in one call.
        self.pair = np.zeros((2, size), np.float32)
        self.values = _views(self.run, shapes)
        self.gradients = _views(self.pair[0], shapes)

    def update(self, optimizer: str, lr: float) -> Callable[[], None]:
        return UPDATES[optimizer](self.run, self.pair, lr)


def stepping(gradient: Callable[[], float], update: Callable[[], None]) -> Callable[[], float]:
    def step() -> float:
        loss = gradient()
        update()
        return loss

    return step


def _views(run: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    views, start = {}, 0
    for name, shape in shapes.items():
        views[name] = run[start : start + prod(shape)].reshape(shape)
        start += prod(shape)
    return views
