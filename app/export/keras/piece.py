"""What a layer becomes in Keras: a few steps, some of which are Keras layers that have weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.export.scope import Member
from engine.problem import Problem


class NotInKeras(ValueError):
    """What Keras cannot be told: what it could be instead, what came, and the setting to look at."""

    def __init__(self, expected: str, came: object, field: str = "") -> None:
        self.expected, self.came, self.field = expected, str(came), field
        super().__init__(f"expected {expected}, got {came}")

    def problem(self, where: str, kind: str) -> Problem:
        """Of what is at this place of an experiment."""
        values = {"kind": kind, "expected": self.expected, "came": self.came}
        return Problem(".".join(filter(None, (where, self.field))), "not_in_keras", self.expected, self.came, values)


@dataclass(frozen=True)
class Piece:
    """A Keras layer with weights.

    `text` makes it, up to its name; `weights` are what its set_weights takes, as expressions of w, our parameters by
    name; `inputs` is how it is called.
    """

    name: str
    text: str
    weights: tuple[str, ...]
    inputs: str = "{0}"

    def made(self) -> str:
        opened = self.text.removesuffix(")")
        return f'{opened}{"" if opened.endswith("(") else ", "}name="{self.name}")'


# One after another; a text is an expression of what it reads, {0}, {1}, …
Steps = Sequence[Piece | str]
# Of a layer, the name that its Keras layers begin with, and what our parameters' names begin with.
Write = Callable[[Member, str, str], Steps]


def weights(path: str, parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(weight(path, part) for part in parts)


def weight(path: str, part: str) -> str:
    return f'w["{path}.{part}"]'
