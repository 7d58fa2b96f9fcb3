"""The process a host lives in: `python -m app.hosts.process BYTES`, with a connected socket as file descriptor 0;
so many bytes of memory it may take.

A plain loop: what has come is taken, then each stream that has work gets a millisecond or two for turns, and so on;
without work it sleeps in select. Measured beside asyncio, such a loop serves more and waits less.
"""

from __future__ import annotations

import hmac
import os
import socket
import sys
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic, perf_counter

from app.hosts import memory
from app.hosts.parcel import LARGEST, Kind, NoParcel, Unpacker, packed
from app.hosts.turns import TURN
from app.hosts.worker import Worker

ROOM = memoryview(bytearray(1 << 18))  # for what is read: there may be no memory for it later
PIECES = 512  # sent by one call; a system takes 1024
UNKNOWN = 1024  # bytes of a parcel from one who has not said the token
HELLO_WITHIN = 5.0  # seconds


class Stream:
    """A web process: its socket, the sessions it has here, and what waits to be sent to it."""

    def __init__(self, sock: socket.socket, token: str) -> None:
        sock.setblocking(False)
        self.sock, self.token = sock, token
        self.worker, self.unpacker = Worker(), Unpacker(UNKNOWN)
        self.waiting: deque[bytes | memoryview] = deque()
        self.welcome, self.since = False, monotonic()

    def read(self) -> bool:
        """Take what has come. False when no more will: it has ended, or began without the token."""
        try:
            size = self.sock.recv_into(ROOM)
        except BlockingIOError:
            return True
        for parcel in self.unpacker.feed(ROOM[:size]):
            if self.welcome:
                self.send(self.worker.receive(parcel))
                continue
            said = parcel.payload or b""
            if parcel.kind is not Kind.HELLO or not hmac.compare_digest(said, self.token.encode()):
                return False
            self.welcome, self.unpacker.largest = True, LARGEST
            self.send([packed(Kind.PONG)])
        return bool(size)

    def turn(self) -> None:
        """Short turns one after another, for as long as one may be; what they said goes in one call."""
        said: list[bytes] = []
        end = perf_counter() + TURN
        while self.worker.turns:
            said += self.worker.turn()
            if perf_counter() >= end:
                break
        self.send(said)

    def send(self, parcels: Iterable[bytes]) -> None:
        """What cannot be sent yet waits as it is: there may be no memory for a copy."""
        begun = bool(self.waiting)
        self.waiting += parcels
        if not begun:
            self.flush()

    def flush(self) -> None:
        with suppress(BlockingIOError):
            while self.waiting:
                sent = self.sock.sendmsg(list(islice(self.waiting, PIECES)))
                while self.waiting and sent >= len(self.waiting[0]):
                    sent -= len(self.waiting.popleft())
                if sent:
                    self.waiting[0] = memoryview(self.waiting[0])[sent:]


class Streams:
    """All streams of a host. One that breaks takes its own sessions with it, and no others."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.streams: list[Stream] = []
        self._selector = DefaultSelector()

    def add(self, sock: socket.socket) -> None:
        stream = Stream(sock, self.token)
        self.streams.append(stream)
        self._selector.register(sock, EVENT_READ, stream)

    def listen(self, listener: socket.socket) -> None:
        """Let web processes connect."""
        listener.setblocking(False)
        self._selector.register(listener, EVENT_READ)

    def serve(self, linger: float = 0.0) -> None:
        """Answer until there has been no stream for `linger` seconds."""
        while True:
            busy = any(stream.worker.turns for stream in self.streams)
            ready = self._selector.select(0 if busy else None if self.streams else linger)
            if not ready and not self.streams:
                return
            for key, events in ready:
                if key.data is None:
                    self._accept(key.fileobj)  # type: ignore[arg-type]
                else:
                    self._attend(key.data, events)
            for stream in list(self.streams):
                if stream.worker.turns:
                    self._attend(stream)

    def _accept(self, listener: socket.socket) -> None:
        late = monotonic() - HELLO_WITHIN
        for stream in list(self.streams):
            if not stream.welcome and stream.since < late:
                self._end(stream)
        with suppress(OSError):  # it has gone again
            self.add(listener.accept()[0])

    def _attend(self, stream: Stream, events: int = 0) -> None:
        """Read, write, or without an event take a turn."""
        if stream not in self.streams:  # it was ended while it waited for this
            return
        try:
            if not events:
                stream.turn()
            if events & EVENT_WRITE:
                stream.flush()
            if events & EVENT_READ and not stream.read():
                self._end(stream)
                return
        except (OSError, NoParcel):
            self._end(stream)
            return
        wanted = EVENT_READ | EVENT_WRITE if stream.waiting else EVENT_READ
        if self._selector.get_key(stream.sock).events != wanted:
            self._selector.modify(stream.sock, wanted, stream)

    def _end(self, stream: Stream) -> None:
        self._selector.unregister(stream.sock)
        stream.sock.close()
        self.streams.remove(stream)


def main() -> None:
    memory.limit(int(sys.argv[1]))
    streams = Streams(os.environ.get("BACKFLOW_TOKEN", ""))
    streams.add(socket.socket(fileno=os.dup(0)))
    try:
        streams.serve()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
