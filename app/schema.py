"""JSON Schemas of the experiment and of every message, and the source of the browser's types."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from app.catalogue import Catalogue
from app.protocol import Reply, Request
from engine.experiment import Experiment


@cache
def schemas() -> dict[str, Any]:
    """As a client must write: `experiment`, `request`; as the service answers: `reply`, `catalogue`."""
    return {
        "experiment": TypeAdapter(Experiment).json_schema(),
        "request": TypeAdapter(Request).json_schema(),
        "reply": TypeAdapter(Reply).json_schema(mode="serialization"),
        "catalogue": TypeAdapter(Catalogue).json_schema(mode="serialization"),
    }


def browser() -> dict[str, Any]:
    """One schema from which the TypeScript types are generated: every field present, tuples as arrays of known length."""
    parts = [(name, "serialization", TypeAdapter(kind)) for name, kind in _NAMED]
    _, schema = TypeAdapter.json_schemas([(name, mode, kind) for name, mode, kind in parts])  # type: ignore[misc]
    properties = {name: {"$ref": f"#/$defs/{name}"} for name, _ in _NAMED}
    return {"title": "Messages", "type": "object", "properties": properties, "additionalProperties": False, **schema}


_NAMED: tuple[tuple[str, Any], ...] = (("Request", Request), ("Reply", Reply), ("Catalogue", Catalogue), ("Experiment", Experiment))


if __name__ == "__main__":
    json.dump(browser(), sys.stdout, indent=1, sort_keys=True)
