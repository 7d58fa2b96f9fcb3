"""PyTorch is timed on the same step, not on one like it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.peers import torch_gradient, torch_or_none, torch_step
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS

WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


@pytest.fixture(scope="module")
def torch() -> Any:
    torch = torch_or_none()
    if torch is None:
        pytest.skip("PyTorch is not installed")
    return torch


@pytest.mark.parametrize("work", WORK)
def test_pytorch_finds_the_gradients_of_the_hand_written_step(work: Workload, torch: Any) -> None:
    limit = work.limit()
    loss = limit.gradient()
    model, gradient = torch_gradient(torch, work)
    assert gradient().item() == pytest.approx(loss, rel=1e-5)
    found = limit.gradients()
    for name, parameter in model.named_parameters():
        expected = parameter.grad.numpy()
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=2e-5 * np.abs(expected).max(), err_msg=name)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("work", WORK)
def test_pytorch_takes_the_steps_of_the_hand_written_step(work: Workload, fused: bool, torch: Any) -> None:
    ours, theirs = work.limit().step, torch_step(torch, work, fused=fused)
    for _ in range(5):
        ours()
        theirs()
    assert ours() == pytest.approx(theirs().item(), rel=1e-4)
