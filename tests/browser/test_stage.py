"""The network as a picture: it stands still, and answers the mouse and the keys alike."""

from __future__ import annotations

import re
from itertools import product

from playwright.sync_api import Page, expect

from tests.browser.conftest import Lab


def head(page: Page) -> str:
    return page.get_by_label("Inspector").get_by_role("heading", level=2).inner_text()


def click_until(page: Page, wanted: str) -> str:
    """Click across the upper half of the network until the inspector names what is looked for; its name."""
    box = page.locator(".stage-canvas").bounding_box()
    assert box
    for x, y in product(range(180, int(box["width"]) - 60, 14), (70, 90, 110)):
        page.mouse.click(box["x"] + x, box["y"] + y)
        if re.fullmatch(wanted, found := head(page)):
            return found
    raise AssertionError(f"no click found {wanted}")


def test_keys_act_on_what_was_clicked(lab: Lab) -> None:
    lab.pause()
    unit = re.compile(r"Unit layer (\d+) unit (\d+)")
    found = unit.fullmatch(click_until(lab.page, r"Unit layer [2-9] unit [2-9]"))
    assert found
    layer, row = int(found[1]), int(found[2])
    lab.page.keyboard.press("ArrowUp")
    assert head(lab.page) == f"Unit layer {layer} unit {row - 1}"
    lab.page.keyboard.press("Enter")
    assert head(lab.page).endswith(f"→ layer {layer} unit {row - 1}")
    lab.page.keyboard.press("Escape")
    assert head(lab.page) == f"Unit layer {layer} unit {row - 1}"


def test_the_network_stands_still_while_the_pass_goes_through_it(lab: Lab) -> None:
    lab.pause()
    page = lab.page
    for width, language in product((1440, 1280, 390, 320), ("English", "한국어")):
        page.set_viewport_size({"width": width, "height": 800})
        if page.get_by_role("button", name=language).count():
            page.get_by_role("button", name=language).click()
            expect(page.get_by_role("button", name=language)).to_have_count(0)
        visits = page.get_by_role("slider", name=re.compile("Visits of this step|이 스텝의 방문"))
        visits.press("Home")
        seen = set()
        for _ in range(int(visits.get_attribute("aria-valuemax") or 0)):
            visits.press("ArrowRight")
            box = page.locator(".stage-canvas").bounding_box()
            assert box
            seen.add((box["y"], box["height"]))
        assert len(seen) == 1, f"at {width} px in {language}: {seen}"


def test_what_stands_above_the_network_is_whole_or_not_there(lab: Lab) -> None:
    for width, language in product((1440, 1280, 1024), ("English", "한국어")):
        lab.page.set_viewport_size({"width": width, "height": 800})
        if lab.page.get_by_role("button", name=language).count():
            lab.page.get_by_role("button", name=language).click()
            expect(lab.page.get_by_role("button", name=language)).to_have_count(0)
        line = lab.page.locator(".stage-top").bounding_box()
        caption = lab.page.locator(".stage-caption").bounding_box()
        assert line and caption
        hidden = caption["y"] >= line["y"] + line["height"]
        assert hidden or caption["x"] + caption["width"] <= line["x"] + line["width"], (width, language)
        assert caption["height"] < 24


def test_the_meters_stay_when_the_charts_are_opened(lab: Lab) -> None:
    lab.page.keyboard.press("c")
    lab.page.locator(".shell-charts section").wait_for()
    box = lab.page.locator(".stage-canvas").bounding_box()
    assert box and box["height"] >= 210  # what the layout asks for to have room for them


def test_the_tabs_of_the_charts_are_all_in_sight_on_a_phone(lab: Lab) -> None:
    for width in (390, 320):
        lab.page.set_viewport_size({"width": width, "height": 844})
        lab.page.get_by_role("navigation", name="Panels").get_by_role("button", name="Charts").click()
        tabs = lab.page.get_by_role("tab")
        tabs.first.wait_for()
        for box in (tab.bounding_box() for tab in tabs.all()):
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width


def test_the_list_of_keys_closes_on_a_click_beside_it(lab: Lab) -> None:
    lab.page.keyboard.press("?")
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    box = dialog.bounding_box()
    assert box
    lab.page.mouse.click(box["x"] + 20, box["y"] + box["height"] - 8)
    expect(dialog).to_be_visible()
    lab.page.mouse.click(box["x"] - 30, box["y"] + 40)
    expect(dialog).to_be_hidden()
