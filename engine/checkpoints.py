"""States of a run at some of its steps: where replaying can begin.

There are more of them the longer a way between two takes to go again, and the less memory they take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from engine.tensor import Array

MOST = 64
MOST_BYTES = 100_000_000  # of all together, but for the least few
LEAST = 4
REPLAY = 100_000_000  # multiply-adds between two, before there are more than the least few: some 50 ms
FIRST_STRIDE = 16  # steps


class Checkpoints:
    """Of arrays that a step changes and the next one reads; a step costs so many multiply-adds."""

    def __init__(self, arrays: Mapping[str, Array], cost: int) -> None:
        self._arrays, self._cost = tuple(arrays.values()), cost
        self._states: dict[int, bytes] = {}
        self.stride = FIRST_STRIDE

    def __iter__(self) -> Iterator[int]:
        return iter(self._states)

    def __len__(self) -> int:
        return len(self._states)

    def __getitem__(self, step: int) -> bytes:
        return self._states[step]

    def state(self) -> bytes:
        """What the arrays hold now."""
        return b"".join(array.tobytes() for array in self._arrays)

    def nearest(self, step: int) -> int:
        """The last step before this one whose state is kept."""
        return max(kept for kept in self._states if kept < step)

    def keep(self, step: int) -> None:
        """Keep every stride's state; when there are many, every second one goes and the stride doubles."""
        if step % self.stride or step in self._states:
            return
        self._states[step] = state = self.state()
        near = self.stride * self._cost < REPLAY
        most = LEAST if near else max(LEAST, MOST_BYTES // max(1, len(state)))
        if len(self._states) > min(MOST, most):
            self.stride *= 2
            self._states = {kept: state for kept, state in self._states.items() if kept % self.stride == 0}

    def adopt(self, step: int, state: bytes) -> None:
        """Keep a state that another run of the same experiment and edits had; ValueError if it cannot be one."""
        expected = sum(array.nbytes for array in self._arrays)
        if len(state) != expected:
            raise ValueError(f"a state of {expected} bytes expected, got {len(state)}")
        self._states[step] = state

    def forget_after(self, step: int) -> None:
        self._states = {kept: state for kept, state in self._states.items() if kept <= step}

    def restore(self, step: int) -> None:
        """Put the state kept of a step back into the arrays."""
        self.put_back(self._states[step])

    def put_back(self, state: bytes) -> None:
        start = 0
        for array in self._arrays:
            array[...] = np.frombuffer(state, array.dtype, array.size, start).reshape(array.shape)
            start += array.nbytes
