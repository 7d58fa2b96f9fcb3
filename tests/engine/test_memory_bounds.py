"""The engine writes nowhere but into its own memory: every view lies inside what it is a view of, and around every
buffer nothing is touched. Both are shown on random graphs, with every layer and optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

import engine.tensor
from engine.program import Call
from engine.tensor import Array
from tests.engine.drawn_experiments import OPTIMIZERS, Case, Prepared, cases

MARGIN = 4096  # bytes on each side of a buffer that must stay as they are
UNTOUCHED = 0xA5

any_case = st.one_of(*(cases(each) for each in OPTIMIZERS.values()))


def arrays(call: Call) -> Iterator[Array]:
    """Those that a call reads or writes: its arguments, and what its function is bound to."""
    function, arguments = call
    if isinstance(function, partial):
        yield from arrays((function.func, (*function.args, *function.keywords.values())))
    candidates = (getattr(function, "__self__", None), *arguments)
    yield from (each for each in candidates if isinstance(each, np.ndarray))


def inside(array: Array) -> bool:
    """Are the bytes of a view all bytes of the array that owns the memory?"""
    owner: Any = array
    while getattr(owner, "base", None) is not None:
        owner = owner.base
    if array.size == 0:
        return True
    (low, high), (first, end) = byte_bounds(array), byte_bounds(owner)
    return first <= low and high <= end


def test_a_view_that_reaches_over_the_end_of_its_memory_would_be_found() -> None:
    numbers = np.zeros(8)
    assert inside(numbers[2:].reshape(2, 3).T)
    assert not inside(as_strided(numbers, (9,), (8,)))
    assert not inside(as_strided(numbers[1:], (8,), (8,)))


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(any_case)
def test_every_array_of_a_program_lies_inside_memory_of_its_own(case: Case) -> None:
    with np.errstate(all="ignore"):
        training = Prepared(case).training
    program = training.program
    calls = [*program.forward_calls(), *program.backward_calls(), *program.update]
    assert all(inside(array) for call in calls for array in arrays(call))


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> list[Array]:
    """The memory of each buffer made from now on: its numbers between two margins."""
    made: list[Array] = []

    def buffer(shape: tuple[int, ...], dtype: Any, fill: float = 0.0) -> Array:
        numbers = np.empty(shape, dtype)
        memory = np.full(numbers.nbytes + 2 * MARGIN, UNTOUCHED, np.uint8)
        made.append(memory)
        array: Array = memory[MARGIN : MARGIN + numbers.nbytes].view(dtype).reshape(shape)
        array.fill(fill)
        return array

    for module in (
        "engine.tensor",
        "engine.parameters",
        "engine.trainer",
        "engine.descent",
        "engine.optimizers.memory",
    ):
        monkeypatch.setattr(f"{module}.buffer", buffer)
    return made


def touched(memory: Array) -> bool:
    return bool((memory[:MARGIN] != UNTOUCHED).any() or (memory[-MARGIN:] != UNTOUCHED).any())


def test_three_steps_of_any_graph_leave_untouched_what_lies_beside_each_buffer(guarded: list[Array]) -> None:
    @settings(max_examples=100, derandomize=True, deadline=None, database=None)
    @given(any_case)
    def holds(case: Case) -> None:
        guarded.clear()
        with np.errstate(all="ignore"):
            prepared = Prepared(case)
            for _ in range(3):
                prepared.run_passes()
                prepared.run_update()
        assert guarded
        assert not any(map(touched, guarded))

    holds()


def test_a_number_written_beside_a_buffer_would_be_found(guarded: list[Array]) -> None:
    array = engine.tensor.buffer((4,), "float32")
    assert not touched(guarded[0])
    as_strided(array, (5,), (4,))[4] = 1
    assert touched(guarded[0])
