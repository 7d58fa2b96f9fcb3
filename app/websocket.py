"""The thin shell around a session: one WebSocket, requests in, replies out, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import NamedTuple

from fastapi import WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketDisconnected

from app.admission import Full, Pace, Ticket
from app.documents import LARGEST
from app.origin import is_ours
from app.protocol import Queued
from app.reception import TOLD, Reception
from app.session import Message, dump

log = logging.getLogger("backflow.websocket")

AHEAD, AHEAD_BYTES = 16, LARGEST  # read ahead of what is answered; a browser has at most two small requests outstanding
BUSY, TOO_FAST = 1013, 1008  # close codes: try again later; policy


class Sockets:
    """Lets sockets in and holds their conversations."""

    def __init__(self, reception: Reception) -> None:
        self.reception, self.metrics = reception, reception.metrics

    async def converse(self, socket: WebSocket) -> None:
        """Hold one conversation until either side ends it."""
        if not is_ours(socket.headers):
            self.metrics.refused.labels("origin").inc()
            await socket.close(1008)
            return
        await socket.accept()
        try:
            with self.reception.admission.enter(socket.client.host if socket.client else "") as ticket:
                await self._converse(socket, ticket)
        except Full as full:
            self.metrics.refused.labels(str(full)).inc()
            await socket.close(BUSY, "busy")
        except TimeoutError:
            self.metrics.refused.labels("slow").inc()
            log.info("a reader was too slow and was let go")

    async def _converse(self, socket: WebSocket, ticket: Ticket) -> None:
        try:
            async with reading(socket, self.reception.pace()) as reader:
                if ticket.place:
                    with self.metrics.waiting.track_inprogress():
                        await self._wait(socket, ticket, reader)
                await self._talk(socket, reader.requests)
        except (WebSocketDisconnect, WebSocketDisconnected):  # it went while it was listened to, or spoken to
            pass

    async def _wait(self, socket: WebSocket, ticket: Ticket, reader: Reader) -> None:
        """Wait in line, and say where."""
        while ticket.place:
            ticket.moved.clear()
            await self._say(socket, dump(Queued("queued", 0, 0, ticket.place)))
            moved = asyncio.create_task(ticket.moved.wait())
            try:
                await asyncio.wait({moved, reader.task}, timeout=TOLD, return_when=asyncio.FIRST_COMPLETED)
            finally:
                moved.cancel()
            if reader.task.done():
                raise WebSocketDisconnect

    async def _talk(self, socket: WebSocket, requests: Ahead) -> None:
        async with self.reception.session() as session:
            while (request := await requests.get()) is not None:
                with self.reception.answering():
                    for reply in await self.reception.hosts.ask(session, request):
                        await self._say(socket, reply)

    async def _say(self, socket: WebSocket, reply: Message) -> None:
        async with asyncio.timeout(self.reception.settings.send_timeout):
            await send(socket, reply)


class Ahead(asyncio.Queue[Message | None]):
    """Requests that have come and are not answered; None at the end. There is room for a few, and for few bytes."""

    size = 0  # bytes

    def full(self) -> bool:
        return super().full() or self.size >= AHEAD_BYTES

    def _put(self, item: Message | None) -> None:
        self.size += len(item or "")
        super()._put(item)

    def _get(self) -> Message | None:
        item: Message | None = super()._get()
        self.size -= len(item or "")
        return item


class Reader(NamedTuple):
    """Who reads a socket, and what has come."""

    task: asyncio.Task[None]
    requests: Ahead


@asynccontextmanager
async def reading(socket: WebSocket, pace: Pace) -> AsyncIterator[Reader]:
    """The requests as they come.

    Somebody has to read all the time: what a socket is sent and nobody reads holds up its answers to our pings, and
    a healthy browser would be taken for gone.
    """
    requests = Ahead(AHEAD)

    async def read() -> None:
        with suppress(WebSocketDisconnect):
            while True:
                message = await receive(socket)
                if not pace.keeps():
                    with closing_meanwhile():
                        await socket.close(TOO_FAST, "too many messages a second")
                    break
                await requests.put(message)
        await requests.put(None)

    task = asyncio.create_task(read())
    try:
        yield Reader(task, requests)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def receive(socket: WebSocket) -> Message:
    """The next message, text or binary: the session says what it thinks of it."""
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1000))
    text: str | None = event.get("text")
    return text if text is not None else bytes(event["bytes"])


async def send(socket: WebSocket, reply: Message) -> None:
    with closing_meanwhile():
        if isinstance(reply, str):
            await socket.send_text(reply)
        else:
            await socket.send_bytes(reply)


@contextmanager
def closing_meanwhile() -> Iterator[None]:
    """What is said on a socket that was closed meanwhile, for what came over it, finds that it has gone."""
    try:
        yield
    except RuntimeError as error:
        raise WebSocketDisconnect(1006) from error
