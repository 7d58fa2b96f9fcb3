"""Is the service to be sent visitors? Not before its hosts stand, and not once it has been asked to end."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Literal


class Readiness:
    """Ready within a `with`. At SIGTERM it says no for `drain` seconds, and only then does the server begin to end:
    so long a balancer has to notice."""

    def __init__(self, drain: float) -> None:
        self.drain = drain
        self.status: Literal["starting", "ready", "draining"] = "starting"
        self._server: Any = None

    def __enter__(self) -> None:
        self.status = "ready"
        if threading.current_thread() is threading.main_thread():
            self._server = signal.getsignal(signal.SIGTERM)
            signal.signal(signal.SIGTERM, self._asked_to_end)

    def __exit__(self, *_: object) -> None:
        self.status = "draining"
        if self._server is not None:
            signal.signal(signal.SIGTERM, self._server)

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        self.status = "draining"
        if not callable(self._server):
            return
        if self.drain:
            timer = threading.Timer(self.drain, self._server, (number, None))
            timer.daemon = True
            timer.start()
        else:
            self._server(number, frame)
