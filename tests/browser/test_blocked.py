"""Behind a proxy that lets no WebSocket through the page does all that it does elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.app.service import served
from tests.browser.blocked import Way, blocked
from tests.browser.conftest import Lab

BLOCKED = re.compile(r"WebSocket|status of 404")  # what the browser itself says, of a socket and of a line that ended
WITHIN = 5.0  # seconds from the first attempt at a socket to the first answer


@contextmanager
def behind(browser: Browser, address: str, way: Way) -> Iterator[Lab]:
    with blocked(address, way) as there:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
        lab = Lab(context.new_page())
        lab.watch()
        tried: list[float] = []
        answered: list[float] = []
        lab.page.on("websocket", lambda _: tried.append(time.monotonic()))
        lab.page.on("response", lambda reply: answered.extend([time.monotonic()] * reply.url.endswith("/ask")))
        lab.open(there)
        yield lab
        context.close()
        assert answered[0] - tried[0] < WITHIN
        assert [said for said in lab.complaints if not BLOCKED.search(said)] == []


def asked(lab: Lab) -> int:
    return sum(url.endswith("/api/line/ask") for url in lab.requests)


@pytest.mark.parametrize("way", ["refused", "swallowed", "cut"])
def test_where_sockets_are_blocked_the_default_experiment_plays_within_5_seconds_and_nothing_is_said(
    browser: Browser, address: str, way: Way
) -> None:
    with behind(browser, address, way) as lab:
        expect(lab.page.get_by_role("button", name="Pause")).to_be_visible()
        first = lab.counter("visit")
        lab.until("visit", lambda visit: visit > first)
        expect(lab.page.locator(".notice")).to_have_count(0)
        assert asked(lab) > 0


def test_where_sockets_are_blocked_it_trains_goes_back_and_shows_the_same_numbers(
    browser: Browser, address: str
) -> None:
    with behind(browser, address, "refused") as lab:
        lab.pause()
        lab.go_to(4)
        lab.dial("phase")
        lab.back()
        there = lab.page.get_by_test_id("headline").inner_text()
        lab.speed(9)
        lab.page.keyboard.press("Space")
        lab.until("step", lambda step: step > 300)
        lab.pause()
        lab.page.get_by_role("slider", name="Training steps").press("Home")
        lab.until("step", lambda step: step == 1)
        lab.go_to(4)
        lab.dial("phase")
        lab.back()
        assert lab.page.get_by_test_id("headline").inner_text() == there
        lab.example("Digits")
        assert asked(lab) > 30


def test_where_sockets_are_blocked_who_leaves_the_page_leaves_their_place_at_once(
    browser: Browser, address: str
) -> None:
    before = sessions(address)
    with behind(browser, address, "refused") as lab:
        assert sessions(address) == before + 1
        lab.page.goto("about:blank")
        end = time.monotonic() + 10  # of itself it would be free after ten minutes
        while sessions(address) > before:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_where_sockets_are_blocked_a_page_that_stood_still_for_longer_than_its_line_goes_on_where_it_was(
    browser: Browser,
) -> None:
    with served(line_idle="0.5") as address, behind(browser, address, "refused") as lab:
        lab.pause()
        lab.go_to(3)
        end = time.monotonic() + 10
        while sessions(address):
            assert time.monotonic() < end
            time.sleep(0.05)
        lab.dial("step")
        lab.forward()
        lab.until("step", lambda step: step == 4)
        expect(lab.page.locator(".notice")).to_have_count(0)


def sessions(address: str) -> float:
    with urlopen(f"{address}/metrics", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("backflow_sessions "))
