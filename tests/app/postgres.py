"""A PostgreSQL of our own, in a temporary folder, where the server's programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))  # where Debian puts them
STARTED_WITHIN = 30.0  # seconds


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database; BACKFLOW_TEST_POSTGRES names another one to take."""
    if url := os.environ.get("BACKFLOW_TEST_POSTGRES"):
        yield url
        return
    if not PROGRAMS:
        pytest.skip("PostgreSQL's server is not installed, and BACKFLOW_TEST_POSTGRES names none")
    with tempfile.TemporaryDirectory(prefix="backflow-", dir="/tmp") as folder, started(folder):
        yield f"postgresql+psycopg://backflow@/postgres?host={folder}"


@contextmanager
def started(folder: str) -> Iterator[None]:
    """The server, on a socket in the folder and nowhere else. It refuses to be root's."""
    as_whom: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_whom |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    initdb, program, ready = (str(PROGRAMS[-1] / name) for name in ("initdb", "postgres", "pg_isready"))
    make = [initdb, "--pgdata=data", "--username=backflow", "--auth=trust", "--no-sync", "--encoding=UTF8"]
    subprocess.run([*make, "--locale=C"], check=True, capture_output=True, **as_whom)
    run = [program, "-D", "data", "-F", "-k", folder, "-c", "listen_addresses="]
    with open(Path(folder) / "log", "wb") as log, subprocess.Popen(run, stdout=log, stderr=log, **as_whom) as server:
        try:
            end = monotonic() + STARTED_WITHIN
            while subprocess.run([ready, "-q", "-h", folder], check=False).returncode:
                assert server.poll() is None and monotonic() < end, (Path(folder) / "log").read_text()
                sleep(0.05)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # fast: whoever is connected is sent away
            server.wait(STARTED_WITHIN)
            shutil.rmtree(Path(folder) / "data")
