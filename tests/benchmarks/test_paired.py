"""Paired timing compares turns of the same round, and ratios of nothing else."""

from __future__ import annotations

import gc
from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from benchmarks import paired as timing
from benchmarks.paired import paired, ratio


class Clock:
    """Stands still but for the work that is done on it."""

    def __init__(self) -> None:
        self.now = 0.0

    def works(self, seconds: float) -> Callable[[], None]:
        def step() -> None:
            self.now += seconds

        return step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timing, "perf_counter", lambda: clock.now)
    return clock


def test_a_call_is_timed_as_long_as_it_takes(clock: Clock) -> None:
    times = paired({"quick": lambda: clock.works(1e-4), "slow": lambda: clock.works(3e-4)}, rounds=5)
    np.testing.assert_allclose(times["quick"], 1e-4)
    np.testing.assert_allclose(times["slow"], 3e-4)
    assert len(times["quick"]) == len(times["slow"]) == 5


def test_a_machine_that_slows_down_leaves_the_ratio_alone(clock: Clock) -> None:
    built = count()

    def contestant(seconds: float) -> Callable[[], Callable[[], None]]:
        # One contestant is built at a time, two a round: from round to round everything takes twice as long.
        return lambda: clock.works(seconds * 2.0 ** (next(built) // 2))

    times = paired({"ours": contestant(1e-4), "peer": contestant(2e-4)}, rounds=8)
    found = ratio(times["ours"], times["peer"])
    assert times["ours"][-1] > 50 * times["ours"][0]
    assert (found.p10, found.median, found.p90) == pytest.approx((0.5, 0.5, 0.5))


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    found = ratio(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 3.0]))
    assert found.median == 2.0
    assert found.p10 < found.median < found.p90


def test_each_turn_builds_its_contestant_anew_in_alternating_order(clock: Clock) -> None:
    built: list[str] = []

    def contestant(name: str) -> Callable[[], Callable[[], None]]:
        def build() -> Callable[[], None]:
            built.append(name)
            return clock.works(1e-3)

        return build

    paired({name: contestant(name) for name in "abc"}, rounds=3)
    assert "".join(built) == "abc" + "abc" + "cba" + "abc"


def test_the_collector_rests_during_turns_and_works_again_afterwards(clock: Clock) -> None:
    seen: list[bool] = []

    def build() -> Callable[[], None]:
        seen.append(gc.isenabled())
        return clock.works(1e-3)

    paired({"only": build}, rounds=2)
    assert seen == [True, False, False]
    assert gc.isenabled()
