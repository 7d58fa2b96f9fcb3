"""What passes between the web process and a host: parcels on a stream socket. No socket here, only bytes.

A parcel is a head (payload bytes, session, kind) and its payload. One stream carries many sessions. The same parcels
go over a Unix socket to a process of this machine and over TCP to another machine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

HEAD = struct.Struct("<IQB")
LARGEST = 256 * 1024 * 1024  # bytes of a payload: the largest checkpoint there can be, and room
STEP = struct.Struct("<I")


class Kind(IntEnum):
    """From the web process: HELLO to CLOSE. From a host: TEXT to FULL."""

    HELLO = 1  # the token, first on every stream
    OPEN = 2  # a session, with the journal to resume from; empty for a new one
    ASK_TEXT = 3  # one request
    ASK_BYTES = 4
    CLOSE = 5
    PING = 6
    KNOWN = 7  # a state that the next request may have use for
    TEXT = 10  # a reply
    BINARY = 11
    JOURNAL = 12  # what would bring the session back; sent when it has changed
    CHECKPOINT = 13  # a state on the session's way, for those who come this way again
    DONE = 14  # the request is answered: the step the run is at
    PONG = 15  # how the host is
    FULL = 16  # in place of DONE: the request was refused for want of memory, and the session is here no more


KINDS = frozenset(Kind)


class NoParcel(ValueError):
    """What came cannot be a parcel."""


class Parcel(NamedTuple):
    session: int
    kind: Kind
    payload: bytes | None  # None: it came, and there was no memory for it


def packed(kind: Kind, payload: bytes = b"", session: int = 0) -> bytes:
    return HEAD.pack(len(payload), session, kind) + payload


class Unpacker:
    """Bytes in, whole parcels out, however the stream was cut. `largest` is how many bytes a payload may have."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.largest = largest
        self._buffer = bytearray()
        self._passing = 0  # bytes still to come of a payload that there was no memory for

    def feed(self, data: bytes | memoryview) -> Iterator[Parcel]:
        """The parcels that `data` completes; NoParcel for what cannot be one."""
        passed = min(self._passing, len(data))
        self._passing -= passed
        try:
            self._buffer += memoryview(data)[passed:]
        except MemoryError:
            yield from self._pass_over(data[passed:])
            return
        start = 0
        while len(self._buffer) - start >= HEAD.size:
            size, session, kind = HEAD.unpack_from(self._buffer, start)
            if size > self.largest:
                raise NoParcel(f"a parcel of {size:,} bytes; at most {self.largest:,} are sent")
            if kind not in KINDS:
                raise NoParcel(f"a parcel of kind {kind}, which there is not")
            end = start + HEAD.size + size
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as whole:
                try:
                    payload = bytes(whole[start + HEAD.size : end])
                except MemoryError:
                    payload = None
            yield Parcel(session, Kind(kind), payload)
            start = end
        del self._buffer[:start]

    def _pass_over(self, data: bytes | memoryview) -> Iterator[Parcel]:
        """What is coming is larger than the memory that is left: the rest of it is let go by, and the next is heard."""
        if len(self._buffer) < HEAD.size:  # there is none for anything
            raise
        size, session, kind = HEAD.unpack_from(self._buffer)
        rest = size - (len(self._buffer) - HEAD.size)
        self._buffer, self._passing = bytearray(), rest
        yield Parcel(session, Kind(kind), None)
        yield from self.feed(data)
