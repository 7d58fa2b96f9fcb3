"""A browser's side of the wire, as light as it can be: hundreds of them share one process with what they measure."""

from __future__ import annotations

import asyncio
import json
import struct
from collections import deque
from time import perf_counter
from typing import Any, cast

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
KEY = b"\0\0\0\0"  # a client must mask; masking with zeros leaves the payload as it is
UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
GRAPH = b'{"kind":"graph"'  # its frame follows under the same id
Answer = asyncio.Future[tuple[bytes, float]]


class Client(asyncio.Protocol):
    """One WebSocket. `ask` answers with the last reply and the seconds it took."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Answer, float]] = deque()
        self.step, self.id = 0, 0
        self.upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = bytearray()

    @classmethod
    async def connect(cls, host: str, port: int) -> Client:
        transport, client = await asyncio.get_running_loop().create_connection(cls, host, port)
        transport.write(UPGRADE.format(f"{host}:{port}").encode())
        await client.upgraded
        return client

    @property
    def outstanding(self) -> int:
        return len(self.waiting)

    def ask(self, kind: str, **fields: Any) -> Answer:
        self.id += 1
        text = json.dumps({"kind": kind, "id": self.id, "generation": 1, **fields}, separators=(",", ":")).encode()
        answer: Answer = asyncio.get_running_loop().create_future()
        if self.ended.done():
            answer.set_exception(ConnectionError("the line was lost"))
            return answer
        self.waiting.append((answer, perf_counter()))
        self._send(TEXT, text)
        return answer

    async def close(self) -> None:
        self.transport.close()
        await self.ended

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.upgraded.done():
            self._take_head()
            return
        while self._take_frame():
            pass

    def connection_lost(self, error: Exception | None) -> None:
        lost = error or ConnectionError("the line was lost")
        self.ended.set_result(None)
        if not self.upgraded.done():
            self.upgraded.set_exception(lost)
        for answer, _ in self.waiting:
            if not answer.done():
                answer.set_exception(lost)
        self.waiting.clear()

    # The wire

    def _send(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        head = bytes([0x80 | kind, 0x80 | size]) if size < 126 else struct.pack(">BBH", 0x80 | kind, 0xFE, size)
        self.transport.write(head + KEY + payload)

    def _take_head(self) -> None:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        status, self._buffer = bytes(head.split(b"\r\n")[0]), rest
        if b" 101 " in status:
            self.upgraded.set_result(None)
        else:
            self.upgraded.set_exception(ConnectionError(status.decode()))

    def _take_frame(self) -> bool:
        """One frame, if all of it has come."""
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        size, start = buffer[1] & 0x7F, 2
        if size >= 126:
            form, start = (">H", 4) if size == 126 else (">Q", 10)
            if len(buffer) < start:
                return False
            (size,) = struct.unpack_from(form, buffer, 2)
        end = start + size
        if len(buffer) < end:
            return False
        kind, payload = buffer[0] & 0x0F, bytes(buffer[start:end])
        del buffer[:end]
        self._take(kind, payload)
        return True

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == PING:
            self._send(PONG, payload)
        if kind == CLOSE:
            self.transport.close()
        if kind not in (TEXT, BINARY) or (kind == TEXT and payload.startswith(GRAPH)) or not self.waiting:
            return
        answer, asked = self.waiting.popleft()
        if kind == BINARY:
            (self.step,) = struct.unpack_from("<I", payload, 16)
        if not answer.done():
            answer.set_result((payload, perf_counter() - asked))
