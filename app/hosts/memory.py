"""The memory of a host: what it holds, what it may take, and what each may take on this machine. Linux knows all of
it; elsewhere nothing is limited."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path

PAGE = resource.getpagesize()
STATM, STATUS = Path("/proc/self/statm"), Path("/proc/self/status")
LEAST, MOST = 2**29, 2**32  # bytes a host may take where nobody has said how many
SHARED = 0.8  # of the machine; the rest is the web process's, and everybody else's
GROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # a container's limit


def held() -> int:
    """Bytes of memory this process holds now; 0 where that is not known."""
    with suppress(OSError):
        return int(STATM.read_text("ascii").split()[1]) * PAGE
    return 0


def limit(most: int) -> None:
    """Let this process take so many bytes from now on: whatever asks for more gets a MemoryError, and not the whole
    machine its process-killer."""
    with suppress(OSError, ValueError):  # no Linux; or there is a lower limit already
        lines = STATUS.read_text("ascii").splitlines()
        taken = sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))
        resource.setrlimit(resource.RLIMIT_DATA, (taken + most, resource.RLIM_INFINITY))


def share(processes: int) -> int:
    """Bytes for each of so many hosts: as many again, which have been relieved, have room beside them."""
    return max(LEAST, min(MOST, int(SHARED * machine()) // (2 * max(1, processes))))


def machine() -> int:
    """Bytes of memory of this machine, or of the container."""
    found = [os.sysconf("SC_PHYS_PAGES") * PAGE]
    for path in GROUPS:
        with suppress(OSError, ValueError):  # no container, or one without a limit
            found.append(int(Path(path).read_text("ascii")))
    return min(found)
