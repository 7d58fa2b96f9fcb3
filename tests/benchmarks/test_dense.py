"""The hand-written step of a dense network is backpropagation, from the definition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.dense import WORKLOADS, Dense

Exact = NDArray[np.float64]
WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


def loss_and_gradient(work: Dense, output: Exact) -> tuple[float, Exact]:
    """Of the mean loss with respect to the output, both from the definition."""
    if work.loss == "mse":
        return float(((output - work.y) ** 2).mean()), 2 * (output - work.y) / output.size
    if work.loss == "bce_with_logits":
        p = 1 / (1 + np.exp(-output))
        return -float((work.y * np.log(p) + (1 - work.y) * np.log(1 - p)).mean()), (p - work.y) / output.size
    p = np.exp(output) / np.exp(output).sum(axis=1, keepdims=True)
    own = np.eye(output.shape[1])[work.y]
    return -float(np.log(p[own == 1]).mean()), (p - own) / work.batch


def activate(activation: str, z: Exact) -> tuple[Exact, Exact]:
    if activation == "relu":
        return np.maximum(z, 0), (z > 0).astype(np.float64)
    return np.tanh(z), 1 / np.cosh(z) ** 2


def backpropagation(work: Dense) -> tuple[float, dict[str, Exact]]:
    """Loss and the gradient of each parameter, in float64, one allocation a line."""
    exact = {name: value.astype(np.float64) for name, value in work.parameters.items()}
    layers = [name.removesuffix(".weight") for name in exact if name.endswith(".weight")]
    data, slopes = [work.x.astype(np.float64)], []
    for name in layers:
        z = data[-1] @ exact[f"{name}.weight"].T + exact[f"{name}.bias"]
        activated = name != layers[-1] or work.output_activation
        a, slope = activate(work.activation, z) if activated else (z, np.ones_like(z))
        data.append(a)
        slopes.append(slope)
    loss, above = loss_and_gradient(work, data[-1])
    gradients: dict[str, Exact] = {}
    for name, below, slope in zip(layers[::-1], data[-2::-1], slopes[::-1], strict=True):
        delta = above * slope
        gradients[f"{name}.weight"], gradients[f"{name}.bias"] = delta.T @ below, delta.sum(axis=0)
        above = delta @ exact[f"{name}.weight"]
    return loss, gradients


@pytest.mark.parametrize("work", WORK)
def test_the_hand_written_step_is_backpropagation(work: Dense) -> None:
    loss, gradients = backpropagation(work)
    limit = work.limit()
    assert limit.gradient() == pytest.approx(loss, rel=1e-5)
    found = limit.gradients()
    for name, expected in gradients.items():
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=1e-5 * np.abs(expected).max(), err_msg=name)
