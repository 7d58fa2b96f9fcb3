"""What a request over HTTP brings, and the refusal of one that is none of ours or not to be done."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from pydantic import TypeAdapter
from starlette.requests import Request

from app.documents import LARGEST, problem
from app.origin import check as check_origin
from app.protocol import Fault
from app.refusal import fault
from engine.problem import BadExperiment

STATUS = {"origin": 403, "no_line": 404, "content_type": 415, "too_fast": 429, "busy": 503}  # by its code; else 422
FAULTS = TypeAdapter(list[Fault])


async def body(request: Request) -> bytes:
    """The request's body, refused while it streams in if it is too large."""
    check_origin(request)
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST:
            raise BadExperiment([problem("", "too_long", f"at most {LARGEST:,} bytes", f"more than {LARGEST:,}")])
    return bytes(received)


def refused(error: BadExperiment) -> JSONResponse:
    faults = FAULTS.dump_python([fault(found) for found in error.problems], mode="json")
    return JSONResponse({"problems": faults}, STATUS.get(error.problems[0].code, 422))
