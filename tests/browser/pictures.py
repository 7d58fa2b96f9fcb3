"""Photographs the running page for the docs: `make pictures`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.app.service import served
from tests.browser.chromium import ARGUMENTS, find_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, PHONE = (1440, 900), (390, 844)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        for theme in ("dark", "light"):
            for language in ("en", "ko"):
                for size, (width, height) in (("wide", WIDE), ("phone", PHONE)):
                    context = chromium.new_context(
                        viewport={"width": width, "height": height},
                        color_scheme=theme,
                    )
                    page = context.new_page()
                    page.goto(f"{address}/?lang={language}")
                    photograph(page, f"lab-{theme}-{language}-{size}.png", pick=size == "wide")
                    context.close()


def photograph(page: Page, name: str, pick: bool) -> None:
    """After some training, in the middle of a backward pass, with a weight picked out."""
    page.get_by_test_id("counter-step").wait_for()
    page.locator(".player-speed input").fill("9")
    while int(page.get_by_test_id("counter-step").inner_text()) < 400:
        page.wait_for_timeout(50)
    page.keyboard.press("Space")
    page.evaluate("document.activeElement.blur()")
    page.locator(".timeline-visits").focus()
    box = page.locator(".timeline-visits").bounding_box()
    assert box
    left, right = 88, 16
    share = (14.5 if pick else 13.36) / 17
    page.mouse.click(box["x"] + left + share * (box["width"] - left - right), box["y"] + 20)
    page.evaluate("document.activeElement.blur()")
    if pick:
        page.get_by_role("application").focus()
        page.keyboard.press("ArrowRight")
        for _ in range(4):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(700)  # the pictures inside the units come a moment later
    page.screenshot(path=FOLDER / name)
    print(FOLDER / name)


if __name__ == "__main__":
    main()
