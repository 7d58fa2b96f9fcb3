"""A slow computer plays, too."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Lab
from tests.browser.test_lab import colours

SLOWER = 6  # times slower than this machine


def test_the_default_experiment_plays_and_is_drawn_on_a_computer_six_times_slower(lab: Lab) -> None:
    session = lab.page.context.new_cdp_session(lab.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    expect(lab.page.get_by_role("button", name="Pause")).to_be_visible()
    lab.speed(5)
    step = lab.counter("step")
    lab.until("step", lambda at: at > step, seconds=40)
    assert colours(lab) > 300
    lab.speed(9)
    step = lab.counter("step")
    lab.until("step", lambda at: at > step + 50, seconds=40)
    lab.pause()
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
