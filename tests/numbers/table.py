"""Every row, and the document that shows them: `python -m tests.numbers` writes docs/numbers.md."""

from __future__ import annotations

from collections.abc import Iterator

from hatch_build import ROOT
from tests.numbers import (
    circuits,
    convolutions,
    depth,
    descent,
    noise,
    norms,
    recurrent,
    signals,
    training,
    transformers,
)
from tests.numbers.published import Context, Published

FILE = ROOT / "docs" / "numbers.md"
MODULES = (circuits, training, descent, signals, convolutions, depth, norms, recurrent, transformers, noise)

HEAD = """\
# Numbers

What papers and textbooks print, or what follows from a derivation, beside the same numbers computed by this engine.
`make numbers` writes this page; the tests compute every row again and assert that it lies inside its band.

Exact facts have bands of half their last digit, or of float64's rounding. Facts about random networks are of a few
fixed seeds, and their bands are as wide as chance and the size of the network make them.

| id | fact | source | published | ours | band | inside |
|---|---|---|---|---|---|---|
"""
REST = """
## Published, and not computed here

| id | published | source | why not |
|---|---|---|---|
"""


def rows() -> list[Published]:
    """By id, and within one as they are written."""
    found = [each for module in MODULES for each in vars(module).values() if isinstance(each, Published)]
    return sorted(dict.fromkeys(found), key=lambda row: (row.id[0], int(row.id[1:])))


def contexts() -> list[Context]:
    found = [each for module in MODULES for each in vars(module).values() if isinstance(each, Context)]
    return sorted(dict.fromkeys(found), key=lambda row: (row.id[0], int(row.id[1:])))


def line(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |"


def told(row: Published) -> str:
    """A row without what was computed."""
    return line(row.id, row.fact, row.source, row.shown(row.published))


def document() -> Iterator[str]:
    yield HEAD
    for row in rows():
        ours = row.compute()
        yield told(row) + line(row.shown(ours), row.band, "yes" if row.holds(ours) else "**no**")[1:] + "\n"
    yield REST
    for each in contexts():
        yield line(each.id, each.fact, each.source, each.why) + "\n"
