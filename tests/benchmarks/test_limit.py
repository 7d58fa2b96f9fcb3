"""The yardstick is only worth something if it computes the right step."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.limit import Memory, limit_gradient, limit_step
from benchmarks.limit_updates import UPDATES
from benchmarks.workloads import WORKLOADS, Workload

Exact = NDArray[np.float64]
BYTES = {  # sha256 of all parameters, x and y, in this order
    "W1": "060407ecfc0e11ff1f4f1c2500c0104a168cd448f450e11dc6c29c9e1d9c7a53",
    "W2": "210cdc47e85422c880a9e5f8029e5762b576edd4eb85584732215d6c00e3bbac",
    "W3": "001345e4be7d583f385623c1f5d5a7b0450d344c893090ee162aae27b3f5ad7b",
}
WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


def loss_and_gradient(work: Workload, output: Exact) -> tuple[float, Exact]:
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


def backpropagation(work: Workload) -> tuple[float, list[Exact]]:
    """Loss and the gradient of each (out, in + 1) matrix, in float64, one allocation a line."""
    data, slopes = [work.x.astype(np.float64)], []
    for index, (weight, bias) in enumerate(work.parameters):
        z = data[-1] @ weight.T.astype(np.float64) + bias
        a, slope = activate(work.activation, z) if index < work.activated else (z, np.ones_like(z))
        data.append(a)
        slopes.append(slope)
    loss, above = loss_and_gradient(work, data[-1])
    gradients: list[Exact] = []
    for (weight, _), below, slope in zip(work.parameters[::-1], data[-2::-1], slopes[::-1], strict=True):
        delta = above * slope
        gradients.insert(0, np.column_stack([delta.T @ below, delta.sum(axis=0)]))
        above = delta @ weight
    return loss, gradients


@pytest.mark.parametrize("work", WORK)
def test_the_workloads_are_the_same_numbers_everywhere(work: Workload) -> None:
    parts = [*(part for layer in work.parameters for part in layer), work.x, work.y]
    assert hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest() == BYTES[work.name]


@pytest.mark.parametrize("work", WORK)
def test_the_hand_written_step_is_backpropagation(work: Workload) -> None:
    memory = Memory(work)
    loss, gradients = backpropagation(work)
    assert limit_gradient(work, memory)() == pytest.approx(loss, rel=1e-5)
    for found, expected in zip(memory.weight_gradients, gradients, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("work", WORK)
def test_repeating_the_gradient_repeats_every_byte(work: Workload) -> None:
    memory = Memory(work)
    gradient = limit_gradient(work, memory)
    gradient()
    first = memory.parameter_gradients[0].tobytes()
    gradient()
    assert memory.parameter_gradients[0].tobytes() == first


@pytest.mark.parametrize("work", WORK)
def test_the_hand_written_step_learns(work: Workload) -> None:
    step = limit_step(work)
    first = step()
    for _ in range(200):
        last = step()
    assert last < 0.95 * first


def by_definition(optimizer: str, start: Exact, gradients: list[Exact], lr: float) -> Exact:
    p, m, v = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for t, g in enumerate(gradients, 1):
        if optimizer == "sgd":
            p -= lr * g
        elif optimizer == "momentum":
            m = 0.9 * m + g
            p -= lr * m
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            p -= lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return p


@pytest.mark.parametrize("optimizer", UPDATES)
def test_the_fused_updates_follow_their_definition(optimizer: str) -> None:
    rng = np.random.default_rng(0)
    start, gradients = rng.standard_normal(50), list(rng.standard_normal((20, 50)))
    parameters, buffer = start.astype(np.float32), np.zeros((2, 50), np.float32)
    update = UPDATES[optimizer](parameters, buffer, 0.01)
    for gradient in gradients:
        buffer[0] = gradient
        update()
    expected = by_definition(optimizer, start, gradients, 0.01)
    np.testing.assert_allclose(parameters, expected, rtol=1e-5, atol=1e-6)
