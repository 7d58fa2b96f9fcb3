"""The service: pages, the catalogue, checks, and what carries conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import TypeAdapter
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect
from starlette.routing import WebSocketRoute

from app import __version__
from app.assets import STATIC
from app.body import body, refused
from app.catalogue import Catalogue, catalogue
from app.dialects.dialects import Dialect, dialects
from app.documents import read_experiment, read_formula
from app.formula import compute
from app.headers import SecurityHeaders
from app.hosts.choice import chosen as hosts_of
from app.hosts.remote import Remote
from app.line import Lines
from app.metrics import Metrics
from app.pages import home
from app.prefix import Prefix
from app.readiness import Readiness
from app.reception import Reception
from app.report import report
from app.schema import schemas
from app.settings import Settings
from app.websocket import Sockets
from engine.problem import BadExperiment


def create_app(settings: Settings | None = None) -> FastAPI:
    chosen = settings or Settings()
    hosts, metrics, readiness = hosts_of(chosen), Metrics(), Readiness(chosen.drain)
    reception = Reception(hosts, chosen, metrics)
    sockets, lines = Sockets(reception), Lines(reception)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with readiness:
            await readiness.after(hosts.start())
            watching = asyncio.create_task(metrics.watch_loop())
            async with lines.watched():
                yield
        watching.cancel()
        await hosts.stop()

    app = FastAPI(title="Backflow", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=chosen.allowed_hosts())
    app.add_middleware(SecurityHeaders)  # outside the check of hosts: a refused one gets them too
    if chosen.prefix:
        app.add_middleware(Prefix, path=chosen.prefix)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, _: Exception) -> Response:
        """Who has left in the middle of a request is told nothing, and it is no fault of ours to be written down."""
        return Response(status_code=400)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/readyz")
    async def readyz() -> Response:
        status = readiness.status
        return JSONResponse({"status": status}, 200 if status == "ready" else 503)

    @app.get("/metrics", include_in_schema=False)
    async def get_metrics() -> Response:
        if not chosen.measured():
            return JSONResponse({"detail": "Not Found"}, 404)
        if isinstance(hosts, Remote):
            metrics.resumed.set(hosts.resumed)
            metrics.hosts.set(hosts.placement.started)
            metrics.unstored.set(bool(hosts.store and hosts.store.failing))
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    everything = Response(TypeAdapter(Catalogue).dump_json(catalogue()), media_type="application/json")

    @app.get("/api/catalogue")
    async def get_catalogue() -> Response:
        return everything

    spoken = Response(TypeAdapter(dict[str, Dialect]).dump_json(dialects()), media_type="application/json")

    @app.get("/api/dialects")
    async def get_dialects() -> Response:
        return spoken

    @app.get("/api/schema")
    async def get_schema() -> dict[str, Any]:
        return schemas()

    @app.post("/api/check")
    async def check(request: Request) -> Response:
        try:
            return JSONResponse(report(read_experiment(await body(request))))
        except BadExperiment as error:
            return refused(error)

    @app.post("/api/expression")
    async def expression(request: Request) -> Response:
        try:
            return Response(compute(read_formula(await body(request))), media_type="application/json")
        except BadExperiment as error:
            return refused(error)

    # Starlette's own route: FastAPI's keeps the frames and stacks of dependencies for each socket, which has none.
    app.router.routes.append(WebSocketRoute("/ws", sockets.converse))
    app.router.routes += lines.routes()
    app.add_api_route("/", home, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
