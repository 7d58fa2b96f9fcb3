"""The chart of a scaling: every size is a mark, more time is higher, and both axes are logarithmic."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from benchmarks.engine_step import engine_step
from benchmarks.plot import chart
from benchmarks.scaling.networks import square


def test_equal_factors_are_equal_distances() -> None:
    drawn = chart("title", "width", (4, 8, 16), {"ours": (10.0, 100.0, 1000.0), "theirs": (20.0, 200.0, 2000.0)})
    ElementTree.fromstring(drawn)
    marks = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)]
    assert len(marks) == 6
    for first, second, third in (marks[:3], marks[3:]):
        assert second[0] - first[0] == third[0] - second[0] > 0
        assert abs((first[1] - second[1]) - (second[1] - third[1])) < 0.2 and first[1] > second[1]
    assert all(ours[1] > theirs[1] for ours, theirs in zip(marks[:3], marks[3:], strict=True))


def test_a_square_network_takes_a_step() -> None:
    engine_step(square(4, 3))()
