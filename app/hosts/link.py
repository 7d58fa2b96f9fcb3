"""The web process's end of a stream to a host: asks, and hears the answers, of many sessions at once."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from app.hosts.parcel import STEP, Kind, NoParcel, Parcel, Unpacker, packed
from app.hosts.worker import HEALTH
from app.moments import Known
from app.session import Message

CHUNK = 1 << 18


class HostLost(Exception):
    """The host has gone, or has been given up: what it had not answered was not done."""


class HostFull(HostLost):
    """The host has no memory for the session: it is not there."""


@dataclass
class Answer:
    """The replies to one request, and what changed in the journal by it."""

    replies: list[Message] = field(default_factory=list)
    opening: bytes = b""
    known: Known | None = None
    step: int = 0
    full: bool = False  # there was no memory for it: the journal stays as it was, and the host has the session no more


class Link:
    """One stream. Everything asked on it fails with HostLost once it has ended."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self.reader, self.writer = reader, writer
        self.lost = False
        self.full = False  # it has refused something for want of memory
        self.sessions: set[int] = set()
        self.memory = 0
        self._waiting: dict[int, deque[asyncio.Future[Answer]]] = {}
        self._coming: dict[int, Answer] = {}
        self._pong: asyncio.Future[None] | None = None
        writer.write(packed(Kind.HELLO, token.encode()))
        self._hearing = asyncio.create_task(self._hear())

    # Asking

    async def open(self, session: int, journal: bytes = b"") -> Answer:
        self.sessions.add(session)
        answer = await self._ask(packed(Kind.OPEN, journal, session), session)
        if answer.full:
            raise HostFull
        return answer

    async def ask(self, session: int, message: Message) -> Answer:
        if isinstance(message, str):
            parcel = packed(Kind.ASK_TEXT, message.encode("utf-8", "surrogatepass"), session)
        else:
            parcel = packed(Kind.ASK_BYTES, message, session)
        return await self._ask(parcel, session)

    def tell(self, session: int, known: Known) -> None:
        """Let a session know a state before it is asked for a moment behind it."""
        if not self.lost:
            state = packed(Kind.KNOWN, known.packed(), session)
            self.writer.write(memoryview(state))  # of bytes asyncio copies all that is left, each time it sends a piece

    def close(self, session: int) -> None:
        self.sessions.discard(session)
        self._waiting.pop(session, None)
        self._coming.pop(session, None)
        if not self.lost:
            self.writer.write(packed(Kind.CLOSE, b"", session))

    async def ping(self, seconds: float) -> None:
        """Hear from the host within so many seconds, or give it up."""
        if self.lost:
            raise HostLost
        if self.writer.is_closing():  # it has gone, and that was not heard yet
            self.end()
            raise HostLost
        self._pong = self._pong or asyncio.get_running_loop().create_future()
        self.writer.write(packed(Kind.PING))
        try:
            await asyncio.wait_for(asyncio.shield(self._pong), seconds)
        except TimeoutError:
            self.end()
            raise HostLost from None

    async def _ask(self, parcel: bytes, session: int) -> Answer:
        if self.lost:
            raise HostLost
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(session, deque()).append(answer)
        self.writer.write(parcel)
        return await answer

    # Hearing

    async def _hear(self) -> None:
        unpacker = Unpacker()
        try:
            while data := await self.reader.read(CHUNK):
                for parcel in unpacker.feed(data):
                    self._take(parcel)
        except (OSError, NoParcel):
            pass
        finally:
            self.end()

    def _take(self, parcel: Parcel) -> None:
        session, kind, payload = parcel
        if payload is None:
            raise NoParcel("no memory for a parcel")
        if kind is Kind.PONG:
            if payload:
                _, self.memory = HEALTH.unpack(payload)
            if self._pong and not self._pong.done():
                self._pong.set_result(None)
            self._pong = None
            return
        if session not in self._waiting:  # closed while its answer was on the way
            return
        answer = self._coming.setdefault(session, Answer())
        if kind is Kind.TEXT:
            answer.replies.append(payload.decode())
        elif kind is Kind.BINARY:
            answer.replies.append(payload)
        elif kind is Kind.JOURNAL:
            answer.opening = payload
        elif kind is Kind.CHECKPOINT:
            answer.known = Known.unpacked(payload)
        elif kind is Kind.DONE:
            (answer.step,) = STEP.unpack(payload)
            self._settle(session, self._coming.pop(session))
        elif kind is Kind.FULL:
            self.full = answer.full = True
            self.sessions.discard(session)
            self._settle(session, self._coming.pop(session))

    def _settle(self, session: int, answer: Answer) -> None:
        waiting = self._waiting[session]
        future = waiting.popleft()
        if not waiting:
            del self._waiting[session]
        if not future.done():
            future.set_result(answer)

    async def ended(self) -> None:
        """Wait until there is no more of it."""
        await asyncio.wait([self._hearing])

    def end(self) -> None:
        """No more of it: whoever waits is told."""
        if self.lost:
            return
        self.lost = True
        self.writer.close()
        for waiting in self._waiting.values():
            for future in waiting:
                if not future.done():
                    future.set_exception(HostLost())
        self._waiting.clear()
        self._coming.clear()
        if self._pong and not self._pong.done():
            self._pong.set_exception(HostLost())
            self._pong.exception()  # heard, even if nobody waits
