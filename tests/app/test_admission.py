"""Who may come in, and how fast they may speak."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.admission import Admission, Full, Pace, Ticket


def test_there_is_room_for_so_many_and_it_is_free_again_when_they_leave() -> None:
    admission = Admission(sessions=2, per_address=2, queue=0)
    with admission.enter("a"), admission.enter("b"), pytest.raises(Full, match="sessions"), admission.enter("c"):
        pass
    with admission.enter("c"):
        assert admission.count == 1
    assert admission.count == 0 and not admission.addresses


def test_one_address_does_not_take_the_room_of_all_nor_the_line() -> None:
    admission = Admission(sessions=1, per_address=2, queue=5)
    with admission.enter("a"), admission.enter("a") as second:
        assert second.place == 1
        with pytest.raises(Full, match="address"), admission.enter("a"):
            pass
        with admission.enter("b") as other:
            assert other.place == 2


@settings(derandomize=True, deadline=None, database=None)
@given(st.lists(st.integers(-8, 1), max_size=60))
def test_whoever_came_first_goes_in_first_and_each_knows_their_place(comings: list[int]) -> None:
    """1 comes; -n leaves, the nth of those who are there. The model is a list: its first three are inside."""
    admission = Admission(sessions=3, per_address=99, queue=4)
    there: list[tuple[Ticket, ExitStack]] = []
    for coming in comings:
        for ticket, _ in there:
            ticket.moved.clear()
        before = {id(ticket): ticket.place for ticket, _ in there}
        if coming < 0 and there:
            there.pop(-coming % len(there))[1].close()
        elif coming > 0 and len(there) == 7:
            with pytest.raises(Full), admission.enter("a"):
                pass
        elif coming > 0:
            leaving = ExitStack()
            there.append((leaving.enter_context(admission.enter("a")), leaving))
        inside = [each for each in there if not each[0].place]
        there = [*inside, *(each for each in there if each[0].place)]
        assert [ticket.place for ticket, _ in there] == [0] * min(3, len(there)) + list(range(1, len(there) - 2))
        for ticket, _ in there:
            if id(ticket) in before:
                assert ticket.moved.is_set() == (ticket.place != before[id(ticket)])
        assert (admission.count, len(admission.waiting)) == (min(3, len(there)), max(0, len(there) - 3))
    for _, leaving in reversed(there):
        leaving.close()
    assert admission.count == 0 and not admission.waiting and not admission.addresses


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
