"""While sessions train, everything that can die does: each ends at the numbers of a run that nothing happened to."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from asyncio import Future
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from app.documents import read_experiment
from app.frames import Frames
from app.protocol import Look
from benchmarks.load.client import Client
from benchmarks.load.service import seconds
from engine.run import Run
from tests.app.conversation import SMALL
from tests.app.service import BUILT, ENVIRONMENT, address

pytestmark = BUILT
SESSIONS, GOAL, FRAME = 50, 12_000, 25  # GOAL steps in frames of FRAME
HELD = 5.0  # seconds that a host is held for
MISFORTUNES = (
    *("host killed", "server killed", "host held", "lines cut", "reader stalled"),
    *("host standing by killed", "host killed", "server killed"),
)
LIMITS = {"server killed": 5.0, "host held": HELD + 2.0}  # seconds that anybody may wait; else 2


class Server:
    """The service on a port of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**ENVIRONMENT, "BACKFLOW_DATABASE": f"sqlite:///{folder}/states.db"}
        self.port, self.stalled = 0, list[Client]()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
        self.child = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.port = int(address(self.child).rpartition(":")[2])

    def hosts(self) -> list[int]:
        """The one that works, and the one that stands by if it is there already."""
        with open(f"/proc/{self.child.pid}/task/{self.child.pid}/children", encoding="ascii") as file:
            return sorted(map(int, file.read().split()), key=seconds, reverse=True)

    def kill(self) -> None:
        self.child.kill()
        self.child.wait(30)
        assert self.child.stdout
        self.child.stdout.close()


class Learner:
    """A browser's part: it knows its experiment and the step it has seen, and asks on from there."""

    def __init__(self, server: Server, number: int) -> None:
        self.server, self.step, self.errors = server, 0, 0
        self.experiment: dict[str, Any] = {**SMALL, "seeds": {"data": 1, "init": number % 5, "order": 2, "dropout": 0}}
        self.client: Client | None = None
        self.frame = b""
        self.heard: list[float] = []  # when each answer came

    async def learn(self) -> None:
        while self.step < GOAL:
            try:
                await self._next()
            except (OSError, EOFError):
                await self.cut()
                self.client, self.errors = None, self.errors + 1
                await asyncio.sleep(0.05 + random.random() * 0.1)
                continue
            self.heard.append(monotonic())
            await asyncio.sleep(0.01)

    async def _next(self) -> None:
        if not self.client:
            self.client = await Client.connect("127.0.0.1", self.server.port)
            await self.client.ask("open", experiment=self.experiment, step=max(1, self.step))
            assert self.client.step == max(1, self.step)
        steps = FRAME - self.client.step % FRAME
        self.frame, _ = await asyncio.wait_for(self.client.ask("advance", steps=steps), 20)
        assert self.frame[:1] != b"{", self.frame
        self.step = self.client.step

    async def cut(self) -> None:
        if self.client:
            self.client.transport.abort()

    def pause(self, since: float) -> float:
        """Seconds from a moment to the next answer; 0 while there is none."""
        return next((heard - since for heard in self.heard if heard > since), 0.0)

    def digest(self) -> str:
        count = int.from_bytes(self.frame[24:28], "little")
        return sha256(self.frame[40 : len(self.frame) - 4 * count]).hexdigest()


def undisturbed(experiment: dict[str, Any]) -> str:
    run = Run(read_experiment(json.dumps(experiment)))
    run.advance(GOAL - FRAME)
    run.advance(FRAME)
    frame = Frames(run, Look()).encode(0, 0)
    return sha256(frame[40 : len(frame) - 4 * FRAME]).hexdigest()


async def _disturb(server: Server, learners: list[Learner], seed: int) -> list[tuple[str, float]]:
    """One misfortune after another until all have learned; each with the longest that anybody waited."""
    rng, done = random.Random(seed), list[tuple[str, float]]()
    while not all(learner.step for learner in learners):
        await asyncio.sleep(0.02)
    for misfortune in MISFORTUNES:
        await asyncio.sleep(0.2 + rng.random() * 0.4)
        if all(learner.step >= GOAL for learner in learners):
            break
        when = monotonic()
        await _happen(misfortune, server, rng.sample(learners, 10))
        while any(learner.step < GOAL and not learner.pause(when) for learner in learners):
            await asyncio.sleep(0.02)
        done.append((misfortune, max(learner.pause(when) for learner in learners)))
    return done


async def _happen(misfortune: str, server: Server, some: list[Learner]) -> None:
    if misfortune == "server killed":
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    elif misfortune == "lines cut":
        for learner in some:
            await learner.cut()
    elif misfortune == "reader stalled":
        client = await Client.connect("127.0.0.1", server.port)
        await client.ask("open", experiment=SMALL)
        client.transport.pause_reading()
        for _ in range(200):
            client.ask("advance", steps=1).add_done_callback(Future.exception)  # none is ever read
        server.stalled.append(client)
    else:
        host = server.hosts()[-1 if "standing by" in misfortune else 0]
        os.kill(host, signal.SIGSTOP if misfortune == "host held" else signal.SIGKILL)
        if misfortune == "host held":
            await asyncio.sleep(HELD)
            os.kill(host, signal.SIGCONT)


def slowness() -> float:
    """How many seconds it takes to read the program of a host here and now; 1 where nothing else runs."""
    begin = monotonic()
    subprocess.run([sys.executable, "-c", "import app.hosts.process"], check=True)
    return max(1.0, monotonic() - begin)


def test_every_session_ends_where_an_undisturbed_run_does(tmp_path: Path) -> None:
    before, server = slowness(), Server(tmp_path)
    learners = [Learner(server, number) for number in range(SESSIONS)]

    async def play() -> list[tuple[str, float]]:
        learning = asyncio.gather(*(learner.learn() for learner in learners))
        done = await _disturb(server, learners, seed=1)
        await asyncio.wait_for(learning, 120)
        for client in (*(learner.client for learner in learners), *server.stalled):
            if client:
                client.transport.abort()
                await client.ended
        return done

    try:
        done = asyncio.run(play())
    finally:
        server.kill()
    assert [name for name, _ in done] == list(MISFORTUNES), "all was over too soon"
    expected = {number: undisturbed(learners[number].experiment) for number in range(5)}
    assert [learner.digest() for learner in learners] == [expected[number % 5] for number in range(SESSIONS)]
    for name, longest in done:
        print(f"{name}: nobody waited longer than {longest:.1f} s")
    slow = max(before, slowness())
    assert {name: longest for name, longest in done if longest > LIMITS.get(name, 2.0) * slow} == {}
