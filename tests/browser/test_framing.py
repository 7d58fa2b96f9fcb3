"""A page of another site cannot show ours inside it, where a click would be meant for something else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, ConsoleMessage


@pytest.fixture
def elsewhere(address: str) -> Iterator[str]:
    """A site of another origin, whose page has ours in a frame."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{address}/"></iframe>'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()
        thread.join()


def test_in_a_frame_of_another_sites_page_it_shows_nothing_and_the_browser_says_why(
    browser: Browser, elsewhere: str
) -> None:
    page = browser.new_page()

    def refused(message: ConsoleMessage) -> bool:
        return "frame-ancestors" in message.text

    with page.expect_console_message(refused, timeout=10_000):
        page.goto(elsewhere)
    _, framed = page.frames
    assert framed.locator("[data-testid]").count() == 0
    page.close()
