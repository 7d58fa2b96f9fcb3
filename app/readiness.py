"""Is the service to be sent visitors? Not before its hosts stand, and not once it has been asked to end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from types import FrameType
from typing import Any, Literal


class Readiness:
    """Within a `with` it listens to SIGTERM. While it starts, that is the end of it. Once it is ready, it says no for
    `drain` seconds, and only then does the server begin to end: so long a balancer has to notice."""

    def __init__(self, drain: float) -> None:
        self.drain = drain
        self.status: Literal["starting", "ready", "draining"] = "starting"
        self._server: Any = None
        self._starting: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self.status = "starting"  # again, where the same application has been started before
        if threading.current_thread() is threading.main_thread():
            self._server = signal.getsignal(signal.SIGTERM)
            signal.signal(signal.SIGTERM, self._asked_to_end)

    def __exit__(self, *_: object) -> None:
        self.status = "draining"
        if self._server is not None:
            signal.signal(signal.SIGTERM, self._server)

    async def after(self, start: Coroutine[Any, Any, None]) -> None:
        """Ready once this is done; when it is asked to end before, it is not waited for."""
        if self.status == "draining":
            start.close()
            return
        self._starting = asyncio.create_task(start)
        await asyncio.wait([self._starting])
        if not self._starting.cancelled():
            self._starting.result()
            if self.status == "starting":
                self.status = "ready"
        self._starting = None

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        visited, self.status = self.status == "ready", "draining"
        if self._starting:
            self._starting.get_loop().call_soon_threadsafe(self._starting.cancel)
        if not callable(self._server):
            return
        if self.drain and visited:
            timer = threading.Timer(self.drain, self._server, (number, None))
            timer.daemon = True
            timer.start()
        else:
            self._server(number, frame)
