"""Behind a real proxy, with the file that we hand out: at the root, and below a path of either kind."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from app import __version__
from hatch_build import ROOT
from tests.app.conversation import SMALL
from tests.app.service import BUILT, end, served

CADDY = shutil.which("caddy") or ""
pytestmark = [BUILT, pytest.mark.skipif(not CADDY, reason="Caddy is not installed")]
STARTED_WITHIN = 15.0  # seconds


@dataclass(frozen=True)
class Proxy:
    address: str
    folder: Path
    environment: dict[str, str]

    def fetch(self, path: str, **headers: str) -> tuple[str, str, dict[str, str]]:
        """Where it came from in the end, what came, and its headers."""
        with urlopen(Request(self.address + path, headers=headers), timeout=10) as reply:
            return reply.url.removeprefix(self.address), reply.read().decode("utf-8", "replace"), dict(reply.headers)

    def post(self, path: str, message: Any, line: str = "") -> bytes:
        headers = {"Content-Type": "application/json", "Origin": self.address, "X-Backflow-Line": line}
        asked = Request(self.address + path, json.dumps(message).encode(), headers)
        with urlopen(asked, timeout=10) as reply:
            return bytes(reply.read())

    @contextmanager
    def talk(self, path: str, origin: str = "") -> Iterator[ClientConnection]:
        address = self.address.replace("http", "ws", 1) + path
        with connect(address, origin=Origin(origin or self.address), compression=None) as socket:
            yield socket

    def reload(self) -> None:
        command = [CADDY, "reload", "--config", "Caddyfile", "--force", "--address", f"unix/{self.folder}/admin"]
        subprocess.run(command, cwd=self.folder, env=self.environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with served("--port", "0", processes="0", prefix="/kept") as upstream, proxied(tmp_path_factory, upstream) as proxy:
        yield proxy


@contextmanager
def proxied(folders: pytest.TempPathFactory, *upstreams: str) -> Iterator[Proxy]:
    """Caddy with a copy of our file, before services: no certificates, and a socket of its own for its orders."""
    folder = folders.mktemp("caddy")
    ours = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    (folder / "Caddyfile").write_text(f"{{\n\tauto_https off\n\tadmin unix/{folder}/admin\n}}\n{ours}", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SITE": address,
        "UPSTREAM": " ".join(upstream.removeprefix("http://") for upstream in upstreams),
    }
    command = [CADDY, "run", "--config", "Caddyfile"]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL, text=True) as caddy:
        proxy = Proxy(address, folder, environment)
        try:
            wait_for(proxy)
            yield proxy
        finally:
            end(caddy)


def opened(socket: ClientConnection, step: int) -> str | bytes:
    """The frame of an experiment's step."""
    socket.send(json.dumps({"kind": "open", "id": 1, "generation": 1, "experiment": SMALL, "step": step}))
    assert json.loads(socket.recv(timeout=10))["kind"] == "graph"
    return socket.recv(timeout=10)


def asked(proxy: Proxy, path: str, step: int) -> bytes:
    """The replies, over plain HTTP, to who opens an experiment at a step."""
    token = json.loads(proxy.post(f"{path}/api/line", {}))["token"]
    opening = {"kind": "open", "id": 1, "generation": 1, "experiment": SMALL, "step": step}
    return proxy.post(f"{path}/api/line/ask", opening, token)


def wait_for(proxy: Proxy) -> None:
    end = monotonic() + STARTED_WITHIN
    while True:
        try:
            proxy.fetch("/healthz")
        except (URLError, HTTPError):
            assert monotonic() < end, "Caddy, or the service behind it, does not answer"
            sleep(0.05)
        else:
            return


@pytest.mark.parametrize("path", ["", "/below", "/kept"])
class TestBelowAPath:
    def test_the_page_and_all_that_it_needs_are_there(self, proxy: Proxy, path: str) -> None:
        came_from, page, headers = proxy.fetch(path or "/")
        assert came_from == f"{path}/"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        needed = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page)
        assert any(each.endswith(".js") for each in needed) and any(each.endswith(".css") for each in needed)
        for each in needed:
            assert not each.startswith("/"), "an address from the root leads out of a path"
            assert proxy.fetch(f"{path}/{each}")[1]
        assert proxy.fetch(came_from)[1] == page

    def test_the_service_answers(self, proxy: Proxy, path: str) -> None:
        assert json.loads(proxy.fetch(f"{path}/healthz")[1])["version"] == __version__
        packed = proxy.fetch(f"{path}/api/catalogue", **{"Accept-Encoding": "gzip"})
        assert packed[2]["Content-Encoding"] == "gzip"

    def test_a_conversation_is_held_and_taken_up_after_the_proxys_file_was_loaded_again(
        self, proxy: Proxy, path: str
    ) -> None:
        with proxy.talk(f"{path}/ws") as before:
            first = opened(before, 6)
        proxy.reload()
        with proxy.talk(f"{path}/ws") as after:
            assert opened(after, 6) == first

    def test_a_conversation_is_held_without_a_socket_too(self, proxy: Proxy, path: str) -> None:
        with proxy.talk(f"{path}/ws") as other:
            frame = opened(other, 6)
        assert isinstance(frame, bytes) and asked(proxy, path, 6).endswith(frame)

    def test_a_page_of_another_origin_is_refused(self, proxy: Proxy, path: str) -> None:
        with pytest.raises(InvalidStatus, match="403"), proxy.talk(f"{path}/ws", "https://other.example"):
            pass


def test_of_several_web_processes_it_leaves_a_line_over_plain_http_with_its_own(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        served(processes="0") as one,
        served(processes="0") as other,
        proxied(tmp_path_factory, one, other) as proxy,
    ):
        for step in range(1, 9):
            assert asked(proxy, "", step)
