"""Every workload that is timed, in the order of the table."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import convolutional, dense, gpt, recurrent
from benchmarks.workload import Workload

WORKLOADS: tuple[Callable[[], Workload], ...] = (
    *dense.WORKLOADS,
    *convolutional.WORKLOADS,
    *recurrent.WORKLOADS,
    *gpt.WORKLOADS,
)
