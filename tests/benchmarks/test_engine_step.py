"""The engine is timed on the same step as its yardstick."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.engine_step import training
from benchmarks.limit import Memory, limit_gradient, limit_step
from benchmarks.workloads import WORKLOADS, Workload

WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


@pytest.mark.parametrize("work", WORK)
def test_the_engine_finds_the_gradients_of_the_hand_written_step(work: Workload) -> None:
    memory = Memory(work)
    loss = limit_gradient(work, memory)()
    ours = training(work)
    ours.run_pass()
    assert float(ours.loss) == pytest.approx(loss, rel=1e-6)
    for (_, found), expected in zip(
        [block for blocks in ours.parameters.blocks.values() for block in blocks], memory.weight_gradients, strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


@pytest.mark.parametrize("work", WORK)
def test_the_engine_takes_the_steps_of_the_hand_written_step(work: Workload) -> None:
    ours, theirs = training(work), limit_step(work)
    for _ in range(20):
        ours.run_step()
        loss = theirs()
    assert float(ours.loss) == pytest.approx(loss, rel=1e-4)
