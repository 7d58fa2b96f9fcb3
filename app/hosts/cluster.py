"""Hosts on the machines of a Ray cluster. Ray places them, names them and starts them anew; sessions never pass
through it: each host listens on a socket of its node, where the web processes speak to it in parcels.

A host is a detached actor of a name, so that every web process finds the same ones, and the first to look for one has
it made. It has a random token, told only to who asks it through Ray. The names are of one version of Backflow: web
processes of another have hosts of their own, and hosts that nobody is connected to any more end by themselves.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
import socket
import traceback
from collections.abc import Iterable
from contextlib import suppress
from threading import Thread
from time import monotonic
from typing import Any

import ray
from ray.exceptions import RayError

from app import __version__
from app.hosts import memory
from app.hosts.link import HostLost, Link
from app.hosts.local import ONE_THREAD, RELIEVED
from app.hosts.process import Streams

log = logging.getLogger("backflow.hosts")

LINGER = 300.0  # seconds that a host waits for somebody to come back
ANSWER = 30.0  # seconds in which a host says where it is
SHORT = 0.05  # seconds between two looks for one
PAUSE = 1.0  # seconds before a host that is not there is looked for again
RECOUNT = 10.0  # seconds between two looks at how many nodes there are
FIRST = 60.0  # seconds in which a cluster must have one host that answers
UNTAKEN = 30_000  # milliseconds that sent bytes may stay untaken: a web process whose machine is gone


class Host:
    """The actor: many sessions of many web processes, on a thread that Ray's own calls leave alone."""

    def __init__(self, linger: float, largest: int) -> None:
        memory.limit(largest)
        self.token = secrets.token_urlsafe(32)
        listener = socket.create_server((ray.util.get_node_ip_address(), 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN)
        self.address = listener.getsockname()
        streams, itself = Streams(self.token), ray.get_runtime_context().current_actor
        streams.listen(listener)

        def serve() -> None:
            try:
                streams.serve(linger)
            except BaseException:
                traceback.print_exc()
                os._exit(1)  # Ray starts it anew
            ray.kill(itself)  # for good

        Thread(target=serve, name="sessions", daemon=True).start()

    def where(self) -> tuple[str, int, str]:
        """Address, port and token."""
        return (*self.address, self.token)


class Cluster:
    """`per_node` hosts for each node that has processors to give; `largest` is how many bytes of memory a host may
    take; new sessions go elsewhere before. Whoever makes a host decides."""

    def __init__(self, address: str, per_node: int, largest: int, linger: float = LINGER) -> None:
        self.address, self.per_node, self.largest, self.linger = address, per_node, largest, linger
        self.started = 0
        self.hosts: dict[Link, Any] = {}  # each with its actor
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        logging.getLogger("ray").setLevel(logging.ERROR)  # it warns that it leaves our signals alone
        await asyncio.to_thread(
            ray.init, self.address, namespace=f"backflow-{__version__}", log_to_driver=False, configure_logging=False
        )
        self._tasks["recount"] = asyncio.create_task(self._recount())
        await self.place()

    async def place(self) -> Link:
        """The host with the fewest sessions of ours; any of those, as other web processes choose too."""
        end = monotonic() + FIRST
        while not (links := [link for link in self.hosts if not link.lost]):
            if monotonic() > end:
                raise RuntimeError(f"no host answers in the cluster at {self.address}; is a processor free there?")
            await asyncio.sleep(SHORT)
        random.shuffle(links)
        return min(links, key=lambda link: (link.full or link.memory > RELIEVED * self.largest, len(link.sessions)))

    def links(self) -> Iterable[Link]:
        return list(self.hosts)

    def give_up(self, link: Link) -> None:
        link.end()
        actor = self.hosts.pop(link, None)
        if actor:
            log.warning("a host does not answer and is started anew")
            asyncio.get_running_loop().run_in_executor(None, _end, actor)

    async def stop(self) -> None:
        """Leave the cluster. The hosts stay a while: there may be other web processes."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
        await asyncio.to_thread(ray.shutdown)

    async def _recount(self) -> None:
        """Look after as many hosts as the nodes are to have."""
        while True:
            with suppress(RayError):
                nodes = await asyncio.to_thread(ray.nodes)
                free = sum(node["Alive"] and node["Resources"].get("CPU", 0) >= 1 for node in nodes)
                for number in range(free * self.per_node):
                    name = f"host-{number}"
                    if name not in self._tasks:
                        self._tasks[name] = asyncio.create_task(self._keep(name))
            await asyncio.sleep(RECOUNT)

    async def _keep(self, name: str) -> None:
        """Be connected to a host of a name, whichever process is behind it."""
        while True:
            with suppress(RayError, OSError, TimeoutError, HostLost):
                actor = await asyncio.to_thread(self._find, name)
                await self._stay(actor, *await asyncio.wait_for(_answer(actor.where.remote()), ANSWER))
            await asyncio.sleep(PAUSE)

    def _find(self, name: str) -> Any:
        """The actor of a name; it is made if there is none."""
        return (
            ray.remote(Host)
            .options(
                name=name,
                get_if_exists=True,
                lifetime="detached",
                max_restarts=-1,
                num_cpus=1,
                scheduling_strategy="SPREAD",
                runtime_env={"env_vars": ONE_THREAD},
            )
            .remote(self.linger, self.largest)
        )

    async def _stay(self, actor: Any, host: str, port: int, token: str) -> None:
        """Be connected for as long as that lasts."""
        link = Link(*await asyncio.wait_for(asyncio.open_connection(host, port), ANSWER), token)
        try:
            await link.ping(ANSWER)
            self.started += 1
            self.hosts[link] = actor
            await link.ended()
        finally:
            link.end()
            self.hosts.pop(link, None)


def _end(actor: Any) -> None:
    """Have a host's process ended, and started anew. Blocks while Ray's head cannot be reached."""
    with suppress(RayError, ValueError):
        ray.kill(actor, no_restart=False)


async def _answer(reference: Any) -> Any:
    return await reference
