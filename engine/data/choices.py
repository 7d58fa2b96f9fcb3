"""Which data an experiment trains on: a kind that is made from a seed, or a table that was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.random import PCG64, Generator

from engine.choice import Choice
from engine.data import tables
from engine.data.dataset import Dataset, split
from engine.data.generated import GENERATORS
from engine.range import Range


@dataclass(frozen=True)
class Generated(Choice):
    """Made data. `noise` is the standard deviation of the jitter, `test` the fraction held back."""

    kind: Literal[
        "circles", "xor", "gaussians", "spiral", "moons", "checkerboard", "plane", "sine", "multi_gaussian"
    ] = "spiral"
    points: Annotated[int, Range(10, 20_000)] = 400
    noise: Annotated[float, Range(0.0, 1.0)] = 0.05
    test: Annotated[float, Range(0.05, 0.9)] = 0.3

    def load(self, seed: int) -> Dataset:
        """The same seed gives the same bytes; another noise moves the same points, split in the same way."""
        rng = Generator(PCG64(seed))
        x, y = GENERATORS[self.kind](self.points, self.noise, rng)
        labelled = np.issubdtype(y.dtype, np.integer)
        train_x, train_y, test_x, test_y = split(x, y, self.test, rng)
        return Dataset(
            train_x=train_x,
            train_y=train_y,
            test_x=test_x,
            test_y=test_y,
            features=x.shape[1],
            outputs=2 if labelled else y.shape[1],
            classes=2 if labelled else None,
            feature_names=tuple(f"x{column + 1}" for column in range(x.shape[1])),
            class_names=("0", "1") if labelled else (),
        )


@dataclass(frozen=True)
class Table(Choice):
    """A measured table. `standardize` scales every column by the mean and deviation of the training part."""

    kind: Literal["digits", "iris", "wine"] = "digits"
    test: Annotated[float, Range(0.05, 0.9)] = 0.2
    standardize: bool = False

    def load(self, seed: int) -> Dataset:
        """The table, split by the seed."""
        return tables.load(self.kind, self.test, self.standardize, Generator(PCG64(seed)))
