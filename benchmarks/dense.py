"""Dense networks: a toy, a digit reader and a deep narrow one, each with one fixed batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from benchmarks.dense_limit import dense_limit
from benchmarks.limit import Limit
from benchmarks.workload import Workload, normal
from engine.experiment import AnyLayer
from engine.layers.linear import Linear
from engine.operations.elementwise import ReLU, Tanh
from engine.tensor import Array


@dataclass(frozen=True, kw_only=True)
class Dense(Workload):
    """The activation follows every layer but the last, and the last too where `output_activation` says so."""

    sizes: tuple[int, ...]
    activation: Literal["tanh", "relu"]
    output_activation: bool

    def layers(self) -> list[AnyLayer]:
        return self._alternating(lambda _, outputs: Linear(out_features=outputs), {"relu": ReLU, "tanh": Tanh})

    def module(self, torch: Any) -> Any:
        nn = torch.nn
        return nn.Sequential(*self._alternating(nn.Linear, {"relu": nn.ReLU, "tanh": nn.Tanh}))

    def _alternating(self, linear: Callable[[int, int], Any], activations: dict[str, Callable[[], Any]]) -> list[Any]:
        layers = []
        for inputs, outputs in pairwise(self.sizes):
            layers += [linear(inputs, outputs), activations[self.activation]()]
        return layers if self.output_activation else layers[:-1]

    def limit(self) -> Limit:
        return dense_limit(self)


def w1() -> Dense:
    """2-4-2-1, all tanh: the size of a first lesson, where only the overhead of a call counts."""
    rng, sizes = np.random.default_rng(0), (2, 4, 2, 1)
    return Dense(
        name="W1",
        sizes=sizes,
        activation="tanh",
        output_activation=True,
        loss="mse",
        optimizer="sgd",
        lr=0.03,
        parameters=_parameters(sizes, rng),
        x=normal(rng, 10, 2),
        y=np.sign(normal(rng, 10, 1)),
    )


def w2() -> Dense:
    """64-128-64-10, relu: reads an 8×8 digit, where arithmetic and overhead share the time."""
    rng, sizes = np.random.default_rng(0), (64, 128, 64, 10)
    return Dense(
        name="W2",
        sizes=sizes,
        activation="relu",
        output_activation=False,
        loss="cross_entropy",
        optimizer="adam",
        lr=1e-3,
        parameters=_parameters(sizes, rng),
        x=normal(rng, 32, 64),
        y=rng.integers(0, 10, 32),
    )


def w3() -> Dense:
    """2-32×20-1, tanh: deep and narrow, where gradients vanish and the number of calls counts."""
    rng, sizes = np.random.default_rng(0), (2, *[32] * 20, 1)
    return Dense(
        name="W3",
        sizes=sizes,
        activation="tanh",
        output_activation=False,
        loss="bce_with_logits",
        optimizer="momentum",
        lr=1e-2,
        parameters=_parameters(sizes, rng),
        x=normal(rng, 64, 2),
        y=(normal(rng, 64, 1) > 0).astype(np.float32),
    )


WORKLOADS = (w1, w2, w3)


def _parameters(sizes: tuple[int, ...], rng: Generator) -> dict[str, Array]:
    """Weights of standard deviation 1/√in, biases of 0.1; an activation stands between two layers."""
    parameters = {}
    for index, (inputs, outputs) in enumerate(pairwise(sizes)):
        parameters[f"{2 * index}.weight"] = normal(rng, outputs, inputs, std=1 / np.sqrt(inputs))
        parameters[f"{2 * index}.bias"] = normal(rng, outputs, std=0.1)
    return parameters
