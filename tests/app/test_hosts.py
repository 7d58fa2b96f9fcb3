"""Hosts: where a session runs makes no difference to what it says, not even when its host dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.hosts.host import Hosts
from app.hosts.in_process import InProcess
from app.hosts.local import Local
from app.hosts.remote import Remote
from tests.app.conversation import SMALL, read_binary

LARGE = 2**31


def local(processes: int = 1, *, silence: float = 5.0, idle: float = 600.0, largest: int = LARGE) -> Remote:
    return Remote(Local(processes, largest), silence, idle)


def run(hosts: Hosts, play: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await hosts.start()
        try:
            await asyncio.wait_for(play(), 60)
        finally:
            await hosts.stop()

    asyncio.run(whole())


async def say(hosts: Hosts, session: str, kind: str, id: int, **fields: Any) -> list[Any]:
    return await hosts.ask(session, json.dumps({"kind": kind, "id": id, "generation": 1, **fields}))


async def opened(hosts: Hosts, session: str, **fields: Any) -> None:
    await hosts.open(session)
    built, _ = await say(hosts, session, "open", 1, experiment=SMALL, **fields)
    assert json.loads(built)["kind"] == "graph"


def children(hosts: Remote) -> list[int]:
    placement = hosts.placement
    assert isinstance(placement, Local)
    return [process.child.pid for process in placement._pool]


def numbers(frame: bytes) -> bytes:
    """All that a frame shows of its step; not the losses of the way there."""
    count = read_binary(frame).header["count"]
    return frame[40 : len(frame) - 4 * count]


async def undisturbed(steps: int) -> bytes:
    """The numbers at a step, of a session that nothing happened to."""
    hosts = InProcess()
    await opened(hosts, "a")
    (frame,) = await say(hosts, "a", "seek", 9, step=steps)
    await hosts.stop()
    return numbers(frame)


@pytest.mark.parametrize("make", [InProcess, local], ids=["in process", "local"])
def test_every_kind_of_host_gives_the_same_answers(make: Callable[[], Hosts]) -> None:
    hosts = make()

    async def play() -> None:
        await opened(hosts, "a")
        await opened(hosts, "b")
        for id in range(2, 8):
            frames = await asyncio.gather(*(say(hosts, s, "advance", id, steps=7) for s in "ab"))
            assert frames[0] == frames[1]
        (frame,) = await say(hosts, "a", "seek", 9, step=43)
        assert numbers(frame) == await undisturbed(43)
        assert "not_text" in (await hosts.ask("a", b"\x00"))[0]
        await hosts.close("a")
        assert len(await say(hosts, "b", "advance", 8, steps=1)) == 1

    run(hosts, play)


def test_a_session_whose_host_is_killed_goes_on_at_its_last_acknowledged_step() -> None:
    hosts = local()

    async def play() -> None:
        await opened(hosts, "a")
        await say(hosts, "a", "advance", 2, steps=1000)
        await say(hosts, "a", "edit", 3, edit={"kind": "learning_rate", "step": 1001, "value": 0.02})
        (frame,) = await say(hosts, "a", "advance", 4, steps=500)
        (expected,) = await say(hosts, "a", "advance", 5, steps=1)
        await say(hosts, "a", "seek", 6, step=1501)
        os.kill(children(hosts)[0], signal.SIGKILL)
        (found,) = await say(hosts, "a", "advance", 5, steps=1)
        assert read_binary(found).header["step"] == read_binary(frame).header["step"] + 1
        assert found == expected
        assert hosts.resumed == 1

    run(hosts, play)


def test_a_request_under_way_when_the_host_dies_is_done_once() -> None:
    hosts = local()

    async def play() -> None:
        await opened(hosts, "a")
        asked = asyncio.create_task(say(hosts, "a", "advance", 2, steps=9_999))
        await asyncio.sleep(0.05)
        os.kill(children(hosts)[0], signal.SIGKILL)
        (frame,) = await asked
        assert read_binary(frame).header["step"] == 10_000

    run(hosts, play)


def test_a_host_that_hangs_is_given_up_and_its_sessions_go_on() -> None:
    hosts = local(silence=0.5)

    async def play() -> None:
        await opened(hosts, "a")
        hung = children(hosts)[0]
        os.kill(hung, signal.SIGSTOP)
        (frame,) = await say(hosts, "a", "advance", 2, steps=4)
        assert read_binary(frame).header["step"] == 5
        assert children(hosts) != [hung]

    run(hosts, play)


def test_a_session_nobody_uses_keeps_its_journal_and_comes_back() -> None:
    hosts = local(idle=0.01)

    async def play() -> None:
        await opened(hosts, "a")
        await say(hosts, "a", "advance", 2, steps=40)
        while hosts._seats["a"].link:
            await asyncio.sleep(0.05)
        (frame,) = await say(hosts, "a", "seek", 9, step=43)
        assert numbers(frame) == await undisturbed(43)

    run(hosts, play)


def test_a_host_that_has_grown_is_relieved_and_its_sessions_move() -> None:
    hosts = local(largest=1)

    async def play() -> None:
        await opened(hosts, "a")
        first = children(hosts)[0]
        while first in children(hosts):
            await asyncio.sleep(0.1)
            await opened(hosts, f"new {first}")
        (frame,) = await say(hosts, "a", "seek", 9, step=43)
        assert numbers(frame) == await undisturbed(43)

    run(hosts, play)


def test_sessions_are_spread_over_the_hosts() -> None:
    hosts = local(2)

    async def play() -> None:
        for session in "abcd":
            await opened(hosts, session)
        assert sorted(len(link.sessions) for link in hosts.placement.links()) == [2, 2]

    run(hosts, play)


def test_a_request_that_kills_every_host_is_refused_and_the_others_live() -> None:
    hosts = local()

    async def play() -> None:
        await opened(hosts, "a")
        await opened(hosts, "b")
        deadly = asyncio.create_task(say(hosts, "a", "advance", 2, steps=10_000))
        while not deadly.done():
            for child in children(hosts):
                os.kill(child, signal.SIGKILL)
            await asyncio.sleep(0.02)
        assert json.loads((await deadly)[0])["reason"] == "fault"
        (frame,) = await say(hosts, "b", "advance", 2, steps=4)
        assert read_binary(frame).header["step"] == 5

    run(hosts, play)
