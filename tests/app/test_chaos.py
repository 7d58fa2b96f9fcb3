"""While sessions train, everything that can die does: each ends at the numbers of a run that nothing happened to."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from app.documents import read_experiment
from app.frames import Frames
from app.protocol import Look
from benchmarks.load.client import Client
from engine.run import Run
from tests.app.conversation import SMALL
from tests.app.service import BUILT, ENVIRONMENT, address

pytestmark = BUILT
SESSIONS, GOAL, FRAME = 50, 3000, 25  # GOAL steps in frames of FRAME
STALLED = 1.5  # seconds that a host is held for


class Server:
    """The service on a port of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**ENVIRONMENT, "BACKFLOW_DATABASE": f"sqlite:///{folder}/states.db"}
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
        self.child = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.port = int(address(self.child).rpartition(":")[2])

    def hosts(self) -> list[int]:
        with open(f"/proc/{self.child.pid}/task/{self.child.pid}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()
        assert self.child.stdout
        self.child.stdout.close()


class Learner:
    """A browser's part: it knows its experiment and the step it has seen, and asks on from there."""

    def __init__(self, server: Server, number: int) -> None:
        self.server, self.step, self.gap, self.errors = server, 0, 0.0, 0
        self.experiment: dict[str, Any] = {**SMALL, "seeds": {"data": 1, "init": number % 5, "order": 2, "dropout": 0}}
        self.client: Client | None = None
        self.frame = b""

    async def learn(self) -> None:
        seen = monotonic()
        while self.step < GOAL:
            try:
                await self._next()
            except (OSError, EOFError):
                self.client, self.errors = None, self.errors + 1
                await asyncio.sleep(0.05 + random.random() * 0.1)
                continue
            self.gap, seen = max(self.gap, monotonic() - seen), monotonic()
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

    def digest(self) -> str:
        count = int.from_bytes(self.frame[24:28], "little")
        return sha256(self.frame[40 : len(self.frame) - 4 * count]).hexdigest()


def undisturbed(experiment: dict[str, Any]) -> str:
    run = Run(read_experiment(json.dumps(experiment)))
    run.advance(GOAL - FRAME)
    run.advance(FRAME)
    frame = Frames(run, Look()).encode(0, 0)
    return sha256(frame[40 : len(frame) - 4 * FRAME]).hexdigest()


async def _disturb(server: Server, learners: list[Learner], seed: int) -> list[str]:
    """One misfortune after another until all have learned."""
    rng, done = random.Random(seed), []
    misfortunes = ["host killed", "server killed", "host held", "lines cut", "host killed"]
    for misfortune in misfortunes:
        await asyncio.sleep(0.6)
        if all(learner.step >= GOAL for learner in learners):
            break
        done.append(misfortune)
        if misfortune == "server killed":
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        elif misfortune == "lines cut":
            for learner in rng.sample(learners, 10):
                await learner.cut()
        elif hosts := server.hosts():
            host = rng.choice(hosts)
            with suppress(ProcessLookupError):
                os.kill(host, signal.SIGKILL if misfortune == "host killed" else signal.SIGSTOP)
            if misfortune == "host held":
                await asyncio.sleep(STALLED)
                with suppress(ProcessLookupError):
                    os.kill(host, signal.SIGCONT)
    return done


def test_every_session_ends_where_an_undisturbed_run_does(tmp_path: Path) -> None:
    server = Server(tmp_path)
    learners = [Learner(server, number) for number in range(SESSIONS)]

    async def play() -> list[str]:
        learning = asyncio.gather(*(learner.learn() for learner in learners))
        done = await _disturb(server, learners, seed=1)
        await asyncio.wait_for(learning, 120)
        for learner in learners:
            if learner.client:
                await learner.client.close()
        return done

    try:
        done = asyncio.run(play())
    finally:
        server.kill()
    assert {"host killed", "server killed", "host held", "lines cut"} <= set(done), "all was over too soon"
    expected = {number: undisturbed(learners[number].experiment) for number in range(5)}
    assert [learner.digest() for learner in learners] == [expected[number % 5] for number in range(SESSIONS)]
    longest = max(learner.gap for learner in learners)
    print(f"nobody waited longer than {longest:.1f} s")
    assert longest < 60
