"""What those who run the service see: is it ready, what does it count, how does it end, what does it log."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.logs import JsonLines
from app.main import create_app
from app.readiness import Readiness
from app.settings import Settings
from hatch_build import ROOT
from tests.app.conversation import SMALL
from tests.app.service import BUILT, ENVIRONMENT, address, end, running, served
from tests.app.test_websocket import Talk

pytestmark = BUILT
JUMPING = """
import time
real = time.time
time.time = lambda: real() + (0, 3600, -3600)[int(time.monotonic()) % 3]
"""
URL, SOCKET = "http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws"


def client(**settings: Any) -> TestClient:
    return TestClient(create_app(Settings(processes=0, **settings)), base_url=URL)


def test_it_is_ready_only_between_its_start_and_its_end() -> None:
    app = create_app(Settings(processes=0))
    outside = TestClient(app, base_url=URL)
    assert outside.get("/readyz").status_code == 503
    with TestClient(app, base_url=URL) as inside:
        assert inside.get("/readyz").json() == {"status": "ready"}
    assert outside.get("/readyz").json() == {"status": "draining"}
    with TestClient(app, base_url=URL) as again:
        assert again.get("/readyz").json() == {"status": "ready"}


def test_metrics_count_conversations_requests_and_refusals() -> None:
    with client(sessions=1, queue=0) as outside:
        with outside.websocket_connect(SOCKET) as socket:
            socket.send_json({"kind": "open", "id": 1, "generation": 1, "experiment": SMALL})
            socket.receive_json(), socket.receive_bytes()
            with outside.websocket_connect(SOCKET) as second, pytest.raises(WebSocketDisconnect) as refused:
                second.receive_text()
            assert refused.value.code == 1013
            text = outside.get("/metrics").text
        assert "backflow_sessions 1.0" in text
        assert "backflow_messages_total 1.0" in text
        assert 'backflow_refused_total{reason="sessions"} 1.0' in text
        assert "backflow_loop_lag_seconds_count" in text


def test_metrics_are_not_shown_beyond_this_machine_unless_asked_for() -> None:
    assert client(host="0.0.0.0").get("/metrics").status_code == 404
    assert client(host="0.0.0.0", metrics=True).get("/metrics").status_code == 200
    assert client(metrics=False).get("/metrics").status_code == 404


def test_a_flood_of_messages_is_let_go_and_says_why() -> None:
    with client(messages=5) as outside, outside.websocket_connect(SOCKET) as socket:
        with pytest.raises(WebSocketDisconnect) as closed:
            for _ in range(40):
                socket.send_text("{}")
            for _ in range(40):
                socket.receive_text()
        assert closed.value.code == 1008 and "too many" in closed.value.reason


@pytest.mark.parametrize("path", ["/backflow/healthz", "/healthz"])
def test_below_a_path_it_answers_with_and_without_it(path: str) -> None:
    assert client(prefix="/backflow").get(path).json()["status"] == "ok"


def test_below_a_path_the_page_and_its_socket_are_there() -> None:
    with client(prefix="/school/backflow") as outside:
        reply = outside.get("/school/backflow", follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (307, "/school/backflow/")
        page = outside.get("/school/backflow/").text
        script = page.partition('src="')[2].partition('"')[0]
        assert not script.startswith(("/", "http"))
        assert outside.get(f"/school/backflow/{script}").status_code == 200
        assert outside.get("/school/backflowers").status_code == 404
        with outside.websocket_connect("ws://127.0.0.1:8000/school/backflow/ws") as socket:
            socket.send_text("?")
            assert socket.receive_json()["kind"] == "problems"


def ready(where: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{where}/readyz", timeout=5) as reply:
            return reply.status, json.load(reply)["status"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["status"]


def test_asked_to_end_it_says_so_for_a_while_and_ends_well() -> None:
    with running(drain="1") as service:
        where = address(service)
        assert ready(where) == (200, "ready")
        began = monotonic()
        service.send_signal(signal.SIGTERM)
        assert ready(where) == (503, "draining")
        assert service.wait(10) == 0
        assert monotonic() - began < 10


def test_asked_to_end_while_people_train_it_tells_each_that_it_restarts() -> None:
    with running(drain="0.5") as service, ExitStack() as stack:
        where = address(service)
        sockets = [stack.enter_context(connect(where.replace("http", "ws") + "/ws")) for _ in range(3)]
        for socket in sockets:
            Talk(socket).open()
            for id in range(2, 12):
                socket.send(json.dumps({"kind": "advance", "id": id, "generation": 1, "steps": 10_000}))
        began = monotonic()
        service.send_signal(signal.SIGTERM)
        assert ready(where) == (503, "draining")
        for socket in sockets:
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    socket.recv(timeout=10)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        assert service.wait(10) == 0
        assert monotonic() - began < 10


@pytest.mark.parametrize("started", [False, True])
def test_ended_with_ctrl_c_it_says_nothing_more(capfd: pytest.CaptureFixture[str], started: bool) -> None:
    """Ctrl+C goes to all of a terminal's processes, while they start and later."""
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as service:
        where = address(service)
        while started and ready(where)[0] != 200:
            sleep(0.05)
        os.killpg(service.pid, signal.SIGINT)
        assert service.wait(20) in (0, 130)
    assert capfd.readouterr().err == ""


