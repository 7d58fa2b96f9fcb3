"""Paired timing: contestants take turns in one process, and only turns of the same round are compared.

The speed of a machine drifts by more than the differences measured here, but it drifts for all contestants
alike. So a round gives each of them one turn, a block of calls; the next round goes the other way; and a
ratio is the median of the ratios of all rounds.

Each turn builds its contestant anew. No lucky place in memory lasts, and no training goes far: after a
thousand steps on one batch the moments of dead units become subnormal numbers, which a processor handles
slowly, and the fastest contestant, having taken the most steps, would be punished for it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

Contestant = Callable[[], Callable[[], object]]
Times = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Ratio:
    """Median of the paired ratios, with the tenth and ninetieth percentile."""

    median: float
    p10: float
    p90: float


def ratio(ours: NDArray[np.float64], peer: NDArray[np.float64]) -> Ratio:
    p10, median, p90 = np.percentile(ours / peer, [10, 50, 90])
    return Ratio(float(median), float(p10), float(p90))


def paired(contestants: Mapping[str, Contestant], rounds: int = 40, block: float = 0.02) -> Times:
    """Seconds a call, one number a round, by contestant; `block` is the length of a turn in seconds."""
    calls = {name: _calls(build(), block) for name, build in contestants.items()}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for name in order:
                times[name].append(_turn(contestants[name](), calls[name]))
            order.reverse()
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return {name: np.array(values) for name, values in times.items()}


def _calls(step: Callable[[], object], block: float) -> int:
    """How many calls fill a block, from a trial of growing length."""
    calls = 1
    while (seconds := _time(step, calls)) < block / 2:
        calls *= 2
    return max(1, round(calls * block / seconds))


def _turn(step: Callable[[], object], calls: int) -> float:
    """Seconds a call, after a warm-up of half a block."""
    _time(step, max(3, calls // 2))
    return _time(step, calls) / calls


def _time(step: Callable[[], object], calls: int) -> float:
    begin = perf_counter()
    for _ in range(calls):
        step()
    return perf_counter() - begin
