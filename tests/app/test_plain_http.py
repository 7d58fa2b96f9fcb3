"""Where WebSockets are blocked: the same conversation by POST alone, let in, paced and ended like any other."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from time import monotonic, sleep
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import line
from app.documents import LARGEST
from app.main import create_app
from app.reception import TOLD
from app.settings import Settings
from tests.app.conversation import SMALL, read_binary
from tests.app.service import BUILT, JSON, URL, served
from tests.app.test_websocket import URL as SOCKET

pytestmark = BUILT
OPEN = {"kind": "open", "id": 1, "generation": 1, "experiment": SMALL}


def service(**settings: Any) -> TestClient:
    return TestClient(create_app(Settings(processes=0, **settings)), base_url=URL, headers=JSON)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with service() as client:
        yield client


def unpacked(body: bytes) -> Iterator[Any]:
    """The replies of one answer, by the document alone."""
    while body:
        kind, size = struct.unpack_from("<II", body)
        reply, body = body[8 : 8 + size], body[8 + size :]
        assert len(reply) == size
        yield json.loads(reply) if kind == 0 else read_binary(reply)


class Talk:
    """A script's side of a line."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.token = client.post("/api/line", json={}).raise_for_status().json()["token"]

    def post(self, message: Any, **headers: str) -> Any:
        content = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.client.post("/api/line/ask", content=content, headers={"X-Backflow-Line": self.token, **headers})

    def say(self, message: Any) -> list[Any]:
        reply = self.post(message)
        assert reply.status_code == 200
        return list(unpacked(reply.content))

    def advance(self, id: int, steps: int = 1) -> Any:
        return self.say({"kind": "advance", "id": id, "generation": 1, "steps": steps})[-1]

    def close(self) -> None:
        reply = self.client.post("/api/line/close", json={}, headers={"X-Backflow-Line": self.token})
        assert reply.status_code == 204


def codes(reply: Any) -> tuple[int, list[str]]:
    return reply.status_code, [each["code"] for each in reply.json()["problems"]]


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end
        sleep(0.02)


def sessions(client: TestClient) -> str:
    return next(line for line in client.get("/metrics").text.splitlines() if line.startswith("backflow_sessions "))


def test_a_conversation_goes_over_plain_http_and_its_bytes_are_those_of_a_socket(client: TestClient) -> None:
    talk = Talk(client)
    graph, first = talk.say(OPEN)
    assert (graph["kind"], first.header["step"]) == ("graph", 1)
    frame = talk.advance(2, steps=9)
    with client.websocket_connect(SOCKET) as other:
        other.send_json(OPEN)
        assert other.receive_json() == graph
        assert read_binary(other.receive_bytes()) == first
        other.send_json({"kind": "advance", "id": 2, "generation": 1, "steps": 9})
        assert read_binary(other.receive_bytes()) == frame


def test_two_lines_do_not_see_each_other(client: TestClient) -> None:
    one, other = Talk(client), Talk(client)
    one.say(OPEN)
    other.say({**OPEN, "step": 40})
    assert one.token != other.token and len(one.token) > 30
    assert (one.advance(2).header["step"], other.advance(2).header["step"]) == (2, 41)


def test_two_requests_at_once_are_answered_one_after_the_other() -> None:
    """In the order in which they came, on the real service; neither is lost, none done twice."""
    with served() as address:
        host = address.removeprefix("http://")
        token = json.loads(posted(host, "/api/line", {})[1])["token"]
        posted(host, "/api/line/ask", OPEN, token)
        steps: dict[int, int] = {}

        def ask(id: int, steps_more: int) -> None:
            message = {"kind": "advance", "id": id, "generation": 1, "steps": steps_more}
            (frame,) = unpacked(posted(host, "/api/line/ask", message, token)[1])
            steps[id] = frame.header["step"]

        first = threading.Thread(target=ask, args=(2, 10_000))
        first.start()
        sleep(0.3)
        ask(3, 1)
        first.join()
        assert steps == {2: 10_001, 3: 10_002}


