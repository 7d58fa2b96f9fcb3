"""The long class measures what it says it does."""

from __future__ import annotations

import pytest

from benchmarks.load.soak import came_of, slope


def test_a_slope_is_that_of_the_line_nearest_to_all() -> None:
    looks = [{"second": second, "memory": 1000 + 3 * second + (-1) ** second} for second in range(0, 1000)]
    assert slope(looks, "memory") == pytest.approx(3, abs=1e-4)


def test_what_grows_while_all_settle_and_what_goes_when_all_leave_do_not_count() -> None:
    looks = [
        {"second": 10 * n, "memory": 10**8 + min(n, 5) * 10**7, "descriptors": 70, "requests": n} for n in range(40)
    ]
    looks.append({"second": 400, "memory": 5, "descriptors": 5, "requests": 40})
    found = came_of(looks)
    assert (found["memory_percent_an_hour"], found["descriptors_an_hour"]) == (0, 0)
    assert (found["memory_mb"], found["descriptors"], found["requests"]) == (150, 70, 40)
