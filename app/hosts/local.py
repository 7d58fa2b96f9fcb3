"""Hosts on this machine: one process a core but one, started anew when one ends, replaced when one has grown."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from app.hosts.link import HostLost, Link

log = logging.getLogger("backflow.hosts")

STARTS = 5  # of a process, before there is something wrong with all of them
STARTING = 30.0  # seconds a process may take
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass
class Process:
    child: subprocess.Popen[bytes]
    link: Link


class Local:
    """The pool. `largest` is how many bytes of memory a host may hold before it is relieved."""

    def __init__(self, processes: int, largest: int) -> None:
        self.processes, self.largest = processes, largest
        self.started = 0
        self._pool: list[Process] = []
        self._relieved: list[Process] = []  # still answering, but no one new is sent there
        self._filling = asyncio.Lock()

    async def start(self) -> None:
        await self._fill()

    async def place(self) -> Link:
        """The host with the fewest sessions; dead ones are replaced on the way."""
        await self._fill()
        return min((process.link for process in self._pool), key=lambda link: len(link.sessions))

    def links(self) -> Iterable[Link]:
        return [process.link for process in (*self._pool, *self._relieved)]

    def give_up(self, link: Link) -> None:
        link.end()
        for process in (*self._pool, *self._relieved):
            if process.link is link and process.child.poll() is None:
                log.warning("host %d does not answer and is ended", process.child.pid)
                process.child.kill()

    async def stop(self) -> None:
        for process in (*self._pool, *self._relieved):
            process.link.end()
            process.child.terminate()
        for process in (*self._pool, *self._relieved):
            await asyncio.to_thread(process.child.wait)
        self._pool, self._relieved = [], []

    async def _fill(self) -> None:
        async with self._filling:
            for process in list(self._pool):
                if process.link.lost:
                    self._bury(process)
                elif process.link.memory > self.largest:
                    self._pool.remove(process)
                    self._relieved.append(process)
            for process in list(self._relieved):
                if process.link.lost or not process.link.sessions:
                    self._bury(process)
            while len(self._pool) < self.processes:
                self._pool.append(await self._spawn())

    def _bury(self, process: Process) -> None:
        (self._pool if process in self._pool else self._relieved).remove(process)
        process.link.end()
        if process.child.poll() is None:
            process.child.kill()
        process.child.wait()

    async def _spawn(self) -> Process:
        """A new process that answers; one that ends while it starts is no reason to give up at once."""
        for _ in range(STARTS):
            with suppress(HostLost):
                return await self._try()
        raise RuntimeError("no host process would start; what they said is above")

    async def _try(self) -> Process:
        ours, theirs = socket.socketpair()
        token = secrets.token_urlsafe(16)
        with theirs:
            child = subprocess.Popen(
                [sys.executable, "-m", "app.hosts.process"],
                stdin=theirs.fileno(),
                env={**os.environ, **ONE_THREAD, "BACKFLOW_TOKEN": token},
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        link = Link(reader, writer, token)
        self.started += 1
        try:
            await link.ping(STARTING)
        except HostLost:
            child.kill()
            child.wait()
            raise
        return Process(child, link)
