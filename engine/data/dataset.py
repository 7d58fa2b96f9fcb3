"""A data set: rows to train on, rows to test on, and what their columns are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Targets = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True)
class Dataset:
    """Inputs are (N, features, *positions) float64; most data have no positions: one sample is a row.

    Targets are (N,) int64 class labels where `classes` is set, else (N, outputs) float64. `outputs` counts
    what belongs to one sample: the classes, or the columns of the target. `picture` gives (height, width)
    where a row is a picture read line by line. Where inputs are the numbers of tokens, `tokens` says how many
    there are. The arrays cannot be written to: a replay must find what it left.
    """

    train_x: Rows
    train_y: Targets
    test_x: Rows
    test_y: Targets
    features: int
    outputs: int
    classes: int | None
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...] = ()
    picture: tuple[int, int] | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        for array in (self.train_x, self.train_y, self.test_x, self.test_y):
            array.setflags(write=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample: (features, *positions)."""
        return tuple(self.train_x.shape[1:])

    @property
    def target_positions(self) -> tuple[int, ...]:
        """Where there is a label at every position of a sequence, (time,); else ()."""
        return tuple(self.train_y.shape[1:]) if self.classes is not None else ()

    @property
    def plane(self) -> bool:
        """Can every sample be drawn as a point in a plane?"""
        return self.shape == (2,)


def split(x: Rows, y: Targets, test: float, rng: Generator) -> tuple[Rows, Targets, Rows, Targets]:
    """Shuffled (train_x, train_y, test_x, test_y), with the fraction `test` of the rows on the test side.

    Each class (integer targets) keeps its share to within one row and, where it has two rows or more, appears
    on both sides. A larger fraction only adds rows to the test side; it never swaps any.
    """
    if not 0 < test <= 0.9:
        raise ValueError(f"expected a test fraction above 0, at most 0.9, got {test}; choose for example 0.3")
    order = rng.permutation(len(x))
    label = y[order] if np.issubdtype(y.dtype, np.integer) else np.zeros(len(y))
    turn = np.empty(len(x))
    for one in np.unique(label):
        turn[label == one] = _turns(int(np.count_nonzero(label == one)))
    forced, free = np.count_nonzero(turn == 0), np.count_nonzero(turn < 1)
    tested = np.zeros(len(x), bool)
    tested[np.argsort(turn, kind="stable")[: min(max(round(len(x) * test), forced), free)]] = True
    return x[order[~tested]], y[order[~tested]], x[order[tested]], y[order[tested]]


def _turns(count: int) -> Rows:
    """When each row of a class changes to the test side as the fraction grows from 0 to 1.

    Evenly spread, except that the first goes at once and the last never, which keeps the class on both sides.
    """
    turns = (np.arange(count) + 0.5) / count
    turns[0], turns[-1] = 0.0, 1.0  # a single row is the last: it is trained on
    return turns
