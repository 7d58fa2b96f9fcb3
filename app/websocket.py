"""The thin shell around a session: one WebSocket, requests in, replies out, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from uuid import uuid4

from fastapi import WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketDisconnected

from app.admission import Admission, Full, Pace
from app.hosts.host import Hosts
from app.metrics import Metrics
from app.origin import is_ours
from app.session import Message
from app.settings import Settings

log = logging.getLogger("backflow.websocket")

AHEAD = 16  # requests read ahead of their answers; a browser has at most two outstanding
BUSY, TOO_FAST = 1013, 1008  # close codes: try again later; policy


class Reception:
    """Lets sockets in and holds their conversations."""

    def __init__(self, hosts: Hosts, settings: Settings, metrics: Metrics) -> None:
        self.hosts, self.settings, self.metrics = hosts, settings, metrics
        self.admission = Admission(settings.sessions, settings.per_address)

    async def converse(self, socket: WebSocket) -> None:
        """Hold one conversation until either side ends it."""
        if not is_ours(socket.headers):
            self.metrics.refused.labels("origin").inc()
            await socket.close(1008)
            return
        await socket.accept()
        try:
            with self.admission.enter(socket.client.host if socket.client else ""):
                await self._talk(socket)
        except Full as full:
            self.metrics.refused.labels(str(full)).inc()
            await socket.close(BUSY, "there is no room now; try again in a while")
        except TimeoutError:
            self.metrics.refused.labels("slow").inc()
            log.info("a reader was too slow and was let go")

    async def _talk(self, socket: WebSocket) -> None:
        session = uuid4().hex
        await self.hosts.open(session)
        self.metrics.sessions.inc()
        try:
            async with reading(socket, Pace(self.settings.messages, self.settings.messages * 2)) as requests:
                while (request := await requests.get()) is not None:
                    await self._answer(socket, session, request)
        except (WebSocketDisconnect, WebSocketDisconnected):  # it went while it was listened to, or spoken to
            pass
        finally:
            self.metrics.sessions.dec()
            await self.hosts.close(session)

    async def _answer(self, socket: WebSocket, session: str, request: Message) -> None:
        begin = perf_counter()
        for reply in await self.hosts.ask(session, request):
            async with asyncio.timeout(self.settings.send_timeout):
                await send(socket, reply)
        self.metrics.messages.inc()
        self.metrics.answer.observe(perf_counter() - begin)


@asynccontextmanager
async def reading(socket: WebSocket, pace: Pace) -> AsyncIterator[asyncio.Queue[Message | None]]:
    """The requests as they come; None at the end.

    Somebody has to read all the time: what a socket is sent and nobody reads holds up its answers to our pings, and
    a healthy browser would be taken for gone.
    """
    requests: asyncio.Queue[Message | None] = asyncio.Queue(AHEAD)

    async def read() -> None:
        with suppress(WebSocketDisconnect):
            while True:
                message = await receive(socket)
                if not pace.keeps():
                    await socket.close(TOO_FAST, "too many messages a second")
                    break
                await requests.put(message)
        await requests.put(None)

    reader = asyncio.create_task(read())
    try:
        yield requests
    finally:
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader


async def receive(socket: WebSocket) -> Message:
    """The next message, text or binary: the session says what it thinks of it."""
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1000))
    text: str | None = event.get("text")
    return text if text is not None else bytes(event["bytes"])


async def send(socket: WebSocket, reply: Message) -> None:
    try:
        if isinstance(reply, str):
            await socket.send_text(reply)
        else:
            await socket.send_bytes(reply)
    except RuntimeError as error:  # it was closed meanwhile, for what came over it
        raise WebSocketDisconnect(1006) from error
