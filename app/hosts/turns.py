"""Fair turns: sessions that have work to do take small pieces of it, one session after another. No I/O, no threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from time import perf_counter
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

TURN = 0.001  # seconds of a turn: what a small request waits for behind each session that trains


class Turns(Generic[K, V]):
    """Work is an iterator: it yields None where it can be interrupted, and what it has to say.

    The work of one key is done in order; a turn is a piece of one key's first work, of about TURN seconds.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._work: dict[K, deque[Iterator[V | None]]] = {}
        self._order: deque[K] = deque()

    def __bool__(self) -> bool:
        return bool(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def add(self, key: K, work: Iterator[V | None]) -> None:
        waiting = self._work.setdefault(key, deque())
        waiting.append(work)
        if len(waiting) == 1:
            self._order.append(key)

    def drop(self, key: K) -> None:
        """Forget what a key has to do; its work is closed where it stands."""
        for work in self._work.pop(key, ()):
            close = getattr(work, "close", None)
            if close:
                close()
        if key in self._order:
            self._order.remove(key)

    def turn(self) -> Iterator[tuple[K, V]]:
        """One turn of the next key: what its work said."""
        key = self._order.popleft()
        waiting = self._work[key]
        end = self._clock() + TURN
        while True:
            try:
                said = next(waiting[0])
            except StopIteration:
                waiting.popleft()
                break
            if said is not None:
                yield key, said
            if self._clock() >= end:
                break
        if key not in self._work:  # dropped while it had its turn
            return
        if waiting:
            self._order.append(key)
        else:
            del self._work[key]
