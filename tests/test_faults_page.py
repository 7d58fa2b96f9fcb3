"""docs/faults.md names tests: each of them exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`((?:tests|static)/[^`]+)`")


def titles(path: Path) -> Iterator[str]:
    """The tests of a file as pytest names them; of TypeScript their titles."""
    text = path.read_text("utf-8")
    if path.suffix == ".ts":
        yield from re.findall(r'\b(?:test|it)(?:\.each\([^)]*\))?\("([^"]+)"', text)
        return
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef))


def test_every_test_that_the_page_names_exists_and_every_row_names_one() -> None:
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "what happens" not in line]
    assert len(rows) > 20
    for row in rows:
        assert NAMED.search(row), row
    for name in NAMED.findall(page):
        file, _, test = name.partition("::")
        assert (ROOT / file).exists(), name
        assert not test or test in set(titles(ROOT / file)), name
