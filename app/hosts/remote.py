"""Sessions on hosts in other processes: each is placed on a host, and brought back on another when its host is lost.

A session is its journal. While its host lives it is asked there; a host that has gone costs a pause, not work: the
journal is opened on another host and the request that was not answered is asked again. It cannot have been done,
since what an unanswered request changed went with the host.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from math import inf
from time import monotonic
from typing import Protocol

from app.documents import read_request
from app.hosts.journal import Journal
from app.hosts.link import Answer, HostFull, HostLost, Link
from app.moments import Known, keys
from app.protocol import Open
from app.refusal import misread
from app.session import FAULT, NO_MEMORY, Message, dump
from app.store import Store
from engine.problem import BadExperiment

log = logging.getLogger("backflow.hosts")

FAR = re.compile(r'"step"\s*:\s*\d{2,}')  # a request that may open far from the start
TRIES = 3  # of one request, each on another host, before it is refused as the one that kills them
PULSE = 1.0  # seconds between two looks at a host
STORED = 1.0  # seconds between two states of a session that are stored


class Placement(Protocol):
    """Where hosts come from: this machine, or a cluster."""

    started: int  # hosts so far

    async def start(self) -> None: ...

    async def place(self) -> Link:
        """A stream to the host that a new session should go to."""

    def links(self) -> Iterable[Link]: ...

    def give_up(self, link: Link) -> None:
        """A host that no longer answers is ended; another takes its place."""

    async def stop(self) -> None: ...


@dataclass
class Seat:
    """One session: where it sits now, if anywhere, and what brings it back."""

    journal: Journal = field(default_factory=Journal)
    link: Link | None = None
    number: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    used: float = field(default_factory=monotonic)
    stored: float = -inf  # when a state of it was last given to the store


class Remote:
    """Hosts of any placement. `silence` seconds without a sign of life and a host is given up; a session that was
    `idle` seconds unused keeps only its journal."""

    def __init__(self, placement: Placement, silence: float, idle: float, store: Store | None = None) -> None:
        self.placement, self.silence, self.idle, self.store = placement, silence, idle, store
        self.resumed = 0  # sessions brought back so far
        self._seats: dict[str, Seat] = {}
        self._numbers = count(1)
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self.store:
            await self.store.start()
        await self.placement.start()
        self._watching = asyncio.create_task(self._watch())

    async def open(self, session: str) -> None:
        self._seats[session] = Seat()

    async def ask(self, session: str, message: Message) -> list[Message]:
        seat = self._seats[session]
        async with seat.turn:
            seat.used = monotonic()
            known, full = await self._known(message), False
            for _ in range(TRIES):
                try:
                    link = await self._link(seat)
                    if known:
                        link.tell(seat.number, known)
                    answer = await link.ask(seat.number, message)
                except HostLost as lost:
                    seat.link, full = None, isinstance(lost, HostFull)
                    continue
                if answer.full:
                    seat.link, full = None, True
                    if not answer.replies:  # it was not even read
                        continue
                else:
                    self._note(seat, answer)
                return answer.replies
            if full:
                return [dump(misread(message, 0, [NO_MEMORY]))]
            log.error("a request was given up after %d hosts were lost over it", TRIES)
            return [dump(misread(message, 0, [FAULT], reason="fault"))]

    async def close(self, session: str) -> None:
        seat = self._seats.pop(session, None)
        if seat:
            self._leave(seat)

    async def stop(self) -> None:
        if self._watching:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await self.placement.stop()
        if self.store:
            await self.store.stop()

    def sessions(self) -> int:
        return len(self._seats)

    # A session and its host

    async def _link(self, seat: Seat) -> Link:
        """The stream to where a session sits; it is brought back first if it sits nowhere."""
        if seat.link and not seat.link.lost:
            return seat.link
        seat.link, seat.number = await self.placement.place(), next(self._numbers)
        await seat.link.open(seat.number, seat.journal.packed() if seat.journal.opening else b"")
        self.resumed += bool(seat.journal.opening)
        return seat.link

    def _note(self, seat: Seat, answer: Answer) -> None:
        journal = seat.journal
        if answer.opening:
            journal.opening = answer.opening  # what is known of another story is not taken: it has another name
        if answer.known:
            journal.known = answer.known
            if self.store and monotonic() - seat.stored > STORED:
                seat.stored = monotonic()
                self.store.put(answer.known)
        journal.step = answer.step

    async def _known(self, message: Message) -> Known | None:
        """A state on the way to where a request opens, if anyone has been there."""
        if not self.store or isinstance(message, bytes) or not FAR.search(message):
            return None
        try:
            request = read_request(message)
        except BadExperiment:
            return None
        if not isinstance(request, Open):
            return None
        return await self.store.nearest(keys(request.experiment, request.edits, request.step))

    def _leave(self, seat: Seat) -> None:
        if seat.link:
            seat.link.close(seat.number)
        seat.link = None

    # Looking after hosts

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(PULSE)
            await asyncio.gather(*(self._look_at(link) for link in list(self.placement.links())))
            for seat in list(self._seats.values()):
                if seat.link and not seat.turn.locked() and monotonic() - seat.used > self.idle:
                    self._leave(seat)

    async def _look_at(self, link: Link) -> None:
        try:
            await link.ping(self.silence)
        except HostLost:
            self.placement.give_up(link)
