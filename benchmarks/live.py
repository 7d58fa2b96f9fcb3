"""Live training in a real browser: frames drawn a second, and steps trained, at the player's top speed.

Server, browser and software rasteriser share the machine, so the figures are a floor.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

SECONDS = 6
TOP_SPEED = 600  # steps a second: ten a screen frame

COUNT = """(seconds) => new Promise((resolve) => {
  const step = () => +document.querySelector('[data-testid=counter-step]').textContent;
  const [began, first] = [performance.now(), step()];
  let drawn = 0;
  const tick = () => {
    drawn += 1;
    const passed = (performance.now() - began) / 1000;
    if (passed < seconds) requestAnimationFrame(tick);
    else resolve([drawn / passed, (step() - first) / passed]);
  };
  requestAnimationFrame(tick);
})"""


@dataclass(frozen=True)
class Live:
    """Rates a second."""

    example: str
    drawn: float
    steps: float


def live_training() -> list[Live]:
    """The default experiment and the digits, each at top speed; empty where there is no browser to measure in."""
    if importlib.util.find_spec("playwright") is None:
        print("Playwright is not installed, so live training is left out; `make test` installs it.")
        return []
    from tests.app.service import served

    with served() as address:
        return [measured(address, example) for example in ("Spiral", "Digits")]


def measured(address: str, example: str) -> Live:
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import ARGUMENTS, find_chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.get_by_role("combobox", name="Experiment").select_option(label=example)
        page.get_by_role("slider", name="Speed").fill("9")
        page.wait_for_timeout(2000)
        drawn, steps = page.evaluate(COUNT, SECONDS)
        browser.close()
    return Live(example, round(drawn, 1), round(steps, 1))
