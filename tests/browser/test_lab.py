"""The page as a person meets it."""

from __future__ import annotations

import re
from itertools import product

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Lab


def colours(lab: Lab) -> int:
    """How many colours the stage shows."""
    script = """() => {
      const seen = new Set();
      for (const canvas of document.querySelectorAll('.stage-canvas canvas')) {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 16) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      }
      return seen.size;
    }"""
    return int(lab.page.evaluate(script))


def test_the_default_experiment_plays_at_once(lab: Lab) -> None:
    expect(lab.page.get_by_role("button", name="Pause")).to_be_visible()
    first = lab.counter("visit")
    lab.until("visit", lambda visit: visit > first)
    assert colours(lab) > 300


def test_the_sentence_follows_the_pass_from_forward_to_update(lab: Lab) -> None:
    lab.pause()
    lab.page.keyboard.press("Home")
    lab.dial("phase")
    headline = lab.page.get_by_test_id("headline")
    seen = []
    for _ in range(4):
        lab.forward()
        seen.append(headline.inner_text())
    assert [words.split()[0].strip(".,") for words in seen] == ["Forward", "Loss", "Backward", "Update"]


def test_space_stops_and_continues(lab: Lab) -> None:
    lab.page.keyboard.press("Space")
    expect(lab.page.get_by_role("button", name="Play")).to_be_visible()
    lab.page.keyboard.press("Space")
    expect(lab.page.get_by_role("button", name="Pause")).to_be_visible()


def test_going_back_shows_the_same_numbers_again(lab: Lab) -> None:
    lab.pause()
    lab.go_to(4)
    lab.dial("phase")
    lab.back()
    there = lab.page.get_by_test_id("headline").inner_text()
    lab.go_to(2)
    lab.go_to(4)
    lab.back()
    assert lab.page.get_by_test_id("headline").inner_text() == there


def test_dragging_the_timeline_rewinds_and_the_future_stays(lab: Lab) -> None:
    lab.speed(9)
    lab.until("step", lambda step: step > 200)
    lab.pause()
    slider = lab.page.get_by_role("slider", name="Training steps")
    most = int(slider.get_attribute("aria-valuemax") or 0)
    box = slider.bounding_box()
    assert box
    lab.page.mouse.click(box["x"] + 140, box["y"] + 80)
    lab.until("step", lambda step: step < 100)
    assert int(slider.get_attribute("aria-valuemax") or 0) >= most  # a frame under way may still have come


def test_digits_reach_95_percent_within_a_minute_of_watching(lab: Lab) -> None:
    lab.example("Digits")
    lab.speed(9)
    if lab.page.get_by_role("button", name="Play").count():
        lab.page.keyboard.press("Space")
    right = re.compile(r"test accuracy (9[5-9]|100)\.\d %")
    expect(lab.page.get_by_test_id("headline")).to_have_text(right, timeout=60_000)


def test_the_language_changes_in_place_and_is_remembered(lab: Lab, address: str) -> None:
    lab.page.get_by_role("button", name="한국어").click()
    expect(lab.page.locator("html")).to_have_attribute("lang", "ko")
    expect(lab.page.get_by_text("최적화기 (optimizer)").first).to_be_visible()
    lab.page.goto(address)
    expect(lab.page.get_by_role("button", name="English")).to_be_visible()


def test_a_link_to_a_moment_opens_that_moment(lab: Lab, browser: Browser) -> None:
    lab.pause()
    lab.go_to(3)
    lab.dial("layer")
    lab.back()
    lab.page.get_by_role("button", name="Copy moment").click()
    there = (lab.counter("step"), lab.counter("visit"), lab.page.get_by_test_id("headline").inner_text())
    other = Lab(browser.new_context(viewport={"width": 1440, "height": 900}).new_page())
    other.page.goto(lab.page.url)
    other.until("step", lambda step: step == there[0])
    expect(other.page.get_by_test_id("headline")).to_have_text(there[2])
    assert (other.counter("step"), other.counter("visit")) == there[:2]
    other.page.context.close()


def test_the_light_theme_is_a_press_away(lab: Lab) -> None:
    before = lab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    lab.page.get_by_role("button", name="Light theme").click()
    assert lab.page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_nothing_is_wider_than_a_narrow_screen(lab: Lab) -> None:
    for width, language in product((320, 390, 768, 1024), ("English", "한국어")):
        lab.page.set_viewport_size({"width": width, "height": 800})
        if lab.page.get_by_role("button", name=language).count():
            lab.page.get_by_role("button", name=language).click()
            expect(lab.page.get_by_role("button", name=language)).to_have_count(0)
        stage = lab.page.locator(".stage").bounding_box()
        assert stage and stage["width"] <= width
        assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
        wide = lab.page.evaluate(
            """() => [...document.querySelectorAll('header.bar button, header.bar select, .player-bar button')]
              .filter((e) => e.offsetParent && e.getBoundingClientRect().right > innerWidth + 0.5)
              .map((e) => e.getAttribute('aria-label') ?? e.textContent)"""
        )
        assert wide == [], f"beyond the edge at {width} px"


def test_a_phone_can_undo_and_keep_its_files(lab: Lab) -> None:
    page = lab.page
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        page.get_by_role("combobox", name="Experiment").select_option(label="XOR")
        expect(page.get_by_role("combobox", name="Experiment")).to_have_value("xor")
        page.get_by_role("button", name="Undo", exact=True).click()
        expect(page.get_by_role("combobox", name="Experiment")).to_have_value("spiral")
        expect(page.get_by_role("button", name="Redo", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="Panels").get_by_role("button", name="Build").click()
    page.get_by_role("button", name="Download").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Download")).to_be_visible()
