"""Whose page asks? Any page that a browser shows can reach a loopback port, and no server keeps it from asking.

A browser says the page's origin; a script says none and may speak to the service.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request

from app.documents import problem
from engine.problem import BadExperiment


def is_ours(headers: Headers) -> bool:
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def check(request: Request) -> None:
    """BadExperiment unless a request with a body is one that another site's page cannot have a browser send: a form
    can post to any address, but neither from our origin nor as JSON."""
    if not is_ours(request.headers):
        came = request.headers["origin"]
        raise BadExperiment([problem("", "origin", "a page of this service, or a script", came)])
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadExperiment([problem("", "content_type", "Content-Type: application/json", kind or "none")])
