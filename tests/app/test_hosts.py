"""Hosts: where a session runs makes no difference to what it says, not even when its host dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ
from time import monotonic
from tracemalloc import get_traced_memory, start, stop
from typing import Any, Protocol
from unittest.mock import Mock

import pytest

from app.hosts.host import Hosts
from app.hosts.in_process import InProcess
from app.hosts.link import HostFull, HostLost, Link
from app.hosts.local import Local, Process
from app.hosts.parcel import Kind, Parcel, Unpacker, packed
from app.hosts.process import Stream, Streams
from app.hosts.remote import Remote
from app.hosts.worker import Worker
from app.moments import Known
from app.session import NO_STATE, WAY
from tests.app.conversation import SMALL, read_binary

LARGE = 2**31
ROOT = Path(__file__).parents[2]


class Make(Protocol):
    def __call__(self, *, silence: float = 5.0, idle: float = 600.0) -> Remote: ...


def local(processes: int = 1, *, silence: float = 5.0, idle: float = 600.0, largest: int = LARGE) -> Remote:
    return Remote(Local(processes, largest), silence, idle)


def wide(units: int, batch: int = 32) -> dict[str, Any]:
    """An experiment of so many hidden units, twice: units² parameters, of 16 bytes each."""
    layers = [{"kind": "Linear", "out_features": width} for width in (units, units, 1)]
    return {**SMALL, "network": {"layers": layers}, "batch": batch}


OPENING = {"kind": "open", "id": 1, "generation": 1, "experiment": SMALL}


def asked(*requests: dict[str, Any]) -> tuple[Worker, list[Parcel]]:
    """What a host says to requests of one session, without a process or a stream."""
    worker, said, unpacker = Worker(), list[bytes](), Unpacker()
    said += worker.receive(Parcel(7, Kind.OPEN, b""))
    for request in requests:
        said += worker.receive(Parcel(7, Kind.ASK_TEXT, json.dumps(request).encode()))
    while worker.turns:
        said += worker.turn()
    return worker, list(unpacker.feed(b"".join(said)))


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A cluster of three nodes, simulated on this machine."""
    pytest.importorskip("ray", reason="Ray is not installed")
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        cluster = Cluster(initialize_head=True, head_node_args=node)
        try:
            cluster.add_node(**node)
            cluster.add_node(**node)
            yield cluster
        finally:
            cluster.shutdown()


@pytest.fixture(params=["local", "cluster"])
def make(request: pytest.FixtureRequest) -> Make:
    """Hosts in processes: of this machine, or of three nodes."""
    if request.param == "local":
        return local
    address = request.getfixturevalue("nodes").address

    def clustered(*, silence: float = 5.0, idle: float = 600.0) -> Remote:
        from app.hosts.cluster import Cluster

        return Remote(Cluster(address, 1, LARGE), silence, idle)

    return clustered


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


def placement(hosts: Remote) -> Local:
    assert isinstance(hosts.placement, Local)
    return hosts.placement


def children(hosts: Remote) -> list[int]:
    return [process.child.pid for process in placement(hosts)._pool]


async def standing_by(hosts: Remote) -> Process:
    """The host that stands by, once it does."""
    coming = placement(hosts)._next
    assert coming
    return await coming


async def process_of(hosts: Remote, session: str) -> int:
    """The process that a session runs in."""
    link, pool = hosts._seats[session].link, hosts.placement
    if isinstance(pool, Local):
        return next(process.child.pid for process in (*pool._pool, *pool._relieved) if process.link is link)
    from ray.exceptions import ActorUnavailableError

    while True:  # Ray may not yet know of one that has just been started anew, and speaks to us already
        with suppress(ActorUnavailableError):
            return int(await pool.hosts[link].__ray_call__.remote(lambda host: os.getpid()))  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)


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


def test_in_process_hosts_give_these_answers() -> None:
    hosts = InProcess()
    run(hosts, lambda: answers(hosts))


