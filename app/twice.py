"""Names that stand twice in one object of a JSON text.

JSON allows it and readers differ over which of the two counts, so what a person meant cannot be known.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any


class _Twice(dict[str, Any]):
    """An object that was given some names more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.names = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]


def twice(text: str | bytes) -> list[str]:
    """The place of each, as a dotted path. The text is one that could be read: neither too long nor too deep."""
    found: list[_Twice] = []

    def read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        plain = dict(pairs)
        if len(plain) == len(pairs):
            return plain
        found.append(_Twice(pairs))
        return found[-1]

    value = json.loads(text, object_pairs_hook=read)
    return list(_places(value, ())) if found else []


def _places(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, _Twice):
        yield from (".".join((*path, name)) for name in value.names)
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*path, str(name)))
