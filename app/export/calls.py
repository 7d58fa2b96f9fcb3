"""Choices as the text of a call: kind(argument=value), with the arguments that differ from their defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from engine.layer import WIRING


def call(name: str, positional: tuple[Any, ...] = (), named: Mapping[str, Any] | None = None) -> str:
    return f"{name}({listed(positional, named or {})})"


def listed(positional: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """What stands between the parentheses of a call."""
    return ", ".join([*map(literal, positional), *(f"{name}={literal(value)}" for name, value in named.items())])


def literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def chosen(choice: Any) -> dict[str, Any]:
    """A choice's own arguments that differ from their defaults."""
    values = {f.name: getattr(choice, f.name) for f in fields(choice) if f.name not in {"kind", *WIRING}}
    return {name: value for name, value in values.items() if value != default(choice, name)}


def default(choice: Any, name: str) -> Any:
    (found,) = (f for f in fields(choice) if f.name == name)
    return found.default if found.default_factory is MISSING else found.default_factory()
