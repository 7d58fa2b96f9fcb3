"""The networks that are timed: a toy, a digit reader and a deep narrow one, each with one fixed batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Workload:
    """One training step of a dense network.

    Parameters are PyTorch's: a (out, in) weight and an (out,) bias for each layer; x is (batch, features).
    y is (batch,) integer labels for cross-entropy, (batch, outputs) float32 for the other losses. The
    activation follows every layer but the last, and the last too where `output_activation` says so. MSE is
    the mean of the squared differences; momentum is 0.9; Adam's other settings are PyTorch's defaults.
    """

    name: str
    sizes: tuple[int, ...]
    activation: Literal["tanh", "relu"]
    output_activation: bool
    loss: Literal["mse", "bce_with_logits", "cross_entropy"]
    optimizer: Literal["sgd", "momentum", "adam"]
    lr: float
    parameters: tuple[tuple[Array, Array], ...]
    x: Array
    y: NDArray[Any]

    @property
    def batch(self) -> int:
        return len(self.x)

    @property
    def activated(self) -> int:
        """How many layers, counted from the input, are followed by the activation."""
        return len(self.parameters) - (not self.output_activation)


def w1() -> Workload:
    """2-4-2-1, all tanh: the size of a first lesson, where only the overhead of a call counts."""
    rng, sizes = np.random.default_rng(0), (2, 4, 2, 1)
    return Workload(
        name="W1",
        sizes=sizes,
        activation="tanh",
        output_activation=True,
        loss="mse",
        optimizer="sgd",
        lr=0.03,
        parameters=_parameters(sizes, rng),
        x=_normal((10, 2), rng),
        y=np.sign(_normal((10, 1), rng)),
    )


def w2() -> Workload:
    """64-128-64-10, relu: reads an 8×8 digit, where arithmetic and overhead share the time."""
    rng, sizes = np.random.default_rng(0), (64, 128, 64, 10)
    return Workload(
        name="W2",
        sizes=sizes,
        activation="relu",
        output_activation=False,
        loss="cross_entropy",
        optimizer="adam",
        lr=1e-3,
        parameters=_parameters(sizes, rng),
        x=_normal((32, 64), rng),
        y=rng.integers(0, 10, 32),
    )


def w3() -> Workload:
    """2-32×20-1, tanh: deep and narrow, where gradients vanish and the number of calls counts."""
    rng, sizes = np.random.default_rng(0), (2, *[32] * 20, 1)
    return Workload(
        name="W3",
        sizes=sizes,
        activation="tanh",
        output_activation=False,
        loss="bce_with_logits",
        optimizer="momentum",
        lr=1e-2,
        parameters=_parameters(sizes, rng),
        x=_normal((64, 2), rng),
        y=(_normal((64, 1), rng) > 0).astype(np.float32),
    )


WORKLOADS: tuple[Callable[[], Workload], ...] = (w1, w2, w3)


def _parameters(sizes: tuple[int, ...], rng: Generator) -> tuple[tuple[Array, Array], ...]:
    """Weights of standard deviation 1/√in, biases of 0.1."""
    layers = []
    for inputs, outputs in pairwise(sizes):
        weight = rng.standard_normal((outputs, inputs)) * (1 / np.sqrt(inputs))
        bias = rng.standard_normal(outputs) * 0.1
        layers.append((weight.astype(np.float32), bias.astype(np.float32)))
    return tuple(layers)


def _normal(shape: tuple[int, ...], rng: Generator) -> Array:
    return rng.standard_normal(shape).astype(np.float32)
