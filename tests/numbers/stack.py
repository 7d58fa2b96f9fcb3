"""A deep network at its start: noise in, noise back from its output, and the gradient at each layer in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.network import Network
from engine.program import Node, Program, compiled
from engine.tensor import Array


class Stack:
    """The layers' program on `batch` examples of standard normal numbers (or on `x`), both passes done once."""

    def __init__(
        self,
        layers: Sequence[Any],
        *shape: int,
        batch: int,
        seed: int = 0,
        dtype: str = "float64",
        x: Array | None = None,
    ) -> None:
        rng = np.random.default_rng(seed)
        network = Network(layers, *shape)
        self.parameters = network.allocate(dtype)
        network.initialize(self.parameters, seed)
        self.program = Program(dtype, batch, seed=seed)
        self.x = self.program.tensor(*shape)
        self.x.data[...] = rng.normal(size=self.x.data.shape) if x is None else x
        with np.errstate(all="ignore"):
            self.output = network.forward(self.program, self.parameters, self.x)
            self.program.backward()
        self._back = compiled(self.program.backward_calls())
        self._forward = compiled(self.program.forward_calls())
        self.back(rng.normal(size=self.output.data.shape))

    def back(self, arriving: Array | float) -> None:
        """Both passes, from this gradient at the output."""
        assert self.output.gradient is not None
        self.output.gradient[...] = arriving
        with np.errstate(all="ignore"):
            self._forward()
            self._back()

    def nodes(self, kind: str) -> list[Node]:
        return [node for node in self.program.nodes if node.name == kind]

    def deltas(self, kind: str = "Linear") -> list[Array]:
        """∂L/∂ of the output of every layer of a kind."""
        return [gradient(node) for node in self.nodes(kind)]


def gradient(node: Node) -> Array:
    assert node.output.gradient is not None
    return node.output.gradient


def factor(deltas: Sequence[Array]) -> float:
    """By what the mean square of δ is multiplied from a layer to the one before it, as a geometric mean."""
    first, last = (float(np.mean(np.square(each, dtype=np.float64))) for each in (deltas[0], deltas[-1]))
    return float((first / last) ** (1 / (len(deltas) - 1)))
