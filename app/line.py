"""A conversation over plain HTTP, for where WebSockets are blocked: a line is opened, asked and closed by POST.

The service never speaks unasked, so nothing has to be held open: whoever asks gets the replies in one body. A line is
known by its token, which is in no address, and so in no log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from secrets import token_urlsafe
from struct import Struct
from time import monotonic

from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.admission import Full, Pace, Ticket
from app.body import body, refused
from app.documents import problem
from app.protocol import Queued
from app.reception import TOLD, Reception
from app.session import Message, dump
from engine.problem import BadExperiment

log = logging.getLogger("backflow.line")

TOKEN = "X-Backflow-Line"  # the header that names the line
AHEAD = 2  # requests under way at once
FRESH = 20.0  # seconds within which one who has not been answered yet has to ask, in line too
LOOK = 1.0  # seconds between two looks at which lines are unused
HEAD = Struct("<II")  # of each reply: text or binary, and its length
TEXT, BINARY = 0, 1
NOT_YET = 202  # one is in line: what was asked is to be asked again


class Line:
    def __init__(self, ticket: Ticket, pace: Pace, inside: AsyncExitStack) -> None:
        self.ticket, self.pace, self.inside = ticket, pace, inside
        self.session = ""  # from the first answer on
        self.told = 0  # the place in line that was said last
        self.closed = False
        self.turn = asyncio.Lock()  # requests are answered in order
        self.asked = monotonic()  # when it was last under way
        self.under_way = 0

    @contextmanager
    def asking(self) -> Iterator[None]:
        """One request, until its replies have been taken."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
            self.asked = monotonic()

    def keeps(self) -> bool:
        """Take one request into account; False if it came too soon, or too many are under way."""
        return self.pace.keeps() and self.under_way < AHEAD

    def unused(self, idle: float) -> bool:
        limit = idle if self.session else min(idle, FRESH)
        return not self.under_way and monotonic() - self.asked > limit


class Lines:
    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self._lines: dict[str, Line] = {}

    def routes(self) -> list[Route]:
        ways = {"/api/line": self.open, "/api/line/ask": self.ask, "/api/line/close": self.close}
        return [Route(path, way, methods=["POST"]) for path, way in ways.items()]

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Close what is unused while this lasts, and all of them in the end."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            for token in list(self._lines):
                await self._close(token)

    async def open(self, request: Request) -> Response:
        """A line; its token is in the answer."""
        inside = AsyncExitStack()
        try:
            await body(request)
            ticket = inside.enter_context(self.reception.admission.enter(request.client.host if request.client else ""))
        except BadExperiment as error:
            return refused(error)
        except Full as full:
            self.reception.metrics.refused.labels(str(full)).inc()
            return refused(BadExperiment([problem("", "busy", "a free place", "none, not even in line")]))
        token = token_urlsafe()
        self._lines[token] = Line(ticket, self.reception.pace(), inside)
        return JSONResponse({"token": token})

    async def ask(self, request: Request) -> Response:
        """The replies to one request."""
        try:
            message, token = await body(request), request.headers.get(TOKEN, "")
            line = self._line(token)
            if not line.keeps():
                await self._close(token)
                raise BadExperiment([problem("", "too_fast", f"at most {AHEAD} requests at once", "more, or too soon")])
            with ExitStack() as held:
                held.enter_context(line.asking())
                async with line.turn:
                    status, replies = await self._answer(line, text(message))
                return Replies(packed(replies), status, held.pop_all())
        except BadExperiment as error:
            return refused(error)

    async def close(self, request: Request) -> Response:
        """The end of a line; of one that is none there is nothing to say."""
        try:
            await body(request)
        except BadExperiment as error:
            return refused(error)
        await self._close(request.headers.get(TOKEN, ""))
        return Response(status_code=204)

    def _line(self, token: str) -> Line:
        try:
            return self._lines[token]
        except KeyError:
            raise BadExperiment([NO_LINE]) from None

    async def _answer(self, line: Line, message: Message) -> tuple[int, list[Message]]:
        if line.ticket.place and not line.closed:
            await self._wait(line)
        if line.closed:
            raise BadExperiment([NO_LINE])
        if line.ticket.place:
            return NOT_YET, [dump(Queued("queued", 0, 0, line.told))]
        if not line.session:
            line.session = await line.inside.enter_async_context(self.reception.session())
        with self.reception.answering():
            return 200, await self.reception.hosts.ask(line.session, message)

    async def _wait(self, line: Line) -> None:
        """Until there is something new to say of one's place, or for a while."""
        if line.told == line.ticket.place:
            line.ticket.moved.clear()
            with self.reception.metrics.waiting.track_inprogress(), suppress(TimeoutError):
                async with asyncio.timeout(TOLD):
                    await line.ticket.moved.wait()
        line.told = line.ticket.place

    async def _watch(self) -> None:
        idle = self.reception.settings.line_idle
        while True:
            await asyncio.sleep(min(LOOK, idle))
            for token in [token for token, line in self._lines.items() if line.unused(idle)]:
                try:
                    await self._close(token)
                except Exception:  # a fault of ours is no reason to close no other line
                    log.exception("a line could not be closed")

    async def _close(self, token: str) -> None:
        line = self._lines.pop(token, None)
        if line:
            line.closed = True
            line.ticket.moved.set()
            async with line.turn:  # a session is not taken away from under a request
                await line.inside.aclose()


NO_LINE = problem("", "no_line", "the token of an open line", "another, or one that was closed")


class Replies(Response):
    """Replies whose line holds them until they have been taken: who reads nothing cannot have ever more made."""

    def __init__(self, content: bytes, status: int, held: ExitStack) -> None:
        super().__init__(content, status, media_type="application/octet-stream")
        self.held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.held:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self.body, "more_body": True})
            await send({"type": "http.response.body", "body": b""})  # waits until there is room for it


def text(message: bytes) -> Message:
    """As over a socket; what is no text is left to the session, which says so."""
    try:
        return message.decode()
    except UnicodeDecodeError:
        return message


def packed(replies: Iterable[Message]) -> bytes:
    """Each with its head, one after another."""
    parts = bytearray()
    for reply in replies:
        kind, content = (TEXT, reply.encode()) if isinstance(reply, str) else (BINARY, reply)
        parts += HEAD.pack(kind, len(content)) + content
    return bytes(parts)
