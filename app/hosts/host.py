"""Where sessions run: the few methods that every kind of host has."""

from __future__ import annotations

from typing import Protocol

from app.session import Message


class Hosts(Protocol):
    """Many sessions, each known by a name of the caller's; where they run is the hosts' own business."""

    async def start(self) -> None:
        """Be ready for sessions."""

    async def open(self, session: str) -> None:
        """Make room for a session."""

    async def ask(self, session: str, message: Message) -> list[Message]:
        """The replies to one request; requests of one session are answered in order."""

    async def close(self, session: str) -> None:
        """Forget a session."""

    async def stop(self) -> None:
        """End all sessions, and whatever they ran on."""
