"""What comes over the line that no browser sends: it is let go, and whoever else is there notices nothing."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic, sleep
from typing import Any

import pytest
from websockets.sync.client import connect

from app import connections, serve
from app.documents import LARGEST
from app.settings import Settings
from benchmarks.load.client import UPGRADE
from benchmarks.load.service import private
from tests.app.conversation import SMALL
from tests.app.service import BUILT, address, running
from tests.app.test_websocket import Talk

pytestmark = BUILT
HASTE = {
    "app.connections.REQUEST_WITHIN": 0.6,
    "app.connections.GONE_WITHIN": 0.5,
    "app.serve.PING_EVERY": 0.5,
    "app.serve.PONG_WITHIN": 2.0,
}
TEXT, CLOSE, PING, PONG, LAST = 1, 8, 9, 10, 0x80
DEEP = {
    "network": {"layers": [*({"kind": "Linear", "out_features": 128},) * 40, {"kind": "Linear", "out_features": 1}]}
}
CLOSED_WITHIN = 15.0  # seconds: far more than all of these, on a machine that has much else to do


class Line:
    """A raw socket to the service."""

    def __init__(self, where: str, room: int = 0) -> None:
        """`room` is how many bytes it takes before they are read; 0: as many as is usual."""
        self.host = where.removeprefix("http://")
        name, _, port = self.host.rpartition(":")
        self.socket = socket.socket()
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(CLOSED_WITHIN)
        self.socket.connect((name, int(port)))
        self.seen = bytearray()

    def upgrade(self) -> Line:
        self.send(UPGRADE.format(self.host).encode())
        while b"\r\n\r\n" not in self.seen:
            self.seen += self.socket.recv(4096)
        del self.seen[: self.seen.index(b"\r\n\r\n") + 4]
        return self

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def frame(self, first: int, payload: bytes = b"", size: int | None = None) -> None:
        self.send(frame(first, payload, size))

    def ask(self, **request: Any) -> None:
        self.frame(LAST | TEXT, json.dumps(request).encode())

    def rest(self) -> bytes:
        """Everything that comes until it is closed, which it must be."""
        with suppress(ConnectionError):
            while data := self.socket.recv(1 << 16):
                self.seen += data
        return bytes(self.seen)

    def code(self) -> int:
        """The code that it is closed with; frames before are passed over."""
        data = self.rest()
        while data:
            size, start = data[1] & 0x7F, 2
            if size >= 126:
                form, start = (">H", 4) if size == 126 else (">Q", 10)
                (size,) = struct.unpack_from(form, data, 2)
            if data[0] & 0x0F == CLOSE:
                return int.from_bytes(data[start : start + 2], "big")
            data = data[start + size :]
        raise AssertionError("closed without a code")


def frame(first: int, payload: bytes = b"", size: int | None = None) -> bytes:
    """A masked frame; masking with zeros leaves the payload as it is."""
    size = len(payload) if size is None else size
    head = bytes([first, 0x80 | size]) if size < 126 else bytes([first, 0xFF]) + struct.pack(">Q", size)
    return head + bytes(4) + payload


def counted(where: str, name: str) -> float:
    """One of the service's metrics; 0 before it is first counted."""
    with urllib.request.urlopen(f"{where}/metrics", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


def until(happened: Callable[[], bool], process: int) -> int:
    """Wait for it; the most memory that the process had meanwhile, in bytes."""
    most, end = 0, monotonic() + CLOSED_WITHIN
    while not happened():
        assert monotonic() < end, "it does not happen"
        most = max(most, private(process))
        sleep(0.05)
    return most


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[str, int]]:
    """Where it is, and its process; its patience is short."""
    with running(constants=HASTE, send_timeout="0.6", messages="100") as child:
        yield address(child), child.pid


@pytest.fixture(autouse=True)
def somebody_else(service: tuple[str, int]) -> Iterator[None]:
    """Is answered before and after all of it."""
    with connect(service[0].replace("http", "ws") + "/ws") as other:
        talk = Talk(other)
        talk.open()
        yield
        assert talk.advance(1).header["step"] == 2


@pytest.fixture
def line(service: tuple[str, int]) -> Iterator[Line]:
    line = Line(service[0])
    with line.socket:
        yield line


