"""Names that stand twice in one object of a JSON text.

JSON allows it and readers differ over which of the two counts, so what a person meant cannot be known.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any


class _Object(dict[str, Any]):
    """An object, and the names that it was given more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = [] if len(self) == len(pairs) else [n for n, c in Counter(n for n, _ in pairs).items() if c > 1]


def twice(text: str | bytes) -> Iterator[str]:
    """The place of each, as a dotted path. The text is one that could be read: neither too long nor too deep."""
    return _places(json.loads(text, object_pairs_hook=_Object), ())


def _places(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, _Object):
        yield from (".".join((*path, name)) for name in value.twice)
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*path, str(name)))