def test_a_line_that_is_closed_while_it_is_asked_answers_that_first() -> None:
    with served() as address:
        host = address.removeprefix("http://")
        token = json.loads(posted(host, "/api/line", {})[1])["token"]
        layers = [{"kind": "Linear", "out_features": 64}, {"kind": "Tanh"}] * 2 + SMALL["network"]["layers"][-1:]
        slow = {**SMALL, "network": {"layers": layers}}  # a second of work
        posted(host, "/api/line/ask", {**OPEN, "experiment": slow}, token)
        message = {"kind": "advance", "id": 2, "generation": 1, "steps": 10_000}
        answers: list[tuple[int, bytes]] = []
        asking = threading.Thread(target=lambda: answers.append(posted(host, "/api/line/ask", message, token)))
        asking.start()
        sleep(0.3)
        assert posted(host, "/api/line/close", {}, token)[0] == 204
        asking.join(30)
        assert [status for status, _ in answers] == [200]
        assert posted(host, "/api/line/ask", OPEN, token)[0] == 404


def posted(host: str, path: str, message: Any, token: str = "") -> tuple[int, bytes]:
    connection = HTTPConnection(host, timeout=30)
    connection.request("POST", path, json.dumps(message), {**JSON, "X-Backflow-Line": token})
    reply = connection.getresponse()
    try:
        return reply.status, reply.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/api/line", "/api/line/ask", "/api/line/close"])
class TestAPageOfAnotherSite:
    def test_is_refused(self, client: TestClient, path: str) -> None:
        reply = client.post(path, json=OPEN, headers={"Origin": "http://evil.example"})
        assert codes(reply) == (403, ["origin"])

    def test_cannot_ask_as_a_form_does(self, client: TestClient, path: str) -> None:
        reply = client.post(path, content=b"{}", headers={"Content-Type": "text/plain"})
        assert codes(reply) == (415, ["content_type"])

    def test_is_not_told_that_it_may_name_a_line(self, client: TestClient, path: str) -> None:
        asked = {
            "Origin": "http://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-backflow-line",
        }
        reply = client.options(path, headers=asked)
        assert reply.status_code == 405
        assert not [name for name in reply.headers if name.startswith("access-control")]


class TestALineThatIsNone:
    @pytest.mark.parametrize("token", ["", "x", "\xff", "a" * 5000])
    def test_is_not_found(self, client: TestClient, token: str) -> None:
        reply = client.post(
            "/api/line/ask",
            json=OPEN,
            headers={b"X-Backflow-Line": token.encode("latin-1")},
        )
        assert codes(reply) == (404, ["no_line"])

    def test_since_it_was_closed_is_not_found_and_its_place_is_free(self) -> None:
        with service(sessions=1, queue=0) as client:
            talk = Talk(client)
            talk.say(OPEN)
            assert sessions(client).endswith(" 1.0")
            talk.close()
            assert codes(talk.post(OPEN)) == (404, ["no_line"])
            assert sessions(client).endswith(" 0.0")
            talk.close()  # again says nothing
            assert Talk(client).say(OPEN)[0]["kind"] == "graph"

    def test_since_it_was_long_unused_is_not_found_and_its_place_is_free(self) -> None:
        with service(sessions=1, queue=0, line_idle=0.3) as client:
            talk = Talk(client)
            for _ in range(4):  # one that is used stays
                assert talk.say(OPEN)[0]["kind"] == "graph"
                sleep(0.15)
            until(lambda: sessions(client).endswith(" 0.0"))
            assert codes(talk.post(OPEN)) == (404, ["no_line"])
            assert Talk(client).say(OPEN)[0]["kind"] == "graph"

    def test_since_nobody_ever_asked_on_it_is_soon_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert line.FRESH < Settings().line_idle == 600
        monkeypatch.setattr(line, "FRESH", 0.1)
        monkeypatch.setattr(line, "LOOK", 0.05)
        with service(sessions=1, queue=0) as client:
            Talk(client)
            until(lambda: client.post("/api/line", json={}).status_code == 200)