def test_in_one_process_no_state_is_kept_for_another() -> None:
    hosts = InProcess()

    async def play() -> None:
        await opened(hosts, "a")
        for id in range(2, 8):
            await say(hosts, "a", "advance", id, steps=100)
        session = hosts._sessions["a"]
        assert session.step == 601 and session._before == NO_STATE
        assert session._way < WAY  # counted anew each time that there was something to tell

    run(hosts, play)


def test_hosts_elsewhere_give_the_same_answers(make: Make) -> None:
    hosts = make()
    run(hosts, lambda: answers(hosts))


async def answers(hosts: Hosts) -> None:
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


def test_a_session_whose_host_is_killed_goes_on_at_its_last_acknowledged_step(make: Make) -> None:
    hosts = make()

    async def play() -> None:
        await opened(hosts, "a")
        await say(hosts, "a", "advance", 2, steps=1000)
        await say(hosts, "a", "edit", 3, edit={"kind": "learning_rate", "step": 1001, "value": 0.02})
        (frame,) = await say(hosts, "a", "advance", 4, steps=500)
        (expected,) = await say(hosts, "a", "advance", 5, steps=1)
        await say(hosts, "a", "seek", 6, step=1501)
        os.kill(await process_of(hosts, "a"), signal.SIGKILL)
        (found,) = await say(hosts, "a", "advance", 5, steps=1)
        assert read_binary(found).header["step"] == read_binary(frame).header["step"] + 1
        assert found == expected
        assert hosts.resumed == 1

    run(hosts, play)


def test_a_host_stands_by_and_takes_the_place_of_one_that_is_killed() -> None:
    hosts = local()

    async def play() -> None:
        await opened(hosts, "a")
        for _ in range(2):
            ready = await standing_by(hosts)
            os.kill(await process_of(hosts, "a"), signal.SIGKILL)
            await say(hosts, "a", "advance", 2, steps=4)
            assert await process_of(hosts, "a") == ready.child.pid

    run(hosts, play)


def test_a_host_that_dies_while_it_stands_by_is_passed_over() -> None:
    hosts = local()

    async def play() -> None:
        await opened(hosts, "a")
        ready = await standing_by(hosts)
        for process in (ready.child.pid, await process_of(hosts, "a")):
            os.kill(process, signal.SIGKILL)
        await ready.link.ended()
        await say(hosts, "a", "advance", 2, steps=4)
        assert await process_of(hosts, "a") != ready.child.pid

    run(hosts, play)


def test_a_host_that_could_not_be_started_is_started_when_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = local()

    async def play() -> None:
        await opened(hosts, "a")
        await standing_by(hosts)
        with monkeypatch.context() as patch:
            patch.setattr("subprocess.Popen", Mock(side_effect=OSError("too many open files")))
            os.kill(await process_of(hosts, "a"), signal.SIGKILL)
            await say(hosts, "a", "advance", 2, steps=4)  # on the one that stood by
            with pytest.raises(OSError, match="too many open files"):
                await standing_by(hosts)
        os.kill(await process_of(hosts, "a"), signal.SIGKILL)
        (frame,) = await say(hosts, "a", "advance", 3, steps=4)
        assert read_binary(frame).header["step"] == 9

    run(hosts, play)


def test_a_request_under_way_when_the_host_dies_is_done_once(make: Make) -> None:
    hosts = make()

    async def play() -> None:
        await opened(hosts, "a")
        process = await process_of(hosts, "a")
        asked = asyncio.create_task(say(hosts, "a", "advance", 2, steps=9_999))
        await asyncio.sleep(0.05)
        os.kill(process, signal.SIGKILL)
        (frame,) = await asked
        assert read_binary(frame).header["step"] == 10_000

    run(hosts, play)


