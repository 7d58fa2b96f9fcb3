"""Which data an experiment trains on: made from a seed, a table that was measured, sequences of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.random import PCG64, Generator

from engine.choice import Choice
from engine.data import tables, tokens
from engine.data.dataset import Dataset, split
from engine.data.generated import GENERATORS
from engine.data.sequences import TASKS
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


@dataclass(frozen=True)
class Recall(Choice):
    """Letters to remember: shown first, then to be said again, in their order or in the other one."""

    kind: Literal["copy", "reverse"] = "copy"
    sequences: Annotated[int, Range(10, 20_000)] = 600
    length: Annotated[int, Range(2, 64)] = 6
    letters: Annotated[int, Range(2, 26)] = 8
    test: Annotated[float, Range(0.05, 0.9)] = 0.2

    def load(self, seed: int) -> Dataset:
        """Each example is twice as long as what is to be remembered."""
        return tokens.recalled(
            self.sequences,
            self.length,
            self.letters,
            backward=self.kind == "reverse",
            test=self.test,
            rng=Generator(PCG64(seed)),
        )


@dataclass(frozen=True)
class Text(Choice):
    """A short English text on backpropagation, character by character: which one comes next?"""

    kind: Literal["text"] = "text"
    length: Annotated[int, Range(2, 256)] = 32
    test: Annotated[float, Range(0.05, 0.9)] = 0.1

    def load(self, seed: int) -> Dataset:
        """The same for every seed: nothing about it is drawn."""
        return tokens.continued("backpropagation", self.length, self.test)


@dataclass(frozen=True)
class Sequences(Choice):
    """Made sequences of one length, in which something has to be remembered."""

    kind: Literal["adding", "parity", "latch"] = "adding"
    sequences: Annotated[int, Range(10, 20_000)] = 600
    length: Annotated[int, Range(2, 500)] = 20
    test: Annotated[float, Range(0.05, 0.9)] = 0.2

    def load(self, seed: int) -> Dataset:
        """The same seed gives the same bytes."""
        rng, task = Generator(PCG64(seed)), TASKS[self.kind]
        x, y = task.make(self.sequences, self.length, rng)
        train_x, train_y, test_x, test_y = split(x, y, self.test, rng)
        return Dataset(
            train_x=train_x,
            train_y=train_y,
            test_x=test_x,
            test_y=test_y,
            features=len(task.features),
            outputs=len(task.classes) or y.shape[1],
            classes=len(task.classes) or None,
            feature_names=task.features,
            class_names=task.classes,
        )