class TestWhereItIsFull:
    def test_a_line_is_refused_as_busy_and_a_socket_counts_too(self) -> None:
        with service(sessions=2, queue=0) as client, client.websocket_connect(SOCKET) as other:
            other.send_text("?")
            other.receive_text()
            Talk(client)
            assert codes(client.post("/api/line", json={})) == (503, ["busy"])
            assert 'backflow_refused_total{reason="sessions"} 1.0' in client.get("/metrics").text

    def test_one_address_does_not_take_all(self) -> None:
        with service(per_address=1) as client:
            Talk(client)
            assert codes(client.post("/api/line", json={})) == (503, ["busy"])

    def test_one_waits_in_line_and_is_told_ones_place_until_it_is_ones_turn(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(line, "TOLD", 0.1)
        with service(sessions=1) as client:
            inside, first, second = Talk(client), Talk(client), Talk(client)
            inside.say(OPEN)
            for talk, place in ((first, 1), (second, 2), (second, 2)):
                reply = talk.post(OPEN)
                assert (reply.status_code, [each["place"] for each in unpacked(reply.content)]) == (202, [place])
            inside.close()
            assert first.say(OPEN)[0]["kind"] == "graph"
            assert [each["place"] for each in unpacked(second.post(OPEN).content)] == [1]

    def test_who_leaves_while_waiting_leaves_the_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By closing, or by asking no more."""
        monkeypatch.setattr(line, "FRESH", 0.3)
        monkeypatch.setattr(line, "LOOK", 0.05)
        monkeypatch.setattr(line, "TOLD", 0.1)
        with service(sessions=1) as client:
            inside, first, second, third = (Talk(client) for _ in range(4))
            inside.say(OPEN)
            places = []
            end = monotonic() + 10
            second.close()
            while (place := next(unpacked(third.post(OPEN).content))["place"]) > 1:
                places.append(place)
                assert monotonic() < end
            assert places and set(places) == {2}  # behind the first, who says nothing, and then is gone
            assert codes(first.post(OPEN)) == (404, ["no_line"])

    def test_what_is_asked_on_a_line_that_was_closed_waits_for_no_word_of_its_place(self) -> None:
        with service(sessions=1) as client:
            inside, waiting = Talk(client), Talk(client)
            inside.say(OPEN)
            assert waiting.post(OPEN).status_code == 202
            with ThreadPoolExecutor() as threads:
                asked = [threads.submit(waiting.post, OPEN) for _ in range(2)]
                sleep(0.5)
                begin = monotonic()
                waiting.close()
                assert [codes(each.result()) for each in asked] == [(404, ["no_line"])] * 2
            assert monotonic() - begin < TOLD - 1


class TestALimit:
    def test_of_a_request_is_that_of_a_message_and_the_line_goes_on(self, client: TestClient) -> None:
        talk = Talk(client)
        talk.say(OPEN)
        assert codes(talk.post(b" " * (LARGEST + 1))) == (422, ["too_long"])
        assert talk.advance(2).header["step"] == 2

    def test_of_speed_ends_the_line(self) -> None:
        with service(messages=5, sessions=1, queue=0) as client:
            talk = Talk(client)
            answers = [talk.post(OPEN) for _ in range(11)]
            assert [each.status_code for each in answers] == [200] * 10 + [429]
            assert codes(answers[-1]) == (429, ["too_fast"])
            assert codes(talk.post(OPEN)) == (404, ["no_line"])
            Talk(client)  # its place is free

    @pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"[]", b"{"])
    def test_of_sense_is_a_problem_and_the_line_goes_on(self, client: TestClient, content: bytes) -> None:
        talk = Talk(client)
        talk.say(OPEN)
        (problems,) = talk.say(content)
        assert problems["kind"] == "problems"
        assert talk.advance(2).header["step"] == 2


def test_who_reads_no_replies_has_no_third_one_made() -> None:
    """Each is longer than what the machine holds for one who reads nothing."""
    layers = [{"kind": "Linear", "out_features": 4096}, {"kind": "Tanh"}, {"kind": "Linear", "out_features": 1}]
    respond = {"kind": "respond", "id": 2, "generation": 1}
    with served() as address:
        host = address.removeprefix("http://")
        token = json.loads(posted(host, "/api/line", {})[1])["token"]
        large = {**OPEN, "experiment": {**SMALL, "network": {"layers": layers}}}
        posted(host, "/api/line/ask", large, token)
        assert len(posted(host, "/api/line/ask", respond, token)[1]) > 3_000_000
        readers = [Reader(address, token, respond) for _ in range(3)]
        assert [reader.status() for reader in readers] == [b"200", b"200", b"429"]
        assert posted(host, "/api/line/ask", OPEN, token)[0] == 404


class Reader:
    """Asks, and reads no more than the head of the answer."""

    def __init__(self, address: str, token: str, request: Any) -> None:
        host = address.removeprefix("http://")
        name, _, port = host.rpartition(":")
        message = json.dumps(request)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(20)
        self.socket.connect((name, int(port)))
        head = f"POST /api/line/ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        self.socket.sendall(
            f"{head}X-Backflow-Line: {token}\r\nContent-Length: {len(message)}\r\n\r\n{message}".encode()
        )
        self.seen = self.socket.recv(16)

    def status(self) -> bytes:
        self.socket.close()
        return self.seen.split()[1]
