"""One server at a time on a database that is a file. The claim is a lock of the operating system's, which ends with the
process, however that ends: a file that a killed server has left behind claims nothing."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO

from sqlalchemy import make_url


class InUse(Exception):
    """Another server has the database; says which, and what to do."""


@contextmanager
def claim(url: str) -> Iterator[None]:
    """Have a database to oneself while this lasts, or raise InUse. Nothing is claimed where there is nothing to claim:
    a database that many may share, or a place where no file can be written."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        yield
        return
    file = os.path.realpath(address.database)  # by whatever link it is named
    with ExitStack() as opened:
        with suppress(OSError):
            _lock(opened.enter_context(open(f"{file}.lock", "a+", encoding="ascii")), address.database)
        yield


def _lock(file: IO[str], database: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise InUse(
            f"{database} is in use by another Backflow (process {file.read(20) or 'unknown'}): stop that one, name "
            "another database, or use PostgreSQL, which many servers may share"
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
