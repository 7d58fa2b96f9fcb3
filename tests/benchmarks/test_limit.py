"""The yardstick is only worth something if it computes the right step."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.limit_updates import UPDATES
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS

Exact = NDArray[np.float64]
BYTES = {  # sha256 of all parameters, x and y, in this order
    "W1": "060407ecfc0e11ff1f4f1c2500c0104a168cd448f450e11dc6c29c9e1d9c7a53",
    "W2": "210cdc47e85422c880a9e5f8029e5762b576edd4eb85584732215d6c00e3bbac",
    "W3": "001345e4be7d583f385623c1f5d5a7b0450d344c893090ee162aae27b3f5ad7b",
    "W4": "8cdf5bd824076ad9c3f5ae029ddd319050b1eb11bea64534042de09d51a8f5db",
    "W5": "aae5b9d3e49354544bdc925daba73e76e21ed0200e406613e9ff8abec8dfba50",
    "W6": "bb6c6a13743d1f78ac31a59db2f43e6324b2d5830c5fcbdea1025c711689e26c",
}
WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


@pytest.mark.parametrize("work", WORK)
def test_the_workloads_are_the_same_numbers_everywhere(work: Workload) -> None:
    parts = [*work.parameters.values(), work.x, work.y]
    assert hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest() == BYTES[work.name]


@pytest.mark.parametrize("work", WORK)
def test_repeating_the_gradient_repeats_every_byte(work: Workload) -> None:
    limit = work.limit()
    limit.gradient()
    first = limit.gradients()
    limit.gradient()
    again = limit.gradients()
    assert first.keys() == work.parameters.keys()
    for name, gradient in first.items():
        assert gradient.tobytes() == again[name].tobytes(), name


@pytest.mark.parametrize("work", WORK)
def test_the_hand_written_step_learns(work: Workload) -> None:
    step = work.limit().step
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
            p *= 1 - lr * 0.01 * (optimizer == "adamw")
            p -= lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return p


@pytest.mark.parametrize("optimizer", UPDATES)
def test_the_fused_updates_follow_their_definition(optimizer: str) -> None:
    rng = np.random.default_rng(0)
    count = 70_000  # more than a block
    start, gradients = rng.standard_normal(count), list(rng.standard_normal((20, count)))
    parameters, buffer = start.astype(np.float32), np.zeros((2, count), np.float32)
    update = UPDATES[optimizer](parameters, buffer, 0.01)
    for gradient in gradients:
        buffer[0] = gradient
        update()
    expected = by_definition(optimizer, start, gradients, 0.01)
    np.testing.assert_allclose(parameters, expected, rtol=1e-5, atol=1e-6)
