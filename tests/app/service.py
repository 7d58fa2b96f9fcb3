"""The real service in a process of its own, on a free port, as `backflow serve` starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.assets import STATIC
from hatch_build import ROOT

BUILT = pytest.mark.skipif(
    not (STATIC / ".vite" / "manifest.json").exists(),
    reason="the browser bundle is not built; `python hatch_build.py` builds it",
)
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("BACKFLOW_")}


@contextmanager
def served(*arguments: str, **settings: str) -> Iterator[str]:
    """The address it says it is at; stopped afterwards. Settings are those of the environment, without BACKFLOW_."""
    environment = ENVIRONMENT | {f"BACKFLOW_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "app", "serve", *(arguments or ("--port", "0"))]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as service:
        try:
            yield address(service)
        finally:
            service.terminate()


def address(service: subprocess.Popen[str]) -> str:
    assert service.stdout is not None
    said = service.stdout.readline()
    found = re.search(r"http://\S+", said)
    assert found, f"the service did not say where it is: {said!r}"
    return found.group()
