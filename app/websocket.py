"""The thin shell around a session: one WebSocket, request in, replies out, in order."""

from __future__ import annotations

import asyncio
import logging
from uuid import uuid4

from fastapi import WebSocket, WebSocketDisconnect

from app.hosts.host import Hosts
from app.session import Message

log = logging.getLogger("backflow.websocket")

SEND_TIMEOUT = 20.0  # seconds a reader may leave a reply unread before it is let go


def same_origin(socket: WebSocket) -> bool:
    """Is the page that opens the socket ours? Any page a browser shows can reach a loopback port.

    No Origin header means no browser; a script may talk to the service.
    """
    origin = socket.headers.get("origin")
    return origin is None or origin.partition("://")[2] == socket.headers.get("host")


async def converse(socket: WebSocket, hosts: Hosts) -> None:
    """Hold one conversation until either side ends it."""
    if not same_origin(socket):
        await socket.close(1008)
        return
    await socket.accept()
    session = uuid4().hex
    await hosts.open(session)
    try:
        while True:
            for reply in await hosts.ask(session, await receive(socket)):
                await asyncio.wait_for(send(socket, reply), SEND_TIMEOUT)
    except WebSocketDisconnect:
        pass
    except TimeoutError:
        log.info("a reader was too slow and was let go")
    finally:
        await hosts.close(session)


async def receive(socket: WebSocket) -> Message:
    """The next message, text or binary: the session says what it thinks of it."""
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1000))
    text: str | None = event.get("text")
    return text if text is not None else bytes(event["bytes"])


async def send(socket: WebSocket, reply: Message) -> None:
    if isinstance(reply, str):
        await socket.send_text(reply)
    else:
        await socket.send_bytes(reply)
