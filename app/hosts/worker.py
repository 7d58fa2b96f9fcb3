"""A host: many sessions in one process, taking fair turns. Parcels in, parcels out; who carries them is outside."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress

from app.hosts import memory
from app.hosts.journal import Journal
from app.hosts.parcel import STEP, Kind, Parcel, packed
from app.hosts.turns import Turns
from app.moments import Known
from app.refusal import misread
from app.session import NO_MEMORY, Message, Session, dump

HEALTH = struct.Struct("<IQ")  # sessions, bytes of memory


class Worker:
    """The sessions of one stream. `receive` what comes, then `turn` while there is work."""

    def __init__(self) -> None:
        self.sessions: dict[int, Session] = {}
        self.turns: Turns[int, bytes] = Turns()

    def receive(self, parcel: Parcel) -> Iterator[bytes]:
        """Take a parcel; what has to be said at once."""
        session, kind, payload = parcel
        if payload is None:
            if kind in (Kind.OPEN, Kind.ASK_TEXT, Kind.ASK_BYTES):
                yield self._full(session)
        elif kind is Kind.OPEN:
            self.sessions[session] = Session()
            self.turns.add(session, self._resume(session, payload))
        elif kind in (Kind.ASK_TEXT, Kind.ASK_BYTES):
            try:
                message = payload.decode("utf-8", "surrogatepass") if kind is Kind.ASK_TEXT else payload
            except MemoryError:
                yield self._full(session)
                return
            if session in self.sessions:
                self.turns.add(session, self._answer(session, message))
        elif kind is Kind.KNOWN:
            with suppress(MemoryError):  # then it goes the whole way
                if session in self.sessions:
                    self.sessions[session].known = Known.unpacked(payload)
        elif kind is Kind.CLOSE:
            self.turns.drop(session)
            self.sessions.pop(session, None)
        elif kind is Kind.PING:
            yield packed(Kind.PONG, HEALTH.pack(len(self.sessions), memory.held()))

    def turn(self) -> Iterator[bytes]:
        for session, said in self.turns.turn():
            yield said
            if session not in self.sessions:  # it was refused
                self.turns.drop(session)

    def _resume(self, session: int, payload: bytes) -> Iterator[bytes | None]:
        """Bring a session back before anything is asked of it. Nothing is said but that it is done."""
        held = self.sessions[session]
        try:
            journal = Journal.unpacked(payload)
            if journal.opening:
                held.known = journal.known
                for _ in held.resume(journal.opening, journal.step):
                    yield None
        except MemoryError:
            yield self._full(session)
            return
        held.take_changes()  # the asker knows: it was the asker who said so
        yield packed(Kind.DONE, STEP.pack(held.step), session)

    def _answer(self, session: int, message: Message) -> Iterator[bytes | None]:
        held, said = self.sessions[session], list[bytes]()
        try:
            for reply in held.answering(message):
                if reply is None:
                    yield None
                elif isinstance(reply, str):
                    said.append(packed(Kind.TEXT, reply.encode(), session))
                else:
                    said.append(packed(Kind.BINARY, reply, session))
        except MemoryError:  # for the reply to be sent; for the request itself the session says so
            held.cramped, said = True, []
            with suppress(MemoryError):  # if not even for that, nothing is said, and another host is asked
                said = [packed(Kind.TEXT, dump(misread(message, 0, [NO_MEMORY])).encode(), session)]
        yield from said
        if held.cramped:
            yield self._full(session)
            return
        yield from self._changes(session, held)
        yield packed(Kind.DONE, STEP.pack(held.step), session)

    def _changes(self, session: int, held: Session) -> Iterator[bytes]:
        opening, known = held.take_changes()
        if opening:
            yield packed(Kind.JOURNAL, opening.encode(), session)
        with suppress(MemoryError):  # then the way back is longer
            if known:
                yield packed(Kind.CHECKPOINT, known.packed(), session)

    def _full(self, session: int) -> bytes:
        """There was no memory for what a session was asked: it may have stopped anywhere, and stands here no more."""
        self.sessions.pop(session, None)
        return packed(Kind.FULL, b"", session)
