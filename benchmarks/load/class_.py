"""A class at work: so many sessions train in step with the clock, while one person presses Step now and then."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from math import inf
from time import perf_counter, process_time
from typing import Any

from app.settings import usual
from benchmarks.load.client import Answer, Client
from benchmarks.load.service import Service

EXPERIMENT: dict[str, Any] = {
    "data": {"kind": "spiral", "points": 400},
    "network": {
        "layers": [
            {"kind": "Linear", "out_features": 8},
            {"kind": "Tanh"},
            {"kind": "Linear", "out_features": 8},
            {"kind": "Tanh"},
            {"kind": "Linear", "out_features": 1},
        ]
    },
    "loss": {"kind": "BCEWithLogitsLoss"},
    "optimizer": {"kind": "Adam", "lr": 0.01},
    "batch": 32,
}


@dataclass
class Report:
    sessions: int
    asked: int = 0  # frames, those that were not asked for because two were outstanding among them
    late: int = 0  # of those
    steps: int = 0
    seconds: float = 0.0
    frames: list[float] = field(default_factory=list)  # seconds that each waited for was long in coming
    waits: list[float] = field(default_factory=list)  # the same of explicit steps
    errors: list[str] = field(default_factory=list)
    memory: int = 0  # bytes a session
    cores: tuple[float, ...] = ()  # busy, of each process, the web process first
    asking: float = 0.0  # cores busy with being the browsers
    lag: float = 0.0  # seconds that the web process's event loop was late, at the 99th percentile, as a bucket's limit

    @property
    def on_time(self) -> float:
        return 1 - self.late / max(1, self.asked)


def within(waits: list[float], share: float) -> float:
    """Milliseconds that so large a share of the waits did not exceed."""
    ordered = sorted(waits) or [float("nan")]
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def gather(service: Service, count: int, within: float) -> list[Client]:
    """Clients that join one after another, spread over so many seconds, each with its session open."""

    async def join(number: int) -> Client:
        await asyncio.sleep(within * number / count)
        client = await Client.connect(service.host, service.port)
        await client.ask("open", experiment={**EXPERIMENT, "seeds": {"init": number}})
        return client

    return list(await asyncio.gather(*(join(number) for number in range(count))))


async def play(
    service: Service, sessions: int, *, rate: float, steps: int, seconds: float, presses: float = 5.0
) -> Report:
    """`sessions` sessions ask for `rate` frames a second of `steps` steps each; one more presses Step."""
    report = Report(sessions)
    await rested(service)
    first = await Client.connect(service.host, service.port)  # what the first one costs belongs to the base
    await first.ask("open", experiment=EXPERIMENT)
    base = service.memory()
    clients = await gather(service, sessions, within=sessions / 100)
    lags, busy, asking, begin = service.lags(), service.seconds(), process_time(), perf_counter()
    end = begin + seconds
    await asyncio.gather(
        *(_train(client, rate, steps, end, report) for client in clients), _press(first, presses, end, report)
    )
    report.seconds = perf_counter() - begin
    report.asking = (process_time() - asking) / report.seconds
    report.lag = percentile(lags, service.lags(), 0.99)
    report.cores = tuple((b - a) / report.seconds for a, b in zip(busy, service.seconds(), strict=True))
    report.memory = (service.memory() - base) // sessions
    for client in (*clients, first):
        await client.close()
    return report


async def rested(service: Service) -> None:
    """All processes are there, that which stands by among them, and nothing is being done."""
    while True:
        before = service.seconds()
        await asyncio.sleep(0.5)
        after = service.seconds()
        if len(before) == len(after) == usual() + 2 and sum(after) - sum(before) < 0.05:
            return


def percentile(before: dict[float, float], after: dict[float, float], share: float) -> float:
    """The limit of the bucket of a Prometheus histogram below which this share of what was added lies."""
    added = {limit: after[limit] - before[limit] for limit in after}
    return min(limit for limit, count in added.items() if count >= share * added[inf])


async def _train(client: Client, rate: float, steps: int, end: float, report: Report) -> None:
    """Ask for a frame at each tick, with at most two outstanding; a frame that is not there a tick later is late."""
    tick = perf_counter() + random.random() / rate
    try:
        while tick < end:
            await asyncio.sleep(max(0.0, tick - perf_counter()))
            tick += 1 / rate
            report.asked += 1
            if client.outstanding >= 2:
                report.late += 1
                continue
            asked = client.ask("advance", steps=steps)
            asked.add_done_callback(lambda answer: _frame(answer, steps, 1 / rate, report))
        while client.outstanding:
            await asyncio.sleep(0.01)
    except (OSError, EOFError) as error:
        report.errors.append(repr(error))


def _frame(answer: asyncio.Future[tuple[bytes, float]], steps: int, most: float, report: Report) -> None:
    if answer.cancelled() or answer.exception():
        report.errors.append(repr(answer.exception()))
        return
    payload, took = answer.result()
    if payload[:1] == b"{":
        report.errors.append(payload[:200].decode())
        return
    report.steps += steps
    report.frames.append(took)
    report.late += took > most


async def _press(client: Client, rate: float, end: float, report: Report) -> None:
    """Press Step when the time has come, whether the last one was answered or not: who waited for the answer would
    press less often just when it is slow, and see less of it."""
    asked: list[Answer] = []
    tick = perf_counter() + random.expovariate(rate)
    while tick < end:
        await asyncio.sleep(max(0.0, tick - perf_counter()))
        tick += random.expovariate(rate)
        asked.append(client.ask("advance", steps=1))
    for payload, took in await asyncio.gather(*asked):
        if payload[:1] == b"{":
            report.errors.append(payload[:200].decode())
        report.waits.append(took)
