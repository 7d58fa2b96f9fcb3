"""Who may come in, and how fast they may speak. No socket here.

A school sits behind one address, so three hundred from one address are a class and not an attack; what is bounded is
how many there are at all, how many from one address, and how many messages each sends.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic


class Full(Exception):
    """There is no room, not even in line; the reason is a word for the metrics."""


class Ticket:
    """One who has come. `place` is 0 inside, and in line the number of those who go in before, oneself counted."""

    __slots__ = ("_moved", "place")

    def __init__(self) -> None:
        self.place = 0
        self._moved: asyncio.Event | None = None  # a large thing, which those who find room have no need of

    @property
    def moved(self) -> asyncio.Event:
        self._moved = self._moved or asyncio.Event()
        return self._moved


class Admission:
    """`sessions` are inside, and `queue` in line, who has come first before the others; of one address `per_address`
    in all."""

    def __init__(self, sessions: int, per_address: int, queue: int) -> None:
        self.sessions, self.per_address, self.queue = sessions, per_address, queue
        self.count = 0  # inside
        self.waiting: list[Ticket] = []
        self.addresses: Counter[str] = Counter()

    @contextmanager
    def enter(self, address: str) -> Iterator[Ticket]:
        """Be inside or in line while this lasts; Full where there is no room."""
        if self.addresses[address] >= self.per_address:
            raise Full("address")
        if self.count >= self.sessions and len(self.waiting) >= self.queue:
            raise Full("sessions")
        ticket = Ticket()
        self.addresses[address] += 1
        self.waiting.append(ticket)
        self._move()
        try:
            yield ticket
        finally:
            self.addresses -= Counter((address,))
            if ticket in self.waiting:
                self.waiting.remove(ticket)
            else:
                self.count -= 1
            self._move()

    def _move(self) -> None:
        """Let in whom there is room for; the others are told if that moves them."""
        while self.waiting and self.count < self.sessions:
            self.count += 1
            first = self.waiting.pop(0)
            if first.place:
                first.place = 0
                first.moved.set()
        for place, ticket in enumerate(self.waiting, 1):
            if ticket.place != place:
                ticket.place = place
                ticket.moved.set()


class Pace:
    """A token bucket: `rate` messages a second in the long run, `burst` at once."""

    __slots__ = ("_at", "_clock", "_left", "burst", "rate")

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = monotonic) -> None:
        self.rate, self.burst, self._clock = rate, burst, clock
        self._left, self._at = burst, clock()

    def keeps(self) -> bool:
        """Take one message into account; False if it came too soon after the others."""
        now = self._clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        self._left -= 1
        return self._left >= 0