@contextmanager
def dripping(line: Line, data: bytes) -> Iterator[None]:
    """A byte every tenth of a second while this lasts."""
    done = threading.Event()

    def drip() -> None:
        with suppress(OSError):
            for byte in data * 1000:
                line.send(bytes([byte]))
                if done.wait(0.1):
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_patience_ends_within_45_seconds_and_proxies_see_a_sign_of_life_every_15() -> None:
    assert serve.PING_EVERY == 15
    assert serve.PING_EVERY + serve.PONG_WITHIN <= 45
    assert connections.REQUEST_WITHIN <= 45
    assert Settings().send_timeout + connections.GONE_WITHIN <= 45
    assert serve.UNTAKEN <= 45_000


class TestSlowly:
    def test_who_says_nothing_is_let_go(self, line: Line) -> None:
        assert line.rest() == b""

    def test_a_handshake_that_comes_byte_by_byte_is_cut_off(self, line: Line) -> None:
        begin = monotonic()
        with dripping(line, UPGRADE.format(line.host).encode()):
            assert line.rest() == b""
        assert monotonic() - begin > 0.5

    def test_a_body_that_comes_byte_by_byte_is_cut_off(self, line: Line) -> None:
        head = f"POST /api/check HTTP/1.1\r\nHost: {line.host}\r\nContent-Type: application/json\r\n"
        line.send(f"{head}Content-Length: 10000\r\n\r\n".encode())
        with dripping(line, b" "):
            assert b"200" not in line.rest()

    def test_a_second_request_that_comes_byte_by_byte_is_cut_off_too(self, line: Line) -> None:
        line.send(f"GET /healthz HTTP/1.1\r\nHost: {line.host}\r\n\r\n".encode())
        while b'"status":"ok"' not in line.seen:
            line.seen += line.socket.recv(4096)
        before = len(line.seen)
        with dripping(line, b"GET /healthz"):
            assert len(line.rest()) == before

    def test_a_second_request_of_which_half_came_with_the_first_is_cut_off_too(self, line: Line) -> None:
        head = f"Host: {line.host}\r\nContent-Type: application/json\r\n"
        second = f"POST /api/check HTTP/1.1\r\n{head}Content-Length: 1000\r\n\r\n"
        line.send(f"GET /healthz HTTP/1.1\r\n{head}\r\n{second}".encode())
        assert line.rest().count(b"HTTP/1.1") == 1

    def test_a_request_that_is_all_there_has_no_such_limit(self, service: tuple[str, int], line: Line) -> None:
        line.upgrade()
        line.ask(kind="open", id=1, generation=1, experiment=SMALL)
        end = monotonic() + 3
        while monotonic() < end:  # answering the pings, as a browser does by itself
            line.seen += line.socket.recv(1 << 16)
            while (at := line.seen.rfind(bytes([LAST | PING, 4]))) >= 0:
                line.frame(LAST | PONG, bytes(line.seen[at + 2 : at + 6]))
                del line.seen[at : at + 6]
        line.frame(LAST | CLOSE, (1000).to_bytes(2, "big"))
        assert line.code() == 1000


class TestWithoutReading:
    def test_a_line_on_which_nobody_speaks_hears_a_ping_again_and_again_while_it_answers(self, line: Line) -> None:
        line.upgrade()
        for _ in range(3):
            first, size, *payload = line.socket.recv(6)
            assert (first, size) == (LAST | PING, 4)
            line.frame(LAST | PONG, bytes(payload))

    def test_whose_machine_is_gone_without_a_word_is_noticed_by_the_pings(self, line: Line) -> None:
        line.upgrade()
        begin = monotonic()
        line.rest()
        assert 0.5 < monotonic() - begin < CLOSED_WITHIN

    def test_who_reads_no_answers_is_let_go_and_costs_less_than_2_mb(self, service: tuple[str, int]) -> None:
        where, process = service
        before, readers = private(process), [Line(where, room=4096).upgrade() for _ in range(3)]
        with ExitStack() as stack:
            for reader in readers:
                stack.enter_context(reader.socket)
            most = until(lambda: counted(where, "backflow_sessions") == 1 + len(readers), process)
            for reader in readers:
                with suppress(ConnectionError):
                    reader.ask(kind="open", id=1, generation=1, experiment=DEEP)
                    for id in range(2, 150):  # 47 KB each, of which the machine takes 4 MB
                        reader.ask(kind="look", id=id, generation=1, look={})
            most = max(most, until(lambda: counted(where, "backflow_sessions") == 1, process))
        assert (most - before) / len(readers) < 2_000_000

    def test_pings_whose_answers_nobody_reads_do_not_pile_up(self, service: tuple[str, int], line: Line) -> None:
        line.upgrade()
        before, ping = private(service[1]), frame(LAST | PING, bytes(120)) * 1000
        with pytest.raises(ConnectionError):
            for _ in range(2000):
                line.send(ping)
        assert private(service[1]) - before < 2_000_000


