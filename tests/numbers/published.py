"""A fact that somebody printed or derived, beside the same number from this engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

Numbers = Sequence[float]


class Band(Protocol):
    """How near ours has to be; written as it stands in the table. What is printed in words has no numbers."""

    def holds(self, published: Numbers, ours: Numbers) -> bool: ...


@dataclass(frozen=True)
class Digits:
    """To within half of the last digit that is printed, or as far off as said."""

    error: float

    def holds(self, published: Numbers, ours: Numbers) -> bool:
        return all(abs(ours - theirs) <= self.error for theirs, ours in zip(published, ours, strict=True))

    def __str__(self) -> str:
        return f"± {self.error:g}" if self.error else "equal"


@dataclass(frozen=True)
class Share:
    """Relative to what is printed."""

    error: float

    def holds(self, published: Numbers, ours: Numbers) -> bool:
        return all(abs(ours - theirs) <= self.error * abs(theirs) for theirs, ours in zip(published, ours, strict=True))

    def __str__(self) -> str:
        return f"± {100 * self.error:g} %" if self.error > 1e-4 else f"± {self.error:g} of it"


@dataclass(frozen=True)
class Decades:
    """As an order of magnitude: the exponent may be off by this much."""

    error: float

    def holds(self, published: Numbers, ours: Numbers) -> bool:
        return all(abs(math.log10(ours / theirs)) <= self.error for theirs, ours in zip(published, ours, strict=True))

    def __str__(self) -> str:
        return f"± {self.error:g} decades"


@dataclass(frozen=True)
class Factor:
    """So many times more or less."""

    most: float

    def holds(self, published: Numbers, ours: Numbers) -> bool:
        return all(1 / self.most <= ours / theirs <= self.most for theirs, ours in zip(published, ours, strict=True))

    def __str__(self) -> str:
        return f"within × {self.most:g}"


@dataclass(frozen=True)
class Falling:
    """Each number is less than the one before it."""

    def holds(self, published: Numbers, ours: Numbers) -> bool:
        return all(before > after for before, after in pairwise(ours))

    def __str__(self) -> str:
        return "each less than the one before"


@dataclass(frozen=True)
class Between:
    """Whatever is printed, ours lies between these; an end may be infinite."""

    low: float
    high: float

    def holds(self, published: Numbers, ours: Numbers) -> bool:
        return all(self.low <= number <= self.high for number in ours)

    def __str__(self) -> str:
        if math.isinf(self.low):
            return f"at most {self.high:g}"
        return f"at least {self.low:g}" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Published:
    """A row of the table; `published` is numbers, or words where what is printed is a bound or a trend.

    `form` is the format in which its numbers are shown.
    """

    id: str
    fact: str
    source: str
    published: Numbers | str
    band: Band
    form: str
    compute: Callable[[], Numbers]

    def holds(self, ours: Numbers) -> bool:
        return self.band.holds(() if isinstance(self.published, str) else self.published, ours)

    def shown(self, numbers: Numbers | str) -> str:
        return numbers if isinstance(numbers, str) else ", ".join(format(number, self.form) for number in numbers)


def published(
    id: str, fact: str, source: str, said: Numbers | str, band: Band, form: str = ".6g"
) -> Callable[[Callable[[], Numbers]], Published]:
    """Makes a row of the function that computes our numbers: as many as are published, in their order."""
    return lambda compute: Published(id, fact, source, said, band, form, compute)


@dataclass(frozen=True)
class Context:
    """What is published and cannot be computed here, and why."""

    id: str
    fact: str
    source: str
    why: str
