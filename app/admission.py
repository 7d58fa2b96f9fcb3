"""Who may come in, and how fast they may speak. No socket here.

A school sits behind one address, so three hundred from one address are a class and not an attack; what is bounded is
how many there are at all, how many from one address, and how many messages each sends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic


class Full(Exception):
    """There is no room; the reason is a word for the metrics."""


class Admission:
    def __init__(self, sessions: int, per_address: int) -> None:
        self.sessions, self.per_address = sessions, per_address
        self.inside: Counter[str] = Counter()

    @property
    def count(self) -> int:
        return self.inside.total()

    @contextmanager
    def enter(self, address: str) -> Iterator[None]:
        """Be inside while this lasts; Full where there is no room."""
        if self.count >= self.sessions:
            raise Full("sessions")
        if self.inside[address] >= self.per_address:
            raise Full("address")
        self.inside[address] += 1
        try:
            yield
        finally:
            self.inside[address] -= 1
            if not self.inside[address]:
                del self.inside[address]


class Pace:
    """A token bucket: `rate` messages a second in the long run, `burst` at once."""

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
