"""A network that lets no WebSocket through, as a school's proxy does: everything else is passed on as it is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Literal

Way = Literal["refused", "swallowed", "cut"]
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def blocked(address: str, way: Way) -> Iterator[str]:
    """The address of the service as it is seen from there. A handshake is refused, swallowed, or cut off."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    place: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def serve() -> None:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):  # or at the end
                    await passed(reader, writer, host, int(port), way)
            finally:
                writer.close()

        over = asyncio.Event()
        async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
            place.set_result((asyncio.get_running_loop(), over, server.sockets[0].getsockname()[1]))
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    loop, over, mine = place.result(10)
    try:
        yield f"http://127.0.0.1:{mine}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int, way: Way) -> None:
    """One connection of a browser's, from its first request to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b"\r\nupgrade: websocket" in head.lower():
        if way == "refused":
            writer.write(REFUSAL)
            await writer.drain()
        elif way == "swallowed":
            await reader.read()
        return
    theirs, ours = await asyncio.open_connection(host, port)
    try:
        ours.write(head)
        await asyncio.gather(piped(reader, ours), piped(theirs, writer))
    finally:
        ours.close()


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()
