"""Fair turns: sessions that have work to do take small pieces of it, one session after another. No I/O, no threads.

Who has had the least has the next turn: start-time fair queueing (Goyal, Vin and Cheng 1996). A session's turn begins,
in a time that only work moves, where its last one ended; but no more than one turn before now, since nobody saves up
turns by doing nothing. So those who train share alike, and one who presses Step once in a while goes before them all,
however many they are. A piece of work that cannot be interrupted counts as one turn, however long it was: among three
hundred, who opened a large network would else wait for seconds until all have had as much.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from itertools import count
from time import thread_time
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

TURN = 0.001  # seconds of a turn: what a small request waits for. Of CPU time: nobody pays for another process's


class Turns(Generic[K, V]):
    """Work is an iterator: it yields None where it can be interrupted, and what it has to say.

    The work of one key is done in order; a turn is a piece of one key's first work, of about TURN seconds.
    """

    def __init__(self, clock: Callable[[], float] = thread_time) -> None:
        self._clock = clock
        self._work: dict[K, deque[Iterator[V | None]]] = {}
        self._order: list[tuple[float, int, K]] = []  # a heap: where the turn begins, and who asked first
        self._asked = count()
        self._now = 0.0
        self._ends: dict[K, float] = {}  # where the last turn of a key ended

    def __bool__(self) -> bool:
        return bool(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def add(self, key: K, work: Iterator[V | None]) -> None:
        waiting = self._work.setdefault(key, deque())
        waiting.append(work)
        if len(waiting) == 1:
            self._line_up(key)

    def drop(self, key: K) -> None:
        """Forget a key and what it has to do; its work is closed where it stands."""
        for work in self._work.pop(key, ()):
            close = getattr(work, "close", None)
            if close:
                close()
        self._ends.pop(key, None)
        self._order = [entry for entry in self._order if entry[2] != key]
        heapq.heapify(self._order)

    def turn(self) -> Iterator[tuple[K, V]]:
        """One turn of the next key: what its work said."""
        start, _, key = heapq.heappop(self._order)
        self._now = max(self._now, start)  # or whoever came next would be before all who came like them
        waiting = self._work[key]
        begin = self._clock()
        end = begin + TURN
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
        self._ends[key] = start + min(self._clock() - begin, TURN)
        if waiting:
            self._line_up(key)
        else:
            del self._work[key]

    def _line_up(self, key: K) -> None:
        begin = max(self._now - TURN, self._ends.get(key, -TURN))
        heapq.heappush(self._order, (begin, next(self._asked), key))
