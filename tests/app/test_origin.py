"""A page of another site can have a browser ask here, but gets nothing done."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.conversation import SMALL
from tests.app.service import BUILT, URL

pytestmark = BUILT
DOCUMENTS = {"/api/check": SMALL, "/api/expression": {"expression": "f = x * x", "inputs": {"x": 3}}}
LINE = ("/api/line", "/api/line/ask", "/api/line/close")  # refused alike: test_plain_http.py


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(processes=0)), base_url=URL) as client:
        yield client


@pytest.mark.parametrize("path", DOCUMENTS)
class TestARequestWithABody:
    @pytest.mark.parametrize("origin", [None, URL])
    def test_of_our_page_or_a_script_is_answered(self, client: TestClient, path: str, origin: str | None) -> None:
        headers = {"Origin": origin} if origin else {}
        assert client.post(path, json=DOCUMENTS[path], headers=headers).status_code == 200

    @pytest.mark.parametrize(
        "origin",
        [
            "http://evil.example",
            "null",
            "https://127.0.0.1:8000.evil.example",
            "http://127.0.0.1:8001",
            "http://a@127.0.0.1:8000",
        ],
    )
    def test_of_another_sites_page_is_refused_whatever_it_holds(
        self, client: TestClient, path: str, origin: str
    ) -> None:
        reply = client.post(path, json=DOCUMENTS[path], headers={"Origin": origin})
        assert reply.status_code == 403
        assert [each["code"] for each in reply.json()["problems"]] == ["origin"]

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    )
    def test_as_a_form_can_send_it_is_refused_though_it_is_json(self, client: TestClient, path: str, kind: str) -> None:
        content = json.dumps(DOCUMENTS[path]).encode()
        reply = client.post(path, content=content, headers={"Content-Type": kind})
        assert reply.status_code == 415
        assert [each["code"] for each in reply.json()["problems"]] == ["content_type"]

    def test_may_say_how_its_json_is_written(self, client: TestClient, path: str) -> None:
        content = json.dumps(DOCUMENTS[path]).encode()
        reply = client.post(path, content=content, headers={"Content-Type": "Application/JSON; charset=utf-8"})
        assert reply.status_code == 200


def test_nothing_else_takes_a_body_and_what_can_be_got_changes_nothing(client: TestClient) -> None:
    taking = {
        route.path: route.methods
        for route in client.app.router.routes  # type: ignore[attr-defined]
        if isinstance(route, Route) and route.methods and not route.methods <= {"GET", "HEAD"}
    }
    assert taking == {path: {"POST"} for path in (*DOCUMENTS, *LINE)}
    for path in taking:
        assert client.get(path).status_code == 405
