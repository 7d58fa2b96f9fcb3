"""One checker for every layer: its gradients beside central differences in float64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.experiment import Experiment, Layers, Seeds
from engine.network import Network
from engine.operations.losses import MSELoss
from engine.tensor import Array
from engine.trainer import Training

TOLERANCE = 1e-6  # relative, as the issue of every operation asks
NUDGE = 1e-5


def training(
    layers: Sequence[Any], *shape: int, batch: int = 3, seed: int = 0, dtype: Any = "float64", x: Array | None = None
) -> Training:
    """A network under a squared error, with drawn parameters, inputs (or `x`) and targets, its first pass done."""
    experiment = Experiment(
        network=Layers(tuple(layers)),
        loss=MSELoss(),
        batch=batch,
        dtype=dtype,
        seeds=Seeds(dropout=seed),
    )
    network = Network(layers, *shape)
    made = Training(experiment, network, network.allocate(dtype), input_gradient=True)
    rng = np.random.default_rng(seed)
    made.reset(seed)
    for parameter in made.parameters.named.values():
        parameter.value[...] += rng.normal(size=parameter.value.shape) * 0.3
    made.x[...] = rng.normal(size=made.x.shape) if x is None else x
    made.targets[...] = rng.normal(size=made.targets.shape)
    with np.errstate(all="ignore"):
        made.run_pass()
    return made


def gradient_errors(made: Training, *, inputs: bool = True, entries: int = 12, seed: int = 1) -> dict[str, float]:
    """For each parameter, and the input: the largest error of some entries and of one random direction, relative to
    the largest gradient among them."""
    rng = np.random.default_rng(seed)
    checked = {name: (p.value, p.gradient.copy()) for name, p in made.parameters.named.items()}
    if inputs:
        assert made.input.gradient is not None
        checked["input"] = (made.x, made.input.gradient.copy())
    return {name: _error(made, value, gradient, rng, entries) for name, (value, gradient) in checked.items()}


def _error(made: Training, value: Array, gradient: Array, rng: np.random.Generator, entries: int) -> float:
    directions = [rng.normal(size=value.shape)]
    for place in rng.permutation(value.size)[:entries]:
        one = np.zeros(value.size)
        one[place] = 1
        directions.append(one.reshape(value.shape))
    found = np.array([_slope(made, value, direction) for direction in directions])
    expected = np.array([float((gradient * direction).sum()) for direction in directions])
    scale = max(float(np.abs(expected).max()), 1e-3)
    return float(np.abs(found - expected).max() / scale)


def _slope(made: Training, value: Array, direction: Array) -> float:
    kept = value.copy()
    losses = []
    for sign in (1, -1):
        value[...] = kept + sign * NUDGE * direction
        with np.errstate(all="ignore"):
            made.run_pass()
        losses.append(float(made.loss))
    value[...] = kept
    return (losses[0] - losses[1]) / (2 * NUDGE)


def agrees(made: Training, *, inputs: bool = True) -> None:
    """Assert that every gradient of the network is the slope that nudging finds."""
    errors = gradient_errors(made, inputs=inputs)
    worst = max(errors, key=lambda name: errors[name])
    assert errors[worst] <= TOLERANCE, f"{worst}: relative error {errors[worst]:.2g}"
