"""The browser's message types, generated from the service's: `python -m tests.app.messages` writes them."""

from __future__ import annotations

import json
import re
import subprocess

from app.schema import browser
from hatch_build import ROOT, find_node

FILE = ROOT / "static" / "src" / "wire" / "messages.ts"
BANNER = "// Generated from app/schema.py by `make types`; a test keeps it fresh."
# The generator says of each type where it found it, which tells a reader nothing.
ORIGIN = re.compile(r"/\*\*\n \* This interface was referenced by (?:(?!\*/).)*\*/\n", re.DOTALL)


def generated() -> str:
    """The text of messages.ts as app/schema.py has it now."""
    node, _ = find_node()
    command = [str(node), "node_modules/json-schema-to-typescript/dist/src/cli.js", "--bannerComment", BANNER]
    schema = json.dumps(browser(), sort_keys=True)
    made = subprocess.run(command, cwd=ROOT, input=schema, capture_output=True, text=True, check=True, encoding="utf-8")
    return ORIGIN.sub("", made.stdout)


if __name__ == "__main__":
    FILE.write_text(generated(), "utf-8")
    print(f"written to {FILE}")
