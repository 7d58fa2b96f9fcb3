"""Starts the service and says where it is."""

from __future__ import annotations

import os
import socket
import sys

import uvicorn

from app.documents import LARGEST
from app.pages import bundle
from app.settings import Settings

PORTS_TRIED = 20


def serve(settings: Settings, reload: bool = False) -> int:
    """Serve until stopped; answers the exit code."""
    if not settings.local() and not settings.allow_remote:
        print(
            f"{settings.host} can be reached from other machines. If that is wanted, add --allow-remote.",
            file=sys.stderr,
        )
        return 2
    try:
        bundle()
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    listener = listen(settings.host, settings.port)
    if listener is None:
        print(f"ports {settings.port} to {settings.port + PORTS_TRIED - 1} are all in use", file=sys.stderr)
        return 1
    port = listener.getsockname()[1]
    if settings.port not in (0, port):  # 0 asks for any port
        print(f"Port {settings.port} is in use.", flush=True)
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"Backflow is at http://{name}:{port}  (Ctrl+C stops it)", flush=True)
    os.environ["BACKFLOW_HOST"] = settings.host  # for the process that a reload starts afresh
    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        reload=reload,
        log_level="warning",
        ws_max_size=LARGEST,
        ws_per_message_deflate=False,  # float32 does not shrink, and trying costs a hundred times the sending
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    if reload:
        from uvicorn.supervisors import ChangeReload

        ChangeReload(config, target=uvicorn.Server(config).run, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def listen(host: str, port: int) -> socket.socket | None:
    """A listening socket on the port, or on the next free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError:
            listener.close()
            if port == 0:
                return None
            continue
        listener.set_inheritable(True)
        return listener
    return None
