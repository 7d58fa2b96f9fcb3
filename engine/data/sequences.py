"""Made sequences that have to be remembered: one small function a kind, `(n, length, rng)` to x and y.

x is (n, features, length). As with other made data, numbers are rounded to a multiple of 2⁻²⁰, and a seed gives the
same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from engine.data.dataset import Rows, Targets
from engine.data.generated import GRID

Made = Callable[[int, int, Generator], tuple[Rows, Targets]]


@dataclass(frozen=True)
class Task:
    """A function that makes sequences, and what their features and classes are called."""

    make: Made
    features: tuple[str, ...]
    classes: tuple[str, ...] = ()


def adding(n: int, length: int, rng: Generator) -> tuple[Rows, Targets]:
    """Numbers in [0, 1], two of them marked by a 1 beside them, one in each half; the target is the sum of the two.

    Hochreiter and Schmidhuber 1997, experiment 4, as Arjovsky et al. 2016 state it. To say 1 always is a squared error
    of 1/6.
    """
    half = length // 2
    numbers = np.rint(rng.random((n, length)) * GRID) / GRID
    marks = np.zeros((n, length))
    every = np.arange(n)
    marks[every, rng.integers(0, half, n)] = 1
    marks[every, rng.integers(half, length, n)] = 1
    return np.stack([numbers, marks], axis=1), (numbers * marks).sum(axis=1, keepdims=True)


def parity(n: int, length: int, rng: Generator) -> tuple[Rows, Targets]:
    """Ones and zeros, drawn alike; class 1 where the ones are an odd number. Every step counts."""
    bits = rng.integers(0, 2, (n, 1, length))
    return bits.astype(np.float64), bits.sum(axis=(1, 2)) % 2


def latch(n: int, length: int, rng: Generator) -> tuple[Rows, Targets]:
    """First 1 (class 1) or −1 (class 0), then noise of deviation 0.2, through which it has to be remembered.

    After Bengio, Simard and Frasconi 1994.
    """
    y = np.arange(n, dtype=np.int64) % 2
    x = np.rint(0.2 * rng.standard_normal((n, 1, length)) * GRID) / GRID
    x[:, 0, 0] = 2 * y - 1
    return x, y


TASKS: dict[str, Task] = {
    "adding": Task(adding, ("number", "mark")),
    "parity": Task(parity, ("bit",), ("even", "odd")),
    "latch": Task(latch, ("signal",), ("−1", "1")),
}
