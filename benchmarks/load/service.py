"""The service under test: started as a user starts it, and looked at from outside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

PAGE = os.sysconf("SC_PAGE_SIZE")
ENDS_WITHIN = 20.0  # seconds
TICK = os.sysconf("SC_CLK_TCK")
ADDRESS = re.compile(r"http://([\d.]+):(\d+)")
LAGS = re.compile(r'^backflow_loop_lag_seconds_bucket{le="([^"]+)"} (\S+)$', re.M)


@dataclass(frozen=True)
class Service:
    pid: int
    host: str
    port: int

    def processes(self) -> list[int]:
        """The web process and its hosts."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as file:
            return [self.pid, *map(int, file.read().split())]

    def memory(self) -> int:
        """Bytes of memory that belong to these processes alone."""
        return sum(private(pid) for pid in self.processes())

    def seconds(self) -> list[float]:
        """CPU seconds of each process so far: the web process first."""
        return [seconds(pid) for pid in self.processes()]

    def lags(self) -> dict[float, float]:
        """How often the web process's event loop was at most so many seconds late."""
        with urlopen(f"http://{self.host}:{self.port}/metrics", timeout=10) as answer:
            return {float(limit): float(count) for limit, count in LAGS.findall(answer.read().decode())}


def private(pid: int) -> int:
    total = 0
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1]) * 1024
    return total


def seconds(pid: int) -> float:
    """CPU time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@contextmanager
def served(**settings: str) -> Iterator[Service]:
    """A service of its own on a free port, with these settings and the usual ones for the rest."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BACKFLOW_")}
    environment |= {f"BACKFLOW_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        try:
            found = ADDRESS.search(child.stdout.readline())
            if not found:
                raise RuntimeError("the service did not start; its message is above")
            yield Service(child.pid, found[1], int(found[2]))
        finally:
            child.terminate()
            try:
                child.wait(ENDS_WITHIN)
            finally:
                child.kill()
