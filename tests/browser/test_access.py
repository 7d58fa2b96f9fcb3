"""For everyone: keys alone, screen readers, and axe's rules."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Lab


def violations(lab: Lab) -> list[str]:
    found = Axe().run(lab.page).response["violations"]
    return [f"{v['id']}: {[node['target'] for node in v['nodes']][:4]}" for v in found]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_axe_finds_nothing_wrong(lab: Lab, address: str, theme: str, language: str) -> None:
    lab.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    lab.open(address, f"?lang={language}")
    lab.pause()
    assert violations(lab) == []
    lab.page.locator(".timeline-visits").press("End")
    lab.page.locator(".builder-layers [data-part=name]").first.click()
    lab.page.get_by_test_id("inspector-mean-output").wait_for()
    assert violations(lab) == []
    lab.page.get_by_role("application").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("Enter")
    lab.page.locator(".inspector-each").wait_for()
    lab.page.keyboard.press("c")
    lab.page.locator(".shell-charts section").wait_for()
    assert violations(lab) == []


def test_axe_finds_nothing_wrong_on_a_phone(lab: Lab) -> None:
    lab.page.set_viewport_size({"width": 390, "height": 844})
    for tab in ("Build", "Inspect", "Charts", "Network"):
        lab.page.get_by_role("navigation", name="Panels").get_by_role("button", name=tab).click()
        assert violations(lab) == [], tab


def test_a_person_with_keys_alone_can_play_step_pick_and_train(lab: Lab) -> None:
    page = lab.page
    page.keyboard.press("Space")
    page.keyboard.press("Home")
    lab.until("visit", lambda visit: visit == 1)
    page.keyboard.press("ArrowRight")  # to the end of the first visit, then of the second
    page.keyboard.press("ArrowRight")
    lab.until("visit", lambda visit: visit == 2)
    page.keyboard.press("]")
    expect(page.get_by_role("button", name="layer", exact=True)).to_have_attribute("aria-pressed", "true")
    for _ in range(200):  # Tab reaches the stage
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "application":
            break
    else:
        raise AssertionError("Tab does not reach the stage")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("inspector-place")).to_contain_text("weight")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


def test_each_visit_is_told_politely(lab: Lab) -> None:
    lab.pause()
    status = lab.page.locator(".stage [role=status]")
    before = status.inner_text()
    lab.page.keyboard.press("Home")
    lab.forward()
    lab.forward()
    expect(status).not_to_have_text(before)


def test_reduced_motion_steps_instead_of_travelling(lab: Lab, address: str) -> None:
    lab.page.emulate_media(reduced_motion="reduce")
    lab.open(address)
    lab.page.keyboard.press("Space")
    assert lab.page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    expect(lab.page.get_by_test_id("headline")).not_to_be_empty()
