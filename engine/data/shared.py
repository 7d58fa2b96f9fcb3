"""Data that many runs read: each set is in a process once, however many sessions train on it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.tensor import Array


@lru_cache(32)
def loaded(data: Any, seed: int) -> Dataset:
    """A data set is a function of its choice and seed, and nobody writes to it."""
    made: Dataset = data.load(seed)
    return made


@lru_cache(32)
def columns(data: Any, seed: int, dtype: str) -> Array:
    """The training inputs as a program reads them: (features, examples, *positions)."""
    x = np.ascontiguousarray(loaded(data, seed).train_x.swapaxes(0, 1), dtype)
    x.setflags(write=False)
    return x


@lru_cache(32)
def targets(data: Any, seed: int, dtype: str, outputs: int, labels: bool) -> Array:
    """The training targets as a loss reads them, examples last: see `as_targets`."""
    found = loaded(data, seed)
    y = as_targets(found, found.train_y, outputs, labels, dtype)
    y.setflags(write=False)
    return y


def as_targets(data: Dataset, y: Array, outputs: int, labels: bool, dtype: str) -> Array:
    """Targets as a loss wants them, examples last: labels (N, …), one-hot or 0/1 or numbers (outputs, N, …)."""
    if data.classes is None:
        return np.ascontiguousarray(y.reshape(len(y), -1).T, dtype)
    if labels:
        return y
    hot = y[None] == np.arange(outputs).reshape(-1, *[1] * y.ndim) if outputs > 1 else y[None]
    return np.ascontiguousarray(hot, dtype)