class TestWhatIsNoMessage:
    def test_a_frame_of_17_mb_is_refused_at_its_head(self, line: Line) -> None:
        line.upgrade().frame(LAST | TEXT, size=17_000_000)
        assert line.code() == 1009

    def test_fragments_that_come_to_too_much_are_refused(self, line: Line) -> None:
        line.upgrade().frame(TEXT, b"x" * 1000)
        with suppress(ConnectionError):
            for _ in range(LARGEST // 1000 + 1):
                line.frame(0, b"x" * 1000)
        assert line.code() == 1009

    def test_fragments_without_end_are_refused_though_they_hold_nothing(self, line: Line) -> None:
        line.upgrade().frame(TEXT)
        with suppress(ConnectionError):
            for _ in range(connections.CRUMBS + 1):
                line.frame(0)
        assert line.code() == 1009

    def test_a_flood_of_tiny_messages_is_ended(self, line: Line) -> None:
        line.upgrade()
        with suppress(ConnectionError):
            for _ in range(100):
                line.send(frame(LAST | TEXT, b"1") * 1000)
        assert line.code() == 1008

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (frame(LAST | TEXT, b"\xff\xfe"), 1007),
            (frame(LAST | 3), 1002),
            (frame(LAST | 0x40 | TEXT), 1002),
            (frame(LAST, b"nothing came before"), 1002),
            (frame(LAST | CLOSE, b"\x00"), 1002),
            (frame(PING, b"cut"), 1002),
            (b"\x81\x01x", 1002),
        ],
        ids=["no UTF-8", "an opcode there is not", "a bit", "no beginning", "half a code", "half a ping", "no mask"],
    )
    def test_what_breaks_the_rules_is_told_which(self, line: Line, data: bytes, code: int) -> None:
        line.upgrade().send(data)
        assert line.code() == code

    def test_what_is_no_http_is_refused(self, line: Line) -> None:
        line.send(os.urandom(64) + b"\r\n\r\n")
        assert line.rest().startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("path", ["/api/check", "/api/line/ask"])
def test_who_leaves_in_the_middle_of_a_request_is_no_line_in_the_log(
    path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with running() as service:
        line = Line(address(service))
        until(lambda: counted(f"http://{line.host}", "process_open_fds") > 0, service.pid)
        head = f"POST {path} HTTP/1.1\r\nHost: {line.host}\r\nContent-Type: application/json\r\n"
        line.send(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        sleep(0.3)
        line.socket.close()
        sleep(0.3)
    assert capfd.readouterr().err == ""


class TestAnAddress:
    @pytest.mark.parametrize(
        "path",
        [
            "/static/../app/main.py",
            "/static/%2e%2e/%2e%2e/pyproject.toml",
            "/static/..%2f..%2fpyproject.toml",
            "/static/..%5c..%5cpyproject.toml",
            "/static/assets/%00.js",
            "/static//etc/passwd",
            "/static/%2fetc%2fpasswd",
            "/static/.vite%2f..%2f..%2f..%2fpyproject.toml",
            "/api/%2e%2e/%2e%2e/etc/passwd",
            "/%00",
            "/static/" + "a" * 10_000,
        ],
    )
    def test_that_leads_out_of_what_is_served_leads_nowhere(self, line: Line, path: str) -> None:
        line.send(f"GET {path} HTTP/1.1\r\nHost: {line.host}\r\nConnection: close\r\n\r\n".encode())
        assert line.rest().split(b"\r\n")[0] in (b"HTTP/1.1 404 Not Found", b"HTTP/1.1 400 Bad Request")


@pytest.mark.parametrize("first", [LAST | TEXT, LAST | PING, LAST | PONG], ids=["messages", "pings", "pongs"])
def test_who_is_flooded_goes_on_answering_others(service: tuple[str, int], first: int) -> None:
    lines, end = [Line(service[0]).upgrade() for _ in range(3)], monotonic() + CLOSED_WITHIN

    def flood(line: Line) -> None:
        with suppress(OSError):
            while monotonic() < end:
                line.frame(first, b"{}")

    threads = [threading.Thread(target=flood, args=(line,)) for line in lines]
    with ThreadPoolExecutor() as readers:
        codes = readers.map(Line.code, lines)
        for thread in threads:
            thread.start()
        for _ in range(5):
            with urllib.request.urlopen(f"{service[0]}/healthz", timeout=5) as reply:
                assert reply.status == 200
        assert list(codes) == [1008] * 3
    for line, thread in zip(lines, threads, strict=True):
        line.socket.close()
        thread.join()
