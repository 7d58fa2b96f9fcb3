"""The line between a real page and a real service goes, is silent, or sleeps: what was there is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Lab
from tests.browser.wire import Wire, wire

DAY = "2026-11-25T09:00:00"


@dataclass
class Far(Lab):
    """A page with a wire between it and the service, and a clock of its own."""

    wire: Wire | None = None

    def known(self) -> tuple[int, str | None, str]:
        """The step shown, the furthest that is remembered, and what is said of it."""
        slider = self.page.get_by_role("slider", name="Training steps")
        said = self.page.get_by_test_id("headline").inner_text()
        return self.counter("step"), slider.get_attribute("aria-valuemax"), said


@pytest.fixture
def far(browser: Browser, address: str) -> Iterator[Far]:
    with wire(address) as between:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
        lab = Far(context.new_page(), wire=between)
        lab.page.clock.install(time=DAY)
        lab.page.clock.resume()
        lab.open(between.address)
        lab.pause()
        lab.go_to(4)
        yield lab
        context.close()


def step(lab: Lab) -> None:
    lab.dial("step")
    lab.forward()


def test_a_line_down_for_five_seconds_comes_back_to_the_same_step_and_a_step_pressed_meanwhile_is_done_once(
    far: Far,
) -> None:
    assert far.wire
    before = far.known()
    far.wire.cut()
    expect(far.page.get_by_role("alert")).to_be_visible()
    assert far.known() == before
    step(far)
    far.page.wait_for_timeout(5000)
    assert far.known() == before
    far.wire.mend()
    far.until("step", lambda at: at == 5, seconds=30)
    expect(far.page.get_by_role("alert")).to_have_count(0)
    step(far)
    far.until("step", lambda at: at == 6)
    far.page.wait_for_timeout(200)
    assert far.counter("step") == 6


def test_a_line_that_is_silent_is_noticed_by_the_page_itself_and_its_step_done_once_on_another(far: Far) -> None:
    assert far.wire
    far.wire.hush()
    step(far)
    far.page.wait_for_timeout(300)
    assert far.counter("step") == 4
    far.page.clock.fast_forward(19_000)
    expect(far.page.get_by_role("alert")).to_have_count(0)
    far.page.clock.fast_forward(2000)
    expect(far.page.get_by_role("alert")).to_be_visible()
    far.wire.mend()
    for _ in range(3):
        far.page.clock.fast_forward(10_000)
        far.page.wait_for_timeout(300)
    far.until("step", lambda at: at == 5)
    expect(far.page.get_by_role("alert")).to_have_count(0)
    step(far)
    far.until("step", lambda at: at == 6)


@pytest.mark.parametrize("there", ["2026-11-25T10:00:00", "2026-11-25T08:00:00"])
def test_a_clock_of_the_day_set_by_an_hour_moves_no_film_and_loses_no_line(far: Far, there: str) -> None:
    far.speed(0)
    far.page.keyboard.press("Home")
    far.page.keyboard.press("Space")
    far.until("visit", lambda visit: visit == 1)
    before = far.counter("step")
    far.page.clock.set_system_time(there)
    far.page.wait_for_timeout(300)
    assert (far.counter("step"), far.counter("visit")) == (before, 1)
    expect(far.page.get_by_role("alert")).to_have_count(0)
