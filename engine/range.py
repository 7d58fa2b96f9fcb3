"""The limits of a number a person may choose, and of how many of them, declared once beside the field they limit; and
which of the values inside them deserve a word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Range:
    """A closed interval; `above` excludes the lower end (a learning rate scale, an epsilon).

    Used as ``Annotated[int, Range(1, 4096)]``. The same declaration refuses bad values in Python, becomes the
    limits of the JSON Schema, and the limits of the form on the page.
    """

    low: float
    high: float
    above: bool = False

    def admits(self, value: float) -> bool:
        return math.isfinite(value) and value <= self.high and (value > self.low if self.above else value >= self.low)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Lend the limits to a validator that asks for them in this way; nothing is imported for it."""
        schema = handler(source)
        schema["gt" if self.above else "ge"] = self.low if schema["type"] == "float" else int(self.low)
        schema["le"] = self.high if schema["type"] == "float" else int(self.high)
        return schema


@dataclass(frozen=True)
class Length:
    """How many members a tuple may have: ``Annotated[tuple[int, ...], Length(2, 3)]``."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Lend the lengths to a validator that asks for them in this way; nothing is imported for it."""
        return handler(source) | {"min_length": self.low, "max_length": self.high}


@dataclass(frozen=True)
class Noted:
    """A value that is allowed and deserves a word: ``Annotated[float, Range(0, 1e6), Noted(0, "still", …)]``.

    `code` names the sentence on the page, `says` is it in English.
    """

    value: float
    code: str
    says: str
