"""Why a request is not done, under the request's own id and generation: whoever asked is always answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic_core import from_json

from app.documents import LARGEST, size
from app.protocol import Fault, Problems, Reason, Request
from engine.problem import Problem

LARGEST_ID = 2**32 - 1


def refusal(request: Request, reason: Reason, problems: Iterable[Problem]) -> Problems:
    """The answer to a request that was understood and cannot be done."""
    found = tuple(fault(problem) for problem in problems)
    return Problems("problems", request.id, request.generation, reason, found)


def misread(message: str | bytes, generation: int, problems: Iterable[Problem], reason: Reason = "message") -> Problems:
    """The answer to a message that is no request; `generation` is said where the message says none.

    Its id is repeated wherever its JSON can be read at all, else it is 0. Where everything wrong is in the
    experiment of an `open`, the reason is "experiment" and each place is one of that experiment.
    """
    said, found = _read(message), list(problems)
    if (
        reason == "message"
        and said.get("kind") == "open"
        and all(problem.where.split(".")[0] == "experiment" for problem in found)
    ):
        reason = "experiment"
        found = [replace(p, where=p.where.removeprefix("experiment").lstrip(".")) for p in found]
    faults = tuple(map(fault, found))
    return Problems("problems", _id(said, "id", 0), _id(said, "generation", generation), reason, faults)


def fault(found: Problem) -> Fault:
    return Fault(found.where, found.code, found.expected, found.came, dict(found.values))


def _read(message: str | bytes) -> dict[str, Any]:
    """A message's fields, whatever they are; none where it is binary, too long, no JSON, or no object."""
    if isinstance(message, bytes) or size(message) > LARGEST:
        return {}
    try:
        fields = from_json(message.encode("utf-8", "surrogatepass"))  # refused as bytes: a ValueError
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _id(said: dict[str, Any], name: str, otherwise: int) -> int:
    value = said.get(name)
    return value if type(value) is int and 0 <= value <= LARGEST_ID else otherwise
