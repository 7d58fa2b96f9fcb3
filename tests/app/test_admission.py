"""Who may come in, and how fast they may speak."""

from __future__ import annotations

import pytest

from app.admission import Admission, Full, Pace


def test_there_is_room_for_so_many_and_it_is_free_again_when_they_leave() -> None:
    admission = Admission(sessions=2, per_address=2)
    with admission.enter("a"), admission.enter("b"), pytest.raises(Full, match="sessions"), admission.enter("c"):
        pass
    with admission.enter("c"):
        assert admission.count == 1
    assert admission.count == 0 and not admission.inside


def test_one_address_does_not_take_the_room_of_all() -> None:
    admission = Admission(sessions=10, per_address=1)
    with admission.enter("a"):
        with pytest.raises(Full, match="address"), admission.enter("a"):
            pass
        with admission.enter("b"):
            assert admission.count == 2


def test_a_burst_is_let_through_and_a_flood_is_not() -> None:
    now = [0.0]
    pace = Pace(rate=10, burst=5, clock=lambda: now[0])
    assert [pace.keeps() for _ in range(6)] == [True] * 5 + [False]
    now[0] += 0.5
    assert [pace.keeps() for _ in range(5)].count(True) == 4  # five have come back, and one was owed


def test_a_steady_rate_is_never_too_fast() -> None:
    now = [0.0]
    pace = Pace(rate=60, burst=2, clock=lambda: now[0])
    for _ in range(1000):
        now[0] += 1 / 60
        assert pace.keeps()
