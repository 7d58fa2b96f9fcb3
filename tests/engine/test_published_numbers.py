"""Numbers that textbooks and papers print, computed by this engine; docs/numbers.md shows them."""

from __future__ import annotations

import pytest

from tests.numbers.published import Published
from tests.numbers.table import FILE, contexts, line, rows, told


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.id} {row.fact}")
def test_ours_lies_inside_the_band_around_what_is_published(row: Published) -> None:
    ours = row.compute()
    assert row.holds(ours), f"published {row.shown(row.published)}, ours {row.shown(ours)}, band {row.band}"


def test_the_document_shows_every_row_and_none_that_fails() -> None:
    text = FILE.read_text("utf-8")
    for row in rows():
        assert told(row) in text, f"docs/numbers.md is stale: run `make numbers` ({row.id} {row.fact})"
    for each in contexts():
        assert line(each.id, each.fact, each.source, each.why) in text
    assert "**no**" not in text
