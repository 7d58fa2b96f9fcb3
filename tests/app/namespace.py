"""Processes in namespaces of their own, where a disk is full or a network missing and nobody else notices."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def possible(*namespaces: str) -> bool:
    """May this user have such namespaces here? Some containers allow none."""
    unshare = shutil.which("unshare")
    return bool(unshare) and subprocess.run([str(unshare), *namespaces, "true"], capture_output=True).returncode == 0


def having(*namespaces: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not possible(*namespaces), reason=f"no unshare {' '.join(namespaces)} here")


def small_disk(folder: Path, kilobytes: int, then: list[str]) -> list[str]:
    """A command whose process sees a disk of this size in a folder, and nobody else does; it keeps its process id."""
    mount = f"mount -t tmpfs -o size={kilobytes}k tmpfs {folder}"
    return ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$@"', "sh", *then]
