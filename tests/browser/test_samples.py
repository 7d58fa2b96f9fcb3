"""The gradient of each example alone: the inspector's bars beside the service's own answer."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab
from tests.browser.test_numbers import Heard
from tests.browser.test_truth import shown, written


def test_the_bars_of_a_weight_are_the_services_and_choose_an_example(lab: Lab, address: str) -> None:
    heard = Heard(lab, address, "sampled")
    lab.go_to(4)
    lab.page.get_by_role("application").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("Enter")
    bars = lab.page.get_by_role("slider", name="Example of the batch, by its gradient")
    bars.wait_for()
    said = heard.replies[-1]
    gradients = said["gradients"]
    place = lab.page.get_by_test_id("inspector-place").inner_text()
    assert place.endswith(f"{said['parameter']}{said['index']}")
    assert said["step"] == 4

    assert shown(lab, "each-mean") == pytest.approx(np.mean(gradients), rel=1e-6)
    assert shown(lab, "each-mean") == pytest.approx(shown(lab, "gradient"), rel=1e-4)
    assert shown(lab, "alone") == np.float32(gradients[0])
    assert shown(lab, "alone") == pytest.approx(len(gradients) * shown(lab, "share"), rel=1e-4)

    box = bars.bounding_box()
    assert box
    bars.click(position={"x": box["width"] * 10.5 / len(gradients), "y": box["height"] / 2})
    valued = f"Example 11 of 32: {written(np.float32(gradients[10]))}"
    expect(bars).to_have_attribute("aria-valuetext", valued)
    assert shown(lab, "alone") == np.float32(gradients[10])
    expect(lab.page.get_by_role("group", name="Example of the batch", exact=True)).to_contain_text("Example 11 of 32")
    bars.press("End")
    expect(bars).to_have_attribute("aria-valuenow", "32")
    assert shown(lab, "alone") == np.float32(gradients[31])
    assert len(heard.replies) == 1  # the same for whatever example is shown


def test_the_bars_wait_while_steps_fly_by_and_come_when_they_rest(lab: Lab, address: str) -> None:
    heard = Heard(lab, address, "sampled")
    lab.go_to(2)
    lab.page.get_by_role("application").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("Enter")
    lab.page.get_by_role("slider", name="Example of the batch, by its gradient").wait_for()
    before, step = len(heard.replies), lab.counter("step")
    lab.speed(9)
    lab.page.get_by_role("button", name="Play", exact=True).click()
    lab.until("step", lambda now: now > step + 300)
    assert len(heard.replies) <= before + 1
    lab.pause()
    assert heard.caught_up(lab)
