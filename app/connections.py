"""The server's two kinds of connection, each with an end to its patience: who says half a request, pings without
reading the answers, or cuts a message into crumbs keeps a place and memory that somebody else could have."""

from __future__ import annotations

import asyncio

import h11
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from app.admission import Pace

REQUEST_WITHIN = 20.0  # seconds in which a request must have come, its body too
GONE_WITHIN = 10.0  # seconds in which what was still to be sent must have been taken, once there is an end
CRUMBS = 1000  # frames of one message: a browser cuts none of a message that may be sent here
PINGS, PINGS_AT_ONCE = 5.0, 100.0  # a second, of one socket, pongs too: a browser sends a pong in fifteen


class Http(H11Protocol):
    """HTTP, until it becomes a WebSocket."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()  # a part of the next request may have come with this one

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._rest()

    def _look(self) -> None:
        if self._is_whole():
            self._rest()
        elif not self._patience:
            self._wait()

    def _is_whole(self) -> bool:
        """Is all here that was asked? From here on uvicorn has limits of its own."""
        if self.transport.get_protocol() is not self or self.transport.is_closing():
            return True
        return self.conn.their_state not in (h11.IDLE, h11.SEND_BODY) or bool(self.timeout_keep_alive_task)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(REQUEST_WITHIN, self.transport.abort)

    def _rest(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None


class WebSockets(WebSocketsSansIOProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._pace = Pace(PINGS, PINGS_AT_ONCE)

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        if len(self.frames) > CRUMBS:  # empty ones, too
            self._give_up(CloseCode.MESSAGE_TOO_BIG, "a message in too many frames")

    def handle_ping(self) -> None:
        if self._heeds():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._heeds():
            super().handle_pong(event)

    def _heeds(self) -> bool:
        """Pings never reach the application, which counts messages alone: a flood of them would hold up everybody, and
        answers that nobody reads would pile up."""
        if not self._pace.keeps():
            self._give_up(CloseCode.POLICY_VIOLATION, "too many pings")
        return not self.close_sent

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if self.close_timer and message.get("code") == CloseCode.POLICY_VIOLATION:
            self._hang_up()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()  # who does not answer will not take what is left for them either

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self.loop.call_later(GONE_WITHIN, self.transport.abort)

    def _give_up(self, code: CloseCode, reason: str) -> None:
        if self.close_sent or self.transport.is_closing():  # of what had come with it there may be more
            return
        self.frames = []
        self.conn.fail(code, reason)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._hang_up()

    def _hang_up(self) -> None:
        """Nothing is said any more, and nothing read, or a flood would be read for seconds. It is not closed yet: what
        is not read would make it a reset, and the reason would be lost on the way."""
        self.read_paused = False  # or it would be read on when the application takes what came before
        self.transport.pause_reading()
        self.transport.write_eof()
        if self.close_timer:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(GONE_WITHIN, self.transport.abort)
