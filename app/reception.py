"""Who is let in, and what a conversation costs: the same whatever carries it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import perf_counter
from uuid import uuid4

from app.admission import Admission, Pace
from app.hosts.host import Hosts
from app.metrics import Metrics
from app.settings import Settings

TOLD = 5.0  # seconds between two words to one in line: a line that is silent for longer may be taken for dead


class Reception:
    def __init__(self, hosts: Hosts, settings: Settings, metrics: Metrics) -> None:
        self.hosts, self.settings, self.metrics = hosts, settings, metrics
        self.admission = Admission(settings.sessions, settings.per_address, settings.queue)

    def pace(self) -> Pace:
        """How fast one conversation may ask."""
        return Pace(self.settings.messages, self.settings.messages * 2)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[str]:
        """A session of the hosts', by its name, while this lasts."""
        session = uuid4().hex
        await self.hosts.open(session)
        try:
            with self.metrics.sessions.track_inprogress():
                yield session
        finally:
            await self.hosts.close(session)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """One request, from when it is taken up to its last reply."""
        begin = perf_counter()
        yield
        self.metrics.messages.inc()
        self.metrics.answer.observe(perf_counter() - begin)
