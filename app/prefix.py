"""A path before all paths, where a proxy serves the page below one: https://school.example/backflow/.

Every address on the page is relative, so a proxy that takes the path off needs nothing more. One that leaves it on is
understood here; both may be in use at once.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app, self.path = app, path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] == "http" and path == self.path:  # without the slash, what is relative would go astray
            await RedirectResponse(f"{self.path}/")(scope, receive, send)
            return
        if scope["type"] in ("http", "websocket") and path.startswith(f"{self.path}/"):
            scope = {**scope, "path": path[len(self.path) :]}
        await self.app(scope, receive, send)
