"""Where sessions run: the few methods that every kind of host has."""

from __future__ import annotations

from typing import Protocol

from app.session import Message


class Host(Protocol):
    """Runs many sessions, each known by a name of the caller's."""

    async def open(self, session: str) -> None:
        """Make room for a session."""

    async def ask(self, session: str, message: Message) -> list[Message]:
        """The replies to one request; requests of one session are answered in order."""

    async def close(self, session: str) -> None:
        """Forget a session."""


class Hosts(Protocol):
    """Hosts, and which of them a new session goes to."""

    def place(self, session: str) -> Host: ...

    async def stop(self) -> None: ...
