"""Finds the Chromium that the browser tests drive; `python -m tests.browser.chromium` says which it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")

# No sandbox, because CI runs as root in a container; no GPU or background traffic, so that runs are alike.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def find_chromium() -> str:
    """Path of a Chromium that starts: on PATH, else Playwright's own, else from Debian; else SystemExit."""
    found = chromium_on_path() or playwright_chromium() or debian_chromium()
    if found is None:
        sys.exit(
            "The browser tests need Chromium and none was found: put chromium or google-chrome on PATH, "
            "or run `.venv/bin/playwright install chromium`."
        )
    return found


def chromium_on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name)) and starts(path)), None)


def playwright_chromium() -> str | None:
    """The Chromium that `playwright install` downloaded, if it was run."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and starts(path) else None


def debian_chromium() -> str | None:
    """Installs Debian's package where that can be done without asking."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update"], install):
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode != 0:
            return None
    return chromium_on_path()


def starts(path: str) -> bool:
    """Whether the program runs: on Ubuntu, `chromium-browser` may be a stub that only asks for a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    print(f"Browser tests use {find_chromium()}")
