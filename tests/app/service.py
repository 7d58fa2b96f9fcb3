"""The real service in a process of its own, on a free port, as `backflow serve` starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer

import pytest

from app.assets import STATIC
from hatch_build import ROOT

BUILT = pytest.mark.skipif(
    not (STATIC / ".vite" / "manifest.json").exists(),
    reason="the browser bundle is not built; `python hatch_build.py` builds it",
)
URL, JSON = "http://127.0.0.1:8000", {"Content-Type": "application/json"}  # of a test client, and what it sends
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("BACKFLOW_")}
ENVIRONMENT["PYTHONFAULTHANDLER"] = "1"  # a service that does not end is aborted, and says where it stood
WITH_CONSTANTS = """
import json, sys
from importlib import import_module
from app.__main__ import main
for name, value in json.loads(sys.argv[1]).items():
    module, _, constant = name.rpartition(".")
    assert hasattr(import_module(module), constant), name
    setattr(import_module(module), constant, value)
sys.exit(main(sys.argv[2:]))
"""
STARTS_WITHIN, ENDS_WITHIN = 90.0, 30.0  # seconds, on a machine that has much else to do


@contextmanager
def served(*arguments: str, constants: Mapping[str, float] | None = None, **settings: str) -> Iterator[str]:
    """The address it says it is at; stopped afterwards."""
    with running(*arguments, constants=constants, **settings) as service:
        yield address(service)


@contextmanager
def running(
    *arguments: str, constants: Mapping[str, float] | None = None, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """The service, which ends when this does. Settings are those of the environment, without BACKFLOW_; a constant,
    "app.serve.PING_EVERY", may have another value than its own, where a test cannot wait for that."""
    environment = ENVIRONMENT | {f"BACKFLOW_{name.upper()}": value for name, value in settings.items()}
    program = ["-c", WITH_CONSTANTS, json.dumps(constants)] if constants else ["-m", "app"]
    command = [sys.executable, *program, "serve", *(arguments or ("--port", "0"))]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as service:
        try:
            yield service
        finally:
            end(service)


def end(service: subprocess.Popen[str]) -> int:
    """Ask it to end, and see that it does; its exit code."""
    service.terminate()
    try:
        return service.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        service.send_signal(signal.SIGABRT)
        with suppress(subprocess.TimeoutExpired):
            service.wait(10)
        service.kill()
        raise


def line(service: subprocess.Popen[str]) -> str:
    """The next line that it says; none where it says nothing for too long, and is killed."""
    assert service.stdout is not None
    patience = Timer(STARTS_WITHIN, service.kill)
    patience.start()
    try:
        return service.stdout.readline()
    finally:
        patience.cancel()


def address(service: subprocess.Popen[str]) -> str:
    said = line(service)
    found = re.search(r"http://\S+", said)
    assert found, f"the service did not say where it is: {said!r}"
    return found.group()
