"""The engine is timed on the same step as its yardstick."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.engine_step import training
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS

WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


@pytest.mark.parametrize("work", WORK)
def test_the_engine_finds_the_gradients_of_the_hand_written_step(work: Workload) -> None:
    limit, ours = work.limit(), training(work)
    loss = limit.gradient()
    ours.run_pass()
    assert float(ours.loss) == pytest.approx(loss, rel=1e-6)
    expected = limit.gradients()
    assert ours.parameters.named.keys() == expected.keys()
    for name, parameter in ours.parameters.named.items():
        scale = np.abs(expected[name]).max()
        np.testing.assert_allclose(parameter.gradient, expected[name], rtol=0, atol=2e-6 * scale, err_msg=name)


@pytest.mark.parametrize("work", WORK)
def test_the_engine_takes_the_steps_of_the_hand_written_step(work: Workload) -> None:
    ours, theirs = training(work), work.limit().step
    for _ in range(20):
        ours.run_step()
        loss = theirs()
    assert float(ours.loss) == pytest.approx(loss, rel=1e-4)
