"""The real page: a served Backflow and a Chromium that looks at it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.app.service import served
from tests.browser.chromium import ARGUMENTS, find_chromium


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """A service of its own, on a free port, started as a user starts it."""
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@dataclass
class Lab:
    """The page, what it complained of, and whom it called."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    # What a person does

    def open(self, address: str, query: str = "") -> None:
        self.page.goto(f"{address}/{query}")
        self.page.get_by_test_id("counter-step").wait_for()
        self.until("step", lambda step: step > 0)

    def counter(self, name: str) -> int:
        return int(self.page.get_by_test_id(f"counter-{name}").inner_text())

    def until(self, name: str, holds: Callable[[int], bool], seconds: float = 20) -> int:
        """Watch a counter until something holds of it (the page's policy forbids Playwright's own way, eval)."""
        end = time.monotonic() + seconds
        while not holds(value := self.counter(name)):
            assert time.monotonic() < end, f"{name} stayed at {value}"
            self.page.wait_for_timeout(20)
        return value

    def go_to(self, step: int) -> None:
        """To the end of a step, by the timeline's own slider."""
        slider = self.page.get_by_role("slider", name="Training steps")
        slider.focus()
        while (now := self.counter("step")) != step:
            slider.press("ArrowRight" if now < step else "ArrowLeft")
            self.until("step", lambda at, now=now: at != now)  # type: ignore[misc]
        self.page.get_by_role("slider", name="Visits of this step").press("End")

    def pause(self) -> None:
        button = self.page.get_by_role("button", name=re.compile("Pause|멈춤"))
        if button.count():
            button.click()

    def dial(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def forward(self) -> None:
        self.page.get_by_role("button", name="Forward", exact=True).click()

    def back(self) -> None:
        self.page.get_by_role("button", name="Back", exact=True).click()

    def example(self, name: str) -> None:
        """Choose an experiment by its name in the bar, and wait for its first step."""
        self.page.get_by_role("combobox", name="Experiment").select_option(label=name)
        expect(self.page.get_by_test_id("counter-step")).to_have_text("1")

    def speed(self, notch: int) -> None:
        self.page.get_by_role("slider", name="Speed").fill(str(notch))


@pytest.fixture
def lab(browser: Browser, address: str) -> Iterator[Lab]:
    """A fresh page at 1440 × 900; the test fails if it complains or calls another host."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    lab = Lab(context.new_page())
    lab.watch()
    lab.open(address)
    yield lab
    host = address.split("//")[1]
    strangers = [
        url
        for url in lab.requests
        if not re.match(rf"(https?|ws)://{re.escape(host)}/", url) and not url.startswith(("data:", "blob:"))
    ]
    context.close()
    assert lab.complaints == []
    assert strangers == []
