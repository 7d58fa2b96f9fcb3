"""The page on performance says what was measured, and nothing else."""

from __future__ import annotations

import asyncio
from math import inf
from unittest.mock import Mock
from xml.etree import ElementTree

import pytest

from benchmarks.load.class_ import percentile, within
from benchmarks.load.client import Client
from benchmarks.load.page import DOCS, charts, page, results


def test_the_page_and_its_charts_are_those_of_the_last_measurement() -> None:
    found = results("load")
    assert found
    assert (DOCS / "performance.md").read_text("utf-8") == page(found, results("soak"))
    for name, picture in charts(found["curve"]).items():
        ElementTree.fromstring(picture)
        assert (DOCS / "pictures" / f"load-{name}.svg").read_text("utf-8") == picture


@pytest.mark.parametrize(("share", "milliseconds"), [(0.0, 1000), (0.5, 51_000), (0.99, 100_000), (1.0, 100_000)])
def test_so_large_a_share_waits_no_longer(share: float, milliseconds: float) -> None:
    assert within([float(number) for number in range(100, 0, -1)], share) == milliseconds


def test_a_percentile_counts_only_what_was_added() -> None:
    before = {0.01: 50.0, 0.1: 60.0, inf: 60.0}
    after = {0.01: 52.0, 0.1: 160.0, inf: 161.0}
    assert percentile(before, after, 0.99) == 0.1
    assert percentile(before, after, 0.01) == 0.01
    assert percentile(before, after, 1.0) == inf


def test_of_a_lost_line_nothing_is_waited_for() -> None:
    async def lose() -> None:
        client = Client()
        client.transport = Mock()
        asked = [client.ask("advance", steps=1) for _ in range(2)]
        assert client.outstanding == 2
        client.connection_lost(None)
        assert client.outstanding == 0
        for answer in (*asked, client.ask("advance", steps=1)):
            assert isinstance(answer.exception(), ConnectionError)

    asyncio.run(lose())