def test_a_host_that_hangs_is_given_up_and_its_sessions_go_on(make: Make) -> None:
    hosts = make(silence=0.5)

    async def play() -> None:
        await opened(hosts, "a")
        hung = await process_of(hosts, "a")
        os.kill(hung, signal.SIGSTOP)
        (frame,) = await say(hosts, "a", "advance", 2, steps=4)
        assert read_binary(frame).header["step"] == 5
        assert await process_of(hosts, "a") != hung
        while Path(f"/proc/{hung}").exists():
            await asyncio.sleep(0.05)

    run(hosts, play)


def test_a_session_nobody_uses_keeps_its_journal_and_comes_back(make: Make) -> None:
    hosts = make(idle=0.01)

    async def play() -> None:
        await opened(hosts, "a")
        await say(hosts, "a", "advance", 2, steps=40)
        while hosts._seats["a"].link:
            await asyncio.sleep(0.05)
        (frame,) = await say(hosts, "a", "seek", 9, step=43)
        assert numbers(frame) == await undisturbed(43)

    run(hosts, play)


def test_a_host_that_has_grown_is_relieved_and_new_sessions_go_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.hosts.local.RELIEVED", 0.0)
    hosts = local()

    async def play() -> None:
        await opened(hosts, "a")
        first = children(hosts)[0]
        while first in children(hosts):
            await asyncio.sleep(0.1)
            await opened(hosts, f"new {first}")
        (frame,) = await say(hosts, "a", "seek", 9, step=43)
        assert numbers(frame) == await undisturbed(43)

    run(hosts, play)


