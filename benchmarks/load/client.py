"""A browser's side of the wire, as light as it can be: hundreds of them share one process with what they measure."""

from __future__ import annotations

import asyncio
import json
import struct
from collections import deque
from time import perf_counter
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
KEY = b"\0\0\0\0"  # a client must mask; masking with zeros leaves the payload as it is


class Client:
    """One WebSocket. `ask` answers with the last reply and the seconds it took."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.waiting: deque[tuple[asyncio.Future[tuple[bytes, float]], float]] = deque()
        self.step, self.id = 0, 0
        self.hearing = asyncio.create_task(self._hear())

    @classmethod
    async def connect(cls, host: str, port: int) -> Client:
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 24)
        key = "AAAAAAAAAAAAAAAAAAAAAA=="
        writer.write(
            f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.split(b"\r\n")[0].decode())
        return cls(reader, writer)

    @property
    def outstanding(self) -> int:
        return len(self.waiting)

    def ask(self, kind: str, **fields: Any) -> asyncio.Future[tuple[bytes, float]]:
        self.id += 1
        text = json.dumps({"kind": kind, "id": self.id, "generation": 1, **fields}, separators=(",", ":")).encode()
        answer: asyncio.Future[tuple[bytes, float]] = asyncio.get_running_loop().create_future()
        self.waiting.append((answer, perf_counter()))
        self._send(TEXT, text)
        return answer

    def _send(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        head = bytes([0x80 | kind, 0x80 | size]) if size < 126 else struct.pack(">BBH", 0x80 | kind, 0xFE, size)
        self.writer.write(head + KEY + payload)

    async def _hear(self) -> None:
        try:
            while True:
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    (size,) = struct.unpack(">H", await self.reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack(">Q", await self.reader.readexactly(8))
                payload = await self.reader.readexactly(size)
                self._take(first & 0x0F, payload)
        except (OSError, EOFError):
            pass
        finally:
            for answer, _ in self.waiting:
                if not answer.done():
                    answer.set_exception(ConnectionError("the line was lost"))

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == PING:
            self._send(PONG, payload)
        if kind == CLOSE:
            raise EOFError
        if kind == TEXT and payload.startswith(b'{"kind":"graph"'):  # its frame follows under the same id
            return
        if kind not in (TEXT, BINARY):
            return
        answer, asked = self.waiting.popleft()
        if kind == BINARY:
            (self.step,) = struct.unpack_from("<I", payload, 16)
        if not answer.done():
            answer.set_result((payload, perf_counter() - asked))

    async def close(self) -> None:
        self.writer.close()
        await asyncio.gather(self.hearing, return_exceptions=True)
