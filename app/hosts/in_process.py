"""All sessions in this process, on one thread of their own: for tests, and where no other process may be started."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from app.session import Message, Session


class InProcess:
    """One thread: more would not train faster. A long request holds up the others; a process takes turns."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._thread = ThreadPoolExecutor(1, "training")

    async def start(self) -> None:
        self._thread = ThreadPoolExecutor(1, "training")  # a new one: there may have been an end

    async def open(self, session: str) -> None:
        self._sessions[session] = Session()

    async def ask(self, session: str, message: Message) -> list[Message]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, _answer, self._sessions[session], message)

    async def close(self, session: str) -> None:
        self._sessions.pop(session, None)

    async def stop(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _answer(session: Session, message: Message) -> list[Message]:
    """The replies. What another session would need to stand there is let go of: there is nobody to tell."""
    replies = session.answer(message)
    session.take_changes()
    return replies
