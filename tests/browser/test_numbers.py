"""What a layer's numbers are like: the inspector beside the service's own answer."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import WebSocket, expect

from tests.browser.conftest import Lab
from tests.browser.test_truth import shown


class Heard:
    """A page opened anew, and the service's replies of one kind as they come over its line."""

    def __init__(self, lab: Lab, address: str, kind: str) -> None:
        self.kind = kind
        self.replies: list[dict[str, Any]] = []
        lab.page.on("websocket", self._follow)
        lab.open(address)
        lab.pause()

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._keep)

    def _keep(self, message: str | bytes) -> None:
        if isinstance(message, str) and (reply := json.loads(message))["kind"] == self.kind:
            self.replies.append(reply)

    def caught_up(self, lab: Lab, seconds: float = 10) -> bool:
        """Does an answer about the step shown come? A frame may be under way when training pauses."""
        end = time.monotonic() + seconds
        while self.replies[-1]["step"] != lab.counter("step") and time.monotonic() < end:
            lab.page.wait_for_timeout(20)
        return bool(self.replies[-1]["step"] == lab.counter("step"))


def choose_layer(lab: Lab, place: int) -> None:
    """By its line in the builder, the input being the first."""
    lab.page.locator(".builder-layers > li").nth(place).locator("[data-part=name]").click()


def settle(lab: Lab, step: int) -> None:
    expect(lab.page.get_by_test_id("inspector-numbers-of")).to_contain_text(f"Step {step},")


def test_the_numbers_of_a_layer_are_those_of_the_service(lab: Lab, address: str) -> None:
    heard = Heard(lab, address, "statistics")
    choose_layer(lab, 3)
    lab.go_to(5)
    settle(lab, 5)
    said = heard.replies[-1]
    weight, bias = (next(p for p in said["parameters"] if p["name"] == f"2.{part}") for part in ("weight", "bias"))
    arrays = {f"weight-{of}": weight[of] for of in ("value", "gradient", "update")}
    arrays |= {f"bias-{of}": bias[of] for of in ("value", "gradient", "update")}
    arrays |= {"output": said["nodes"][2]["output"], "delta": said["nodes"][2]["gradient"]}
    for name, array in arrays.items():
        for figure in ("mean", "spread"):
            assert shown(lab, f"{figure}-{name}") == np.float32(array[figure]), name
        picture = lab.page.locator(".inspector-sizes", has=lab.page.get_by_test_id(f"inspector-mean-{name}"))
        most = int(np.argmax(array["decades"])) - 10
        exponents = [str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) for power in (most, most + 1)]
        words = f"{array['count']} numbers, most between 10{exponents[0]} and 10{exponents[1]}"
        expect(picture.get_by_role("img")).to_have_accessible_name(words)
    assert float(shown(lab, "ratio-weight")) == pytest.approx(weight["ratio"], rel=1e-5)


def test_zeros_and_dead_units_are_told_as_the_service_counts_them(lab: Lab, address: str) -> None:
    heard = Heard(lab, address, "statistics")
    lab.example("Digits")
    lab.pause()
    choose_layer(lab, 2)
    lab.go_to(2)
    settle(lab, 2)
    node = heard.replies[-1]["nodes"][1]
    zeros, count = node["output"]["zeros"], node["output"]["count"]
    assert zeros > 0
    expect(lab.page.get_by_test_id("inspector-apart-output")).to_contain_text(f"{zeros:,} of {count:,} are 0")
    words = f"{node['dead']} of the" if node["dead"] else "None of the"
    expect(lab.page.get_by_test_id("inspector-flat")).to_contain_text(words)


def test_a_number_appears_when_the_pass_has_come_to_it(lab: Lab, address: str) -> None:
    Heard(lab, address, "statistics")
    choose_layer(lab, 3)
    lab.go_to(3)
    settle(lab, 3)
    visits = lab.page.get_by_role("slider", name="Visits of this step")
    names = ("weight-value", "output", "delta", "weight-gradient", "weight-update")
    seen = []
    for key in ("Home", *("ArrowRight",) * 17):
        visits.press(key)
        marks = (lab.page.get_by_test_id(f"inspector-mean-{name}") for name in names)
        seen.append([mark.get_attribute("title") != "not reached" for mark in marks])
    firsts = [[known[i] for known in seen].index(True) for i in range(len(names))]
    assert firsts == [0, 3, 13, 14, 17]


def test_training_goes_on_while_its_numbers_are_asked_for_twice_a_second(lab: Lab, address: str) -> None:
    heard = Heard(lab, address, "statistics")
    choose_layer(lab, 3)
    lab.go_to(2)
    settle(lab, 2)
    before, step = len(heard.replies), lab.counter("step")
    lab.speed(9)
    began = time.monotonic()
    lab.page.get_by_role("button", name="Play", exact=True).click()
    lab.until("step", lambda now: now > step + 400)
    lab.page.wait_for_timeout(1200)
    lab.pause()
    asked = len(heard.replies) - before
    assert 1 <= asked <= 2 * (time.monotonic() - began) + 2
    assert heard.caught_up(lab)
