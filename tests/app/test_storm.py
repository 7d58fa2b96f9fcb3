"""A class comes, and presses Step, all at once: no error, and nobody is left behind."""

from __future__ import annotations

import asyncio
import random
from time import perf_counter

from benchmarks.load.client import Client
from tests.app.conversation import SMALL
from tests.app.service import BUILT, served

pytestmark = BUILT
PUPILS, WITHIN, PRESSED_WITHIN = 60, 2.0, 1.0
WAITS = 10.0  # seconds that none of them may wait: far more than it takes, on a machine that has much else to do


async def storm(host: str, port: int) -> tuple[list[int], list[int], list[float]]:
    """Everybody joins and presses twice; then half of them lose the line and come back, all at once, where they were.

    Answers the steps that all stand at before and after that, and the seconds each answer took."""
    rng, waits = random.Random(1), list[float]()

    async def ask(client: Client, kind: str, **fields: object) -> None:
        payload, took = await client.ask(kind, **fields)
        assert payload[:1] != b"{", payload
        waits.append(took)

    async def join(number: int, step: int = 1, within: float = WITHIN) -> Client:
        await asyncio.sleep(rng.random() * within)
        client = await Client.connect(host, port)
        await ask(client, "open", experiment={**SMALL, "seeds": {"init": number}}, step=step)
        return client

    async def press(client: Client) -> None:
        await asyncio.sleep(rng.random() * PRESSED_WITHIN)
        await ask(client, "advance", steps=1)
        await ask(client, "advance", steps=1)

    clients = list(await asyncio.gather(*(join(number) for number in range(PUPILS))))
    await asyncio.gather(*(press(client) for client in clients))
    before = [client.step for client in clients]
    for client in clients[: PUPILS // 2]:
        await client.close()
    back = await asyncio.gather(*(join(number, clients[number].step, 0) for number in range(PUPILS // 2)))
    clients[: PUPILS // 2] = back
    await asyncio.gather(*(press(client) for client in clients))
    after = [client.step for client in clients]
    for client in clients:
        await client.close()
    return before, after, waits


def test_sixty_join_in_two_seconds_and_press_step_within_one_and_half_come_back_at_once_without_an_error() -> None:
    with served() as where:
        host, _, port = where.removeprefix("http://").rpartition(":")
        begin = perf_counter()
        before, after, waits = asyncio.run(storm(host, int(port)))
    print(f"{len(waits)} answers in {perf_counter() - begin:.1f} s; the longest took {max(waits):.2f} s")
    assert (before, after) == ([3] * PUPILS, [5] * PUPILS)
    assert max(waits) < WAITS
