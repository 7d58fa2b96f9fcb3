"""Starts the service and says where it is."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from contextlib import ExitStack, suppress
from importlib.util import find_spec

import uvicorn
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.claim import InUse, claim
from app.connections import Http, WebSockets
from app.documents import LARGEST
from app.logs import start_logs
from app.pages import bundle
from app.revisions import OtherTables
from app.settings import Settings
from app.store import prepare_at

PORTS_TRIED = 20
TAKEN = {errno.EADDRINUSE, errno.EACCES}  # of a port: by another, or for root alone
UNTAKEN = 30_000  # milliseconds that sent bytes may stay untaken
PING_EVERY, PONG_WITHIN = 15.0, 20.0  # seconds; proxies cut what is silent for 30 or 60


def serve(settings: Settings, reload: bool = False) -> int:
    """Serve until stopped; answers the exit code."""
    if not settings.local() and not settings.allow_remote:
        print(
            f"{settings.host} can be reached from other machines. If that is wanted, add --allow-remote.",
            file=sys.stderr,
        )
        return 2
    if settings.cluster and not find_spec("ray"):
        print("A cluster needs Ray, which is not installed: pip install 'backflow[cluster]'", file=sys.stderr)
        return 2
    with ExitStack() as claimed:
        try:
            bundle()
            if settings.database:
                claimed.enter_context(claim(settings.database))
                with suppress(DBAPIError):  # one that is down may yet come up
                    prepare_at(settings.database)
        except (RuntimeError, OtherTables, InUse) as error:
            print(error, file=sys.stderr)
            return 1
        except (SQLAlchemyError, ImportError, ValueError) as error:
            print(f"BACKFLOW_DATABASE names no database that can be used: {error}", file=sys.stderr)
            return 2
        return _run(settings, reload)


def _run(settings: Settings, reload: bool) -> int:
    # To be asked to end is no failure. It ends here and now: an exception would be lost where an import swallows it.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        print(f"cannot listen on {settings.host}: {error.strerror or error}", file=sys.stderr)
        return 1
    if listener is None:
        last = settings.port + PORTS_TRIED - 1
        print(f"ports {settings.port} to {last} are all in use, or not for this user", file=sys.stderr)
        return 1
    port = listener.getsockname()[1]
    if settings.port not in (0, port):  # 0 asks for any port
        print(f"Port {settings.port} is in use.", flush=True)
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"Backflow is at http://{name}:{port}  (Ctrl+C stops it)", flush=True)
    os.environ["BACKFLOW_HOST"] = settings.host  # the application reads them, in this process or a reloaded one
    os.environ["BACKFLOW_CLUSTER"] = settings.cluster
    start_logs(settings.log_format, settings.log_level)
    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        reload=reload,
        log_config=None,
        log_level="error" if settings.log_level == "error" else "warning",  # what is less names visitors' addresses
        ws_max_size=LARGEST,
        ws_per_message_deflate=False,  # float32 does not shrink, and trying costs a hundred times the sending
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PONG_WITHIN,
        http=Http,
        ws=WebSockets,
        access_log=False,
        forwarded_allow_ips=settings.proxies,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    if reload:
        from uvicorn.supervisors import ChangeReload

        ChangeReload(config, target=uvicorn.Server(config).run, sockets=[listener]).run()
    else:
        config.load()  # before the server listens to signals, since it would hear them and not end until it had started
        with suppress(KeyboardInterrupt):  # raised again once it has ended in good order
            uvicorn.Server(config).run(sockets=[listener])
    return 0


def listen(host: str, port: int) -> socket.socket | None:
    """A listening socket on the port, or on the next free one; None if all are in use. Raises OSError where there is
    no such address."""
    family, address = place(host)
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # a peer that takes nothing any more is gone: a ping does not free it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN)
        try:
            listener.bind((address, candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno not in TAKEN:
                raise
            continue
        listener.set_inheritable(True)
        return listener
    return None


def place(host: str) -> tuple[socket.AddressFamily, str]:
    """The kind of a host's address, and the address. Raises OSError where the name is nobody's."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror:
        if host != "localhost":
            raise
        return socket.AF_INET, "127.0.0.1"  # a machine without a hosts file means it all the same
    family, *_, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, str(address[0])
