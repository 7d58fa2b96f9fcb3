"""Measured data: three small public tables that come with the package (see files/PROVENANCE.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from engine.data.dataset import Dataset, Rows, split

FILES = Path(__file__).parent / "files"


@dataclass(frozen=True)
class Columns:
    """What the columns and classes of a table are called; `full` is the raw value that becomes 1."""

    features: tuple[str, ...]
    classes: tuple[str, ...]
    picture: tuple[int, int] | None = None
    full: float = 1.0


TABLES = {
    "digits": Columns(
        features=tuple(f"row {row} column {column}" for row in range(8) for column in range(8)),
        classes=tuple(str(digit) for digit in range(10)),
        picture=(8, 8),
        full=16.0,
    ),
    "iris": Columns(
        features=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        classes=("setosa", "versicolor", "virginica"),
    ),
    "wine": Columns(
        features=(
            "alcohol",
            "malic acid",
            "ash",
            "alcalinity of ash",
            "magnesium",
            "total phenols",
            "flavanoids",
            "nonflavanoid phenols",
            "proanthocyanins",
            "color intensity",
            "hue",
            "OD280/OD315 of diluted wines",
            "proline",
        ),
        classes=("cultivar 1", "cultivar 2", "cultivar 3"),
    ),
}


def load(kind: str, test: float, standardize: bool, rng: Generator) -> Dataset:
    """A table of TABLES, split by class; digits come as grey levels in [0, 1], the others as measured."""
    columns = TABLES[kind]
    with np.load(FILES / f"{kind}.npz", allow_pickle=False) as file:
        x, y = file["x"] / columns.full, file["y"].astype(np.int64)
    train_x, train_y, test_x, test_y = split(x, y, test, rng)
    if standardize:
        train_x, test_x = standardized(train_x, test_x)
    return Dataset(
        train_x=train_x,
        train_y=train_y,
        test_x=test_x,
        test_y=test_y,
        features=len(columns.features),
        outputs=len(columns.classes),
        classes=len(columns.classes),
        feature_names=columns.features,
        class_names=columns.classes,
        picture=columns.picture,
    )


def standardized(train_x: Rows, test_x: Rows) -> tuple[Rows, Rows]:
    """Both parts shifted and scaled so that each column of the *training* part has mean 0 and deviation 1.

    The test part is measured with the training part's ruler, as data met later would be. A column that is
    constant in training (the corner pixels of the digits) is only shifted.
    """
    mean, deviation = train_x.mean(axis=0), train_x.std(axis=0)
    constant = np.ptp(train_x, axis=0) == 0
    scale = np.where(constant, 1.0, deviation)
    return (train_x - mean) / scale, (test_x - mean) / scale
