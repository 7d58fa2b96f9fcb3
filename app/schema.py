"""JSON Schemas of the experiment and of every message, and the source of the browser's types."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from app.catalogue import Catalogue
from app.dialects.dialects import Dialect
from app.protocol import Reply, Request
from engine.experiment import Experiment
from engine.layer import WIRING


@cache
def schemas() -> dict[str, Any]:
    """As a client must write: `experiment`, `request`; as the service answers: `reply`, `catalogue`, `dialects`."""
    return {
        "experiment": TypeAdapter(Experiment).json_schema(),
        "request": TypeAdapter(Request).json_schema(),
        "reply": TypeAdapter(Reply).json_schema(mode="serialization"),
        "catalogue": TypeAdapter(Catalogue).json_schema(mode="serialization"),
        "dialects": TypeAdapter(dict[str, Dialect]).json_schema(mode="serialization"),
    }


def browser() -> dict[str, Any]:
    """One schema from which the browser's types are generated: every field that has a default is there."""
    parts = [(name, "serialization", TypeAdapter(kind)) for name, kind in NAMED.items()]
    named, schema = TypeAdapter.json_schemas([*parts])  # type: ignore[list-item]
    schema["$defs"] |= {name: part for (name, _), part in named.items() if name not in schema["$defs"]}
    properties = {name: {"$ref": f"#/$defs/{name}"} for name in NAMED}
    _forget_layers(schema["$defs"])
    plain = _plain({**schema, "type": "object", "properties": properties, "required": list(NAMED)})
    return {"title": "Messages", **plain}


def _forget_layers(definitions: dict[str, Any]) -> None:
    """One type in place of one for every layer: the page reads a layer's settings from the catalogue, and so needs no
    new types for a new layer."""
    kinds = [name for name, part in definitions.items() if set(part.get("properties", {})) >= WIRING]
    wiring = {name: field for name, field in definitions[kinds[0]]["properties"].items() if name in WIRING}
    for name in kinds:
        del definitions[name]
    properties = {**wiring, "kind": {"type": "string"}}
    definitions["Layer"] = {"type": "object", "properties": properties, "additionalProperties": True}
    definitions["Layers"]["properties"]["layers"]["items"] = {"$ref": "#/$defs/Layer"}


def _plain(schema: Any) -> Any:
    """Without titles and defaults, which would become one alias a field, and tuples in the older spelling."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "object":
        fields = set(schema.get("properties", {}))
        optional = WIRING if fields >= WIRING else frozenset()  # a layer on the page need not say how it is wired
        schema = {"additionalProperties": False, **schema, "required": sorted(fields - optional)}
    kept = {
        key: {name: _plain(field) for name, field in value.items()} if key in ("properties", "$defs") else _plain(value)
        for key, value in schema.items()
        if key not in ("title", "default", "discriminator", "description")
    }
    if "prefixItems" in kept:
        kept["items"] = kept.pop("prefixItems")
    return kept


NAMED: dict[str, Any] = {"Request": Request, "Reply": Reply, "Catalogue": Catalogue, "Experiment": Experiment}


if __name__ == "__main__":
    json.dump(browser(), sys.stdout, indent=1, sort_keys=True)
