"""A wire between the page and the service that a test can cut, hold silent, or mend. All on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal

State = Literal["whole", "cut", "silent"]  # cut: refused and closed; silent: taken, and nothing goes either way


class Wire:
    """Passes on what comes to its own port, as far as its state lets it."""

    def __init__(self, address: str) -> None:
        name, _, port = address.removeprefix("http://").rpartition(":")
        self._to = (name, int(port))
        self.state: State = "whole"
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.address = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._start(self._accept, self._sockets[0])

    def cut(self) -> None:
        """Who is on it is told; who comes is refused."""
        self.state = "cut"
        shut(self._sockets[1:])

    def hush(self) -> None:
        """Nobody is told anything, neither now nor when the wire is mended: those on it stay unheard."""
        self.state = "silent"

    def mend(self) -> None:
        self.state = "whole"

    def close(self) -> None:
        self.state = "cut"
        shut(self._sockets)
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()

    def _start(self, work: Callable[..., None], *about: object) -> None:
        self._threads.append(threading.Thread(target=work, args=about))
        self._threads[-1].start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                self._sockets.append(near)
                if self.state == "cut":
                    shut([near])
                elif self.state == "whole":
                    far = socket.create_connection(self._to)
                    self._sockets.append(far)
                    lost = threading.Event()  # set once something was not passed on: what follows makes no sense
                    self._start(self._pass, near, far, lost)
                    self._start(self._pass, far, near, lost)

    def _pass(self, one: socket.socket, other: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                if self.state == "silent":
                    lost.set()
                if not lost.is_set():
                    other.sendall(data)
            if not lost.is_set():
                shut([other])


def shut(sockets: list[socket.socket]) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(address: str) -> Iterator[Wire]:
    made = Wire(address)
    try:
        yield made
    finally:
        made.close()