class TestWithoutMemory:
    """What needs more than a host may take is refused; whoever asked goes on elsewhere, the others where they are."""

    def test_an_experiment_is_refused_at_its_network_and_every_session_goes_on(self) -> None:
        hosts = local(largest=2**27)

        async def play() -> None:
            for session in "ab":
                await opened(hosts, session)
                await say(hosts, session, "advance", 2, steps=40)
            first = await process_of(hosts, "b")
            (refused,) = await say(hosts, "a", "open", 3, experiment=wide(2000))
            found = json.loads(refused)
            assert (found["id"], found["reason"]) == (3, "experiment")
            assert [(each["where"], each["code"]) for each in found["problems"]] == [("network", "no_memory")]
            for session in "ab":
                (frame,) = await say(hosts, session, "seek", 9, step=43)
                assert numbers(frame) == await undisturbed(43)
            assert await process_of(hosts, "a") != first
            assert hosts._seats["b"].link not in [process.link for process in placement(hosts)._pool]
            await opened(hosts, "new")
            await hosts.close("b")
            await opened(hosts, "newer")
            assert not placement(hosts)._relieved and not Path(f"/proc/{first}").exists(), "it was to be ended"

        run(hosts, play)

    def test_a_request_is_refused_and_the_session_stands_where_it_stood(self) -> None:
        hosts = local(largest=2**27)

        async def play() -> None:
            await hosts.open("a")
            _, before = await say(hosts, "a", "open", 1, experiment=wide(1000), step=12)
            (refused,) = await say(hosts, "a", "prove", 2, parameter="0.weight", index=[0, 0])
            assert [each["code"] for each in json.loads(refused)["problems"]] == ["no_memory"]
            (after,) = await say(hosts, "a", "seek", 3, step=12)
            assert numbers(after) == numbers(before)

        run(hosts, play)

    def test_a_state_too_large_to_be_taken_in_costs_its_own_session_a_refusal_and_nobody_else_anything(self) -> None:
        hosts = local(largest=2**27)
        large = bytes(200_000_000)

        async def play() -> None:
            await opened(hosts, "a")
            link, process = hosts._seats["a"].link, await process_of(hosts, "a")
            assert link
            with pytest.raises(HostFull):
                await link.open(99, large)
            link.tell(hosts._seats["a"].number, Known(bytes(32), 5, large))
            (frame,) = await say(hosts, "a", "seek", 9, step=43)
            assert numbers(frame) == await undisturbed(43)
            assert await process_of(hosts, "a") == process

        run(hosts, play)

    def test_a_reply_that_cannot_be_sent_is_refused_and_the_host_has_the_session_no_more(self) -> None:
        def cramped(kind: Kind, payload: bytes = b"", session: int = 0) -> bytes:
            if kind is Kind.BINARY:
                raise MemoryError
            return packed(kind, payload, session)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.hosts.worker.packed", cramped)
            worker, said = asked(OPENING)
        (refused,) = [json.loads(parcel.payload or b"") for parcel in said if parcel.kind is Kind.TEXT]
        assert [each["code"] for each in refused["problems"]] == ["no_memory"]
        assert (said[-1].kind, worker.sessions, worker.turns._ends) == (Kind.FULL, {}, {})

    def test_a_request_that_cannot_even_be_refused_is_left_to_another_host(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("app.session.read_request", "app.session.misread", "app.hosts.worker.misread"):
                patch.setattr(name, Mock(side_effect=MemoryError))
            worker, said = asked(OPENING)
        assert [parcel.kind for parcel in said] == [Kind.DONE, Kind.FULL]
        assert worker.sessions == {}

    def test_what_has_come_is_read_without_more_memory_than_it_takes(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            stream = Stream(ours, "")
            theirs.sendall(packed(Kind.HELLO) + packed(Kind.PING))
            start()
            try:
                assert stream.read()
                assert get_traced_memory()[1] < 100_000
            finally:
                stop()

    def test_a_state_that_cannot_be_sent_is_left_out_of_an_answer(self) -> None:
        advance = {"kind": "advance", "id": 2, "generation": 1, "steps": 900}
        _, said = asked(OPENING, advance)
        kinds = [parcel.kind for parcel in said]
        assert Kind.CHECKPOINT in kinds
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Known, "packed", Mock(side_effect=MemoryError))
            _, said = asked(OPENING, advance)
        assert [parcel.kind for parcel in said] == [kind for kind in kinds if kind is not Kind.CHECKPOINT]

    def test_a_session_that_finds_none_anywhere_is_told_so_and_may_ask_again(self) -> None:
        hosts = local(largest=2**27)

        async def play() -> None:
            await hosts.open("a")
            await say(hosts, "a", "open", 1, experiment=wide(1000))
            hosts._leave(hosts._seats["a"])
            placement(hosts).largest = 2**22
            for process in placement(hosts)._pool:
                process.child.kill()
            (refused,) = await say(hosts, "a", "advance", 2, steps=1)
            assert [each["code"] for each in json.loads(refused)["problems"]] == ["no_memory"]
            placement(hosts).largest = LARGE
            for process in placement(hosts)._pool:
                process.child.kill()
            (frame,) = await say(hosts, "a", "advance", 3, steps=1)
            assert read_binary(frame).header["step"] == 2

        run(hosts, play)


def test_a_host_that_has_gone_is_not_waited_for_when_hosts_are_looked_at() -> None:
    async def play() -> None:
        ours, theirs = socket.socketpair()
        link = Link(*await asyncio.open_connection(sock=ours), "")
        theirs.close()
        await link.ended()
        begin = monotonic()
        with pytest.raises(HostLost):
            await link.ping(10)
        assert monotonic() - begin < 2

    asyncio.run(play())


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


def test_a_host_on_a_node_takes_no_more_memory_than_it_may(nodes: Any) -> None:
    import ray

    from app.hosts.cluster import Host

    async def play() -> None:
        host, port, token = await actor.where.remote()
        link = Link(*await asyncio.open_connection(host, port), token)
        for session in (1, 2):
            await link.open(session)
        answer = await link.ask(1, json.dumps(OPENING | {"experiment": wide(2000)}))
        assert answer.full
        assert "no_memory" in str(answer.replies)
        assert (await link.ask(2, json.dumps(OPENING | {"step": 9}))).step == 9
        link.end()

    ray.init(nodes.address, log_to_driver=False)
    try:
        actor = ray.remote(Host).options(num_cpus=0).remote(60.0, 2**27)
        asyncio.run(asyncio.wait_for(play(), 60))
        ray.kill(actor)
    finally:
        ray.shutdown()


def test_when_a_node_is_lost_all_its_sessions_go_on_elsewhere(nodes: Any) -> None:
    from app.hosts.cluster import Cluster

    cluster = Cluster(nodes.address, 1, LARGE)
    hosts = Remote(cluster, silence=5, idle=600)
    sessions = [f"session {number}" for number in range(12)]

    async def play() -> None:
        while len(cluster.hosts) < 3:
            await asyncio.sleep(0.05)
        for session in sessions:
            await opened(hosts, session)
        assert {len(link.sessions) for link in cluster.links()} == {4}
        await asyncio.gather(*(say(hosts, session, "advance", 2, steps=300) for session in sessions))
        lost = {await process_of(hosts, session): session for session in sessions}
        where = {process: await node_of(hosts, session) for process, session in lost.items()}
        assert len(set(where.values())) == 3
        node = nodes.worker_nodes.copy().pop()
        nodes.remove_node(node, allow_graceful=False)
        for process, name in where.items():
            if name == node.node_id:
                os.kill(process, signal.SIGKILL)  # a machine takes its processes with it
        frames = await asyncio.gather(*(say(hosts, session, "advance", 3, steps=43) for session in sessions))
        assert {numbers(*frame) for frame in frames} == {await undisturbed(344)}
        assert hosts.resumed == 4

    run(hosts, play)


async def node_of(hosts: Remote, session: str) -> str:
    def node(host: object) -> str:
        import ray

        return str(ray.get_runtime_context().get_node_id())

    actor = hosts.placement.hosts[hosts._seats[session].link]  # type: ignore[attr-defined]
    return str(await actor.__ray_call__.remote(node))


def test_a_host_serves_several_web_processes_and_nobody_without_its_token() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    streams = Streams("secret")
    streams.listen(listener)

    async def connected(token: str) -> Link:
        return Link(*await asyncio.open_connection(*listener.getsockname()), token)

    async def play() -> None:
        serving = asyncio.create_task(asyncio.to_thread(streams.serve, 1.0))
        links = [await connected("secret") for _ in range(2)]
        for number, link in enumerate(links):
            await link.open(7)
            opening = {"kind": "open", "id": 1, "generation": 1, "experiment": SMALL, "step": 10 + number}
            assert (await link.ask(7, json.dumps(opening))).step == 10 + number  # the same number, two sessions
        for token in ("", "secre", "secret and more", "x" * 2000):
            stranger = await connected(token)
            with pytest.raises(HostLost):
                await stranger.ping(5)
        links[1].end()
        assert (await links[0].ask(7, json.dumps({"kind": "advance", "id": 2, "generation": 1, "steps": 5}))).step == 15
        links[0].end()
        await serving

    with listener:
        asyncio.run(asyncio.wait_for(play(), 30))


def test_a_stranger_who_speaks_after_being_shown_out_is_not_heard() -> None:
    """Both may be among what the selector has found: who is shown out, and who came in their place."""
    streams = Streams("secret")
    ours, theirs = socket.socketpair()
    with theirs:
        streams.add(ours)
        (stream,) = streams.streams
        theirs.send(b"late")
        streams._end(stream)
        streams._attend(stream, EVENT_READ)
    assert streams.streams == []


def test_what_a_slow_reader_has_not_taken_waits_uncopied_and_comes_whole() -> None:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    parcels = [bytes([number % 251]) * (1 + number % 7 * 100_000) for number in range(40)]
    with ours, theirs:
        stream = Stream(ours, "")
        for parcel in parcels:
            stream.send([parcel])
        assert any(waiting is parcels[-1] for waiting in stream.waiting)
        came = bytearray()
        while stream.waiting:
            came += theirs.recv(1 << 18)
            stream.flush()
        theirs.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                came += theirs.recv(1 << 18)
    assert came == b"".join(parcels)
