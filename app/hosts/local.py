"""Hosts on this machine: one process a core but one, replaced when one ends or has grown.

A process takes a second to start, most of it for reading its program. So one more than is needed stands by: whoever
loses a host goes on at once on that one, while the next is started.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from app.hosts.link import HostLost, Link

log = logging.getLogger("backflow.hosts")

STARTS = 5  # of a process, before there is something wrong with all of them
STARTING = 30.0  # seconds a process may take
UNDISTURBED = 2.0  # seconds for sessions to begin, or to come back, before one that stands by is started
RELIEVED = 0.75  # of the memory that a host may take: from there on another takes its place
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass
class Process:
    child: subprocess.Popen[bytes]
    link: Link


class Local:
    """The pool. `largest` is how many bytes of memory a host may take; it is relieved before."""

    def __init__(self, processes: int, largest: int) -> None:
        self.processes, self.largest = processes, largest
        self.started = 0
        self._pool: list[Process] = []
        self._relieved: list[Process] = []  # still answering, but no one new is sent there
        self._next: asyncio.Task[Process] | None = None  # the one that stands by, or is about to
        self._wanted = asyncio.Event()  # it is waited for
        self._filling = asyncio.Lock()

    async def start(self) -> None:
        self._pool += await asyncio.gather(*(self._spawn() for _ in range(self.processes)))
        self._next = asyncio.create_task(self._stand_by())

    async def place(self) -> Link:
        """The host with the fewest sessions, and memory left; dead ones are replaced on the way."""
        await self._fill()
        return min((process.link for process in self._pool), key=lambda link: (link.full, len(link.sessions)))

    def links(self) -> Iterable[Link]:
        return [process.link for process in (*self._pool, *self._relieved)]

    def give_up(self, link: Link) -> None:
        link.end()
        for process in (*self._pool, *self._relieved):
            if process.link is link and process.child.poll() is None:
                log.warning("host %d does not answer and is ended", process.child.pid)
                process.child.kill()

    async def stop(self) -> None:
        if self._next:
            self._next.cancel()
            with suppress(asyncio.CancelledError, RuntimeError, OSError):
                self._relieved.append(await self._next)
        for process in (*self._pool, *self._relieved):
            process.link.end()
            end(process.child)
        self._pool, self._relieved, self._next = [], [], None

    async def _fill(self) -> None:
        async with self._filling:
            for process in list(self._pool):
                if process.link.lost:
                    self._bury(process)
                elif self._is_full(process.link) and len(self._relieved) < self.processes:
                    self._pool.remove(process)
                    self._relieved.append(process)
            for process in list(self._relieved):
                if process.link.lost or not process.link.sessions:
                    self._bury(process)
            while len(self._pool) < self.processes:
                self._pool.append(await self._take_next())

    def _is_full(self, link: Link) -> bool:
        return link.full or link.memory > RELIEVED * self.largest

    def _bury(self, process: Process) -> None:
        (self._pool if process in self._pool else self._relieved).remove(process)
        process.link.end()
        end(process.child)

    async def _take_next(self) -> Process:
        """The host that stands by, and another is started to do so. One that has ended meanwhile is passed over."""
        while True:
            self._wanted.set()
            if not self._next or (self._next.done() and self._next.exception()):  # that was then; now it may start
                self._next = asyncio.create_task(self._spawn())
            process = await asyncio.shield(self._next)  # whoever waits may go, the host comes all the same
            self._wanted.clear()
            self._next = asyncio.create_task(self._stand_by())
            if not process.link.lost:
                return process
            end(process.child)

    async def _stand_by(self) -> Process:
        """A new process, in a while or when it is wanted."""
        with suppress(TimeoutError):
            async with asyncio.timeout(UNDISTURBED):
                await self._wanted.wait()
        return await self._spawn()

    async def _spawn(self) -> Process:
        """A new process that answers; one that ends while it starts is no reason to give up at once."""
        for _ in range(STARTS):
            with suppress(HostLost):
                return await self._try()
        raise RuntimeError("no host process would start; what they said is above")

    async def _try(self) -> Process:
        ours, theirs = socket.socketpair()
        token = secrets.token_urlsafe(16)
        with theirs, ExitStack() as undone:
            undone.callback(ours.close)
            child = subprocess.Popen(
                [sys.executable, "-m", "app.hosts.process", str(self.largest)],
                stdin=theirs.fileno(),
                process_group=0,  # Ctrl+C is for the service, which ends them
                env={**os.environ, **ONE_THREAD, "BACKFLOW_TOKEN": token},
            )
            undone.pop_all()
        try:
            link = Link(*await asyncio.open_connection(sock=ours), token)
            await link.ping(STARTING)
        except BaseException:  # it does not come, or is not waited for any more
            end(child)
            raise
        self.started += 1
        return Process(child, link)


def end(child: subprocess.Popen[bytes]) -> None:
    """It keeps nothing that would have to be put away."""
    child.kill()
    child.wait()