def test_asked_to_end_while_its_hosts_start_it_does_not_wait_for_them() -> None:
    with running() as service:
        address(service)
        while not (hosts := host_processes(service.pid)):
            sleep(0.005)
        os.kill(hosts[0], signal.SIGSTOP)
        began = monotonic()
        assert end(service) == 0
        assert monotonic() - began < 10


def test_asked_to_end_before_it_has_read_its_program_it_ends_well() -> None:
    with running() as service:
        address(service)
        assert end(service) == 0


def test_readiness_does_not_wait_for_a_start_that_it_is_asked_to_give_up() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    readiness = Readiness(drain=60)

    async def play() -> str:
        with readiness:
            await asyncio.wait_for(readiness.after(start()), 10)
            return readiness.status

    async def start() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    try:
        assert asyncio.run(play()) == "draining"
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM], "the server was to hear it at once, whatever the drain"


def host_processes(service: int) -> list[int]:
    """Those that have begun with their own program: before that they hold up the service itself."""
    children = Path(f"/proc/{service}/task/{service}/children").read_text("ascii").split()
    return [int(child) for child in children if b"hosts.process" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_neither_log_nor_metrics_nor_database_know_who_was_there_or_what_they_wrote(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """At the level that says most: a name, a text that is no message, where from."""
    secret = "Ada Lovelace"
    experiment = {**SMALL, "name": secret}
    database = tmp_path / "states.db"
    with served(log_level="debug", log_format="json", database=f"sqlite:///{database}") as where:
        with connect(where.replace("http", "ws") + "/ws") as socket:
            socket.send(json.dumps({"kind": "open", "id": 1, "generation": 1, "experiment": experiment, "step": 3000}))
            assert secret in str(socket.recv(timeout=20))
            socket.recv(timeout=20)
            socket.send(json.dumps({"kind": "advance", "id": 2, "generation": 1, "steps": 3000}))
            socket.recv(timeout=20)
            socket.send(f"{secret}, no JSON")
            assert "problems" in str(socket.recv(timeout=20))
        end = monotonic() + 20
        while not counted(database) and monotonic() < end:
            sleep(0.05)
        with urllib.request.urlopen(f"{where}/metrics", timeout=5) as reply:
            metrics = reply.read().decode()
    assert counted(database), "a state was to be kept"
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for said in (capfd.readouterr().err, metrics, kept.decode("latin-1")):
        assert secret not in said
        assert "127.0.0.1" not in said


def counted(database: Path) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM states").fetchone()[0])


def test_a_clock_that_jumps_by_an_hour_to_and_fro_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is cut off, let through too fast, set aside or given up, in any of its processes."""
    (tmp_path / "sitecustomize.py").write_text(JUMPING, "utf-8")
    monkeypatch.setitem(ENVIRONMENT, "PYTHONPATH", str(tmp_path))  # every Python that it starts
    pings = {"app.serve.PING_EVERY": 0.5, "app.serve.PONG_WITHIN": 10.0}
    with served(constants=pings, messages="20", database=f"sqlite:///{tmp_path}/states.db") as where:
        url, apart = where.replace("http", "ws") + "/ws", set()
        with connect(url) as socket:
            talk, end = Talk(socket), monotonic() + 3
            talk.open()
            steps = 1
            while monotonic() < end:
                steps += 10
                assert talk.advance(10).header["step"] == steps
                sleep(0.1)
                with urllib.request.urlopen(f"{where}/healthz", timeout=5) as reply:
                    date = parsedate_to_datetime(reply.headers["Date"])
                apart.add(round((date - datetime.now(UTC)).total_seconds() / 3600))
            with connect(url) as flooding, pytest.raises(ConnectionClosed) as closed:
                for _ in range(100):
                    flooding.send("{}")
                for _ in range(100):
                    flooding.recv(timeout=10)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
            assert talk.advance(1).header["step"] == steps + 1
            with urllib.request.urlopen(f"{where}/metrics", timeout=5) as reply:
                assert "backflow_resumed_sessions 0.0" in reply.read().decode()
    assert {1, -1} <= apart, "the clock was to jump"


def test_no_duration_is_measured_by_a_clock_that_can_be_set() -> None:
    """It may jump by an hour, or back: only a log line and the age of a stored state say what time it was."""
    wall = re.compile(r"from time import .*\btime\b|\btime\.time\b|datetime\.(now|today|utcnow)|fromtimestamp")
    sources = [path for part in ("app", "engine") for path in (ROOT / part).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in sources if wall.search(path.read_text("utf-8"))}
    assert found == {"app/logs.py", "app/store.py"}


def test_a_log_line_is_one_json_object() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("backflow", logging.ERROR, "", 0, "a %s failed", ("step",), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["level"], found["logger"], found["message"]) == ("error", "backflow", "a step failed")
    assert "two\nlines" in found["exception"]


def test_the_settings_in_effect_are_printed_without_what_is_secret() -> None:
    environment = {**ENVIRONMENT, "BACKFLOW_SESSIONS": "7", "BACKFLOW_NAMES": '["a.example"]'}
    command = [sys.executable, "-m", "app", "config"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "BACKFLOW_SESSIONS=7" in said and 'BACKFLOW_NAMES=["a.example"]' in said
    assert [line.split("=")[0] for line in said] == [f"BACKFLOW_{name.upper()}" for name in Settings.model_fields]
