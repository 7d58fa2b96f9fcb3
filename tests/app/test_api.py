"""The HTTP API under what nobody would send: Schemathesis draws requests from its own description and around it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pydantic import TypeAdapter

from app.formula import Formula
from app.line import TOKEN
from app.main import create_app
from app.protocol import Request
from app.settings import Settings
from engine.experiment import Experiment
from tests.app.service import BUILT

schemathesis = pytest.importorskip("schemathesis", reason="Schemathesis is not installed")
pytestmark = BUILT

BODIES: dict[str, Any] = {"/api/check": Experiment, "/api/expression": Formula, "/api/line/ask": Request}
EXAMPLES = int(os.environ.get("FUZZ", "25"))  # of each operation


def described() -> Any:
    """The service's description, with what the bodies are that it reads itself."""
    app = create_app(Settings(processes=0, names=("testserver",), per_address=10**6, sessions=10**6))
    description = app.openapi()
    line = {"name": TOKEN, "in": "header", "schema": {"type": "string"}}
    for way in ("", "/ask", "/close"):  # Starlette's own routes: FastAPI does not describe them
        post = {"parameters": [line] if way else [], "responses": {"default": {"description": "replies"}}}
        description["paths"][f"/api/line{way}"] = {"post": post}
    for path, kind in BODIES.items():
        body = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")
        description.setdefault("components", {}).setdefault("schemas", {}).update(body.pop("$defs", {}))
        content = {"application/json": {"schema": body}}
        description["paths"][path]["post"]["requestBody"] = {"required": True, "content": content}
    # Without the phase that tries every keyword of the schema, of which an experiment's has thousands.
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
    schema = schemathesis.openapi.from_dict(description, config=config)
    schema.app = app
    return schema


SCHEMA = described()


@SCHEMA.parametrize()  # type: ignore[untyped-decorator]
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=[*HealthCheck])
def test_nothing_that_is_sent_makes_it_fail(case: Any) -> None:
    case.call_and_validate(checks=[schemathesis.checks.not_a_server_error])
