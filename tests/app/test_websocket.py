"""The shell around a session: who may speak, in what, how much, and that nobody else waits."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from socket import create_connection
from typing import Any
from unittest.mock import AsyncMock

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from app import reception
from app.admission import Pace
from app.documents import LARGEST
from app.main import create_app
from app.settings import Settings
from app.websocket import Ahead, reading
from tests.app.conversation import SMALL, Binary, read_binary
from tests.app.service import BUILT, served

pytestmark = BUILT
ORIGIN = "http://127.0.0.1:8000"
ENOUGH = 6  # a loop that trains could answer before, between and after two advances, and no more
URL = "ws://127.0.0.1:8000/ws"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(processes=0)), base_url=ORIGIN) as client:
        yield client


def opened(socket: WebSocketTestSession, **fields: Any) -> Binary:
    request = {"kind": "open", "id": 1, "generation": 1, "experiment": SMALL, **fields}
    socket.send_json(request)
    assert socket.receive_json()["kind"] == "graph"
    return read_binary(socket.receive_bytes())


def test_a_conversation_goes_over_the_socket(client: TestClient) -> None:
    with client.websocket_connect(URL) as socket:
        assert opened(socket).header["step"] == 1
        socket.send_json({"kind": "advance", "id": 2, "generation": 1, "steps": 9})
        assert read_binary(socket.receive_bytes()).header["step"] == 10


def test_requests_sent_ahead_are_answered_in_order(client: TestClient) -> None:
    with client.websocket_connect(URL) as socket:
        opened(socket)
        for id in range(2, 12):
            socket.send_json({"kind": "advance", "id": id, "generation": 1, "steps": 1})
        headers = [read_binary(socket.receive_bytes()).header for _ in range(10)]
        assert [(header["id"], header["step"]) for header in headers] == [(i, i) for i in range(2, 12)]


def test_binary_where_text_is_expected_is_a_problem_and_the_session_lives(client: TestClient) -> None:
    with client.websocket_connect(URL) as socket:
        opened(socket)
        socket.send_bytes(b"\x00\xff" * 10)
        assert socket.receive_json()["problems"][0]["code"] == "not_text"
        socket.send_json({"kind": "advance", "id": 2, "generation": 1, "steps": 1})
        assert read_binary(socket.receive_bytes()).header["step"] == 2


def test_a_message_that_is_too_long_is_a_problem_where_the_server_lets_it_through(client: TestClient) -> None:
    with client.websocket_connect(URL) as socket:
        socket.send_text("[" * (LARGEST + 1))
        assert socket.receive_json()["problems"][0]["code"] == "too_long"


def test_two_sessions_do_not_see_each_other(client: TestClient) -> None:
    with client.websocket_connect(URL) as one, client.websocket_connect(URL) as other:
        opened(one)
        opened(other, generation=5, step=40)
        one.send_json({"kind": "advance", "id": 2, "generation": 1, "steps": 1})
        assert read_binary(one.receive_bytes()).header["step"] == 2
        other.send_json({"kind": "advance", "id": 2, "generation": 1, "steps": 1})
        assert other.receive_json()["reason"] == "stale"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:8001",
        "http://127.0.0.1:8000.evil.example",
        "http://127.0.0.1:8000@evil.example",
        "http://[",
        "",
    ],
)
def test_a_page_of_another_origin_is_refused(client: TestClient, origin: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(URL, headers={"Origin": origin}),
    ):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize("headers", [{"Origin": ORIGIN}, {}])
def test_our_own_page_and_a_script_are_let_in(client: TestClient, headers: dict[str, str]) -> None:
    with client.websocket_connect(URL, headers=headers) as socket:
        assert opened(socket).header["step"] == 1


def test_a_flood_on_a_socket_that_was_closed_meanwhile_ends_its_conversation() -> None:
    """What is closed for its pings may have left messages behind; one that is too fast cannot be told so any more."""
    socket = AsyncMock(receive=AsyncMock(return_value={"type": "websocket.receive", "text": "{}"}))
    socket.close.side_effect = RuntimeError("Unexpected ASGI message 'websocket.close'")

    async def read() -> object:
        async with reading(socket, Pace(0, 0)) as reader:
            return await asyncio.wait_for(reader.requests.get(), 5)

    assert asyncio.run(read()) is None


class TestWhereItIsFull:
    """Two may be inside, two in line."""

    @pytest.fixture
    def full(self) -> Iterator[tuple[str, list[ClientConnection]]]:
        with served(sessions="2", queue="2") as address, ExitStack() as leaving:
            url = address.replace("http", "ws") + "/ws"
            sockets = [leaving.enter_context(connect(url)) for _ in range(2)]
            for socket in sockets:
                Talk(socket).open()
            yield url, sockets

    @staticmethod
    def place(socket: ClientConnection) -> int:
        said = json.loads(socket.recv(timeout=20))
        assert (said["kind"], said["id"]) == ("queued", 0)
        return int(said["place"])

    def test_one_waits_in_line_knows_ones_place_and_is_let_in_when_it_is_ones_turn(
        self, full: tuple[str, list[ClientConnection]]
    ) -> None:
        url, inside = full
        with connect(url) as third, connect(url) as fourth:
            assert (self.place(third), self.place(fourth)) == (1, 2)
            with pytest.raises(ConnectionClosed) as refused, connect(url) as fifth:
                fifth.recv(timeout=20)
            assert refused.value.rcvd is not None
            assert (refused.value.rcvd.code, refused.value.rcvd.reason) == (1013, "busy")
            for socket in (third, fourth):  # what was asked while one waited is answered later
                socket.send(json.dumps({"kind": "open", "id": 1, "generation": 1, "experiment": SMALL}))
            inside[0].close()
            assert json.loads(third.recv(timeout=20))["kind"] == "graph"
            third.recv(timeout=20)
            assert Talk(third).advance(1).header["step"] == 2
            assert self.place(fourth) == 1

    def test_who_leaves_the_line_is_not_waited_for(self, full: tuple[str, list[ClientConnection]]) -> None:
        url, inside = full
        with connect(url) as third, connect(url) as fourth:
            assert (self.place(third), self.place(fourth)) == (1, 2)
            third.close()
            assert self.place(fourth) == 1
            inside[1].close()
            Talk(fourth).open()

    def test_one_in_line_is_told_so_again_every_few_seconds(self) -> None:
        with (
            served(sessions="1", constants={"app.websocket.TOLD": 0.05}) as address,
            connect(address.replace("http", "ws") + "/ws") as inside,
        ):
            Talk(inside).open()
            with connect(address.replace("http", "ws") + "/ws") as waiting:
                assert [self.place(waiting) for _ in range(3)] == [1, 1, 1]
        assert reception.TOLD < 10


class TestTheServer:
    """What only the real server shows."""

    def test_the_loop_is_free_while_a_long_advance_runs(self) -> None:
        with served() as address, connect(address.replace("http", "ws") + "/ws") as socket:
            talk = Talk(socket)
            talk.open()
            advancing = threading.Thread(target=lambda: [talk.advance(10_000) for _ in range(2)])
            advancing.start()
            answered = 0
            while advancing.is_alive() and answered < ENOUGH:
                with urllib.request.urlopen(f"{address}/healthz", timeout=5) as reply:
                    assert json.load(reply)["status"] == "ok"
                answered += advancing.is_alive()
            advancing.join()
        assert answered == ENOUGH

    def test_a_message_that_is_too_long_closes_only_its_own_socket(self) -> None:
        with served() as address:
            url = address.replace("http", "ws") + "/ws"
            with connect(url) as other:
                talk = Talk(other)
                talk.open()
                with connect(url) as socket, pytest.raises(ConnectionClosed) as closed:
                    socket.send("x" * (LARGEST + 1))
                    socket.recv(timeout=5)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1009
                assert talk.advance(1).header["step"] == 2

    def test_another_origin_or_host_is_refused_before_the_socket_opens(self) -> None:
        with served() as address:
            url = address.replace("http", "ws") + "/ws"
            foreign = {"Origin": "http://evil.example"}
            with pytest.raises(InvalidStatus) as refused, connect(url, additional_headers=foreign):
                pass
            assert refused.value.response.status_code == 403
            port = address.rpartition(":")[2]
            near = create_connection(("127.0.0.1", int(port)))
            evil = f"ws://evil.example:{port}/ws"
            with pytest.raises(InvalidStatus) as refused, connect(evil, sock=near):
                pass
            assert refused.value.response.status_code == 400


class Talk:
    """A script that speaks over a real socket."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    def open(self) -> None:
        request = {"kind": "open", "id": 1, "generation": 1, "experiment": SMALL}
        self.socket.send(json.dumps(request))
        assert json.loads(self.socket.recv(timeout=5))["kind"] == "graph"
        read_binary(self.socket.recv(timeout=5))

    def advance(self, steps: int) -> Binary:
        self.socket.send(json.dumps({"kind": "advance", "id": 2, "generation": 1, "steps": steps}))
        return read_binary(self.socket.recv(timeout=60))


def test_what_is_read_ahead_of_its_answer_is_a_few_requests_and_few_bytes() -> None:
    async def play() -> None:
        ahead = Ahead(3)
        for _ in range(3):
            await ahead.put("{}")
        assert ahead.full()
        for _ in range(3):
            assert await ahead.get() == "{}"
        await ahead.put("x" * LARGEST)
        waiting = asyncio.create_task(ahead.put(None))
        await asyncio.sleep(0)
        assert ahead.full() and not waiting.done()
        assert len(await ahead.get() or "") == LARGEST
        await waiting
        assert (await ahead.get(), ahead.size, ahead.full()) == (None, 0, False)

    asyncio.run(play())
