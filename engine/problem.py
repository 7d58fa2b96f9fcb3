"""What is wrong with an experiment, said so that a person can mend it.

ValueError
├── BadExperiment   carries every problem found
└── BadShape        what a layer says of the shapes it was given; a network turns it into a problem with a place
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was expected there, what came.

    `where` is a dotted path into the experiment ("network.layers.2.out_features"); `code` and `values` let a page
    say the same in another language.
    """

    where: str
    code: str
    expected: str
    came: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, got {self.came}"


class BadExperiment(ValueError):
    """An experiment that cannot be run; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, problems)))


class BadShape(ValueError):
    """A layer cannot take these shapes: what it expected, what came, and the field to look at ("" for the layer)."""

    def __init__(self, expected: str, came: object, field: str = "") -> None:
        self.expected, self.came, self.field = expected, str(came), field
        super().__init__(f"expected {expected}, got {came}")
