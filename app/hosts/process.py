"""The process a host lives in: `python -m app.hosts.process`, with a connected socket as file descriptor 0.

A plain loop: what has come is taken, then one turn of about a millisecond, and so on; without work it sleeps in
select. Measured beside asyncio, such a loop serves more and waits less.
"""

from __future__ import annotations

import os
import select
import socket
import sys
from contextlib import suppress

from app.hosts.parcel import Kind, Unpacker, packed
from app.hosts.worker import Worker

CHUNK = 1 << 18


class Stream:
    """A non-blocking socket with what waits to be sent."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.waiting = bytearray()

    def send(self, data: bytes) -> None:
        if not self.waiting:
            with suppress(BlockingIOError):
                data = data[self.sock.send(data) :]
        self.waiting += data

    def flush(self) -> None:
        with suppress(BlockingIOError):
            del self.waiting[: self.sock.send(self.waiting)]


def serve(sock: socket.socket, token: str) -> None:
    """Answer one stream until it ends. The first parcel must be a HELLO with the token."""
    stream, worker, unpacker = Stream(sock), Worker(), Unpacker()
    welcome = False
    while True:
        reading, writing = [sock], [sock] if stream.waiting else []
        ready, free, _ = select.select(reading, writing, [], 0 if worker.turns else None)
        if free:
            stream.flush()
        if ready:
            try:
                data = sock.recv(CHUNK)
            except BlockingIOError:
                continue
            if not data:
                return
            for parcel in unpacker.feed(data):
                if not welcome:
                    if parcel.kind is not Kind.HELLO or parcel.payload != token.encode():
                        return
                    welcome = True
                    stream.send(packed(Kind.PONG, b""))
                    continue
                for said in worker.receive(parcel):
                    stream.send(said)
        if worker.turns:
            for said in worker.turn():
                stream.send(said)


def main() -> None:
    try:
        serve(socket.socket(fileno=os.dup(0)), os.environ.get("BACKFLOW_TOKEN", ""))
    except (ConnectionError, KeyboardInterrupt):
        sys.exit(0)


if __name__ == "__main__":
    main()
