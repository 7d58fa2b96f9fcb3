"""A formula over HTTP: every operation's value and gradient, or the place where it is no arithmetic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.service import BUILT, JSON, URL

pytestmark = BUILT


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(processes=0)), base_url=URL, headers=JSON) as client:
        yield client


def ask(client: TestClient, expression: str, **inputs: Any) -> Any:
    reply = client.post("/api/expression", json={"expression": expression, "inputs": inputs})
    assert reply.status_code == 200
    return reply.json()


def problems(client: TestClient, body: Any) -> list[tuple[str, str]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = client.post("/api/expression", content=content)
    assert reply.status_code == 422
    return [(found["where"], found["code"]) for found in reply.json()["problems"]]


def present(operand: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in operand.items() if value is not None}


def test_every_operation_is_answered_with_what_it_reads_its_value_and_its_gradient(client: TestClient) -> None:
    found = ask(client, "q = x + y\nf = q * -4", x=-2, y=5)
    assert found["inputs"] == [
        {"name": "x", "value": -2, "gradient": -4},
        {"name": "y", "value": 5, "gradient": -4},
    ]
    assert [(node["operation"], node["name"], node["value"], node["gradient"]) for node in found["nodes"]] == [
        ("add", "q", 3, -4),
        ("mul", "f", -12, 1),
    ]
    reads = [
        [{key: v for key, v in each.items() if v is not None} for each in node["reads"]] for node in found["nodes"]
    ]
    assert reads == [[{"input": "x"}, {"input": "y"}], [{"node": 0}, {"number": -4}]]


def test_infinity_and_nan_are_null(client: TestClient) -> None:
    found = ask(client, "f = sqrt(x) + log(x)", x=0)
    assert (found["nodes"][-1]["value"], found["inputs"][0]["gradient"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"expression": "x +\ny *", "inputs": {}}, "expression.1.4", "expression"),
        ({"expression": "x", "inputs": {}}, "inputs.x", "missing"),
        ({"expression": "1", "inputs": {"__proto__": 1}}, "inputs.__proto__", "unknown"),
        ({"expression": "x", "inputs": {"x": "1"}}, "inputs.x", "type"),
        ({"expression": "x", "inputs": {"x": float("nan")}}, "inputs.x", "finite"),
        ({"expression": "x", "inputs": {"x": 1}, "eval": True}, "eval", "unknown"),
        ({"expression": "x"}, "inputs", "missing"),
        ({"expression": ["x"], "inputs": {}}, "expression", "type"),
        (b"{", "", "not_json"),
        (b"x" * 200_000, "", "too_long"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(client: TestClient, body: Any, where: str, code: str) -> None:
    assert problems(client, body) == [(where, code)]
