"""How values lie: (batch, features, *positions) is "first", (batch, *positions, features) is "last".

Ours are always first. "tokens" are whole numbers without an axis of features, (batch, *positions), as an embedding
reads them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from engine.tensor import Array, Shape

Layout = Literal["first", "last", "tokens"]


def axis(place: int, shape: Shape, layout: Layout) -> int:
    """Where an axis of one example, 0 its features, is found in a batch of this layout."""
    if layout == "first":
        return place + 1
    return place or len(shape)


def sides(batch: int, shape: Shape, layout: Layout) -> Shape:
    """The shape of a batch of examples, features first in `shape`."""
    features, *positions = shape
    if layout == "tokens":
        return (batch, *positions)
    return (batch, features, *positions) if layout == "first" else (batch, *positions, features)


def arranged(array: Array, layout: Layout) -> Array:
    """(features, batch, *positions), as buffers have it, in this layout."""
    if layout == "tokens":
        return np.asarray(array[0], np.int64)
    return np.moveaxis(array, 0, 1 if layout == "first" else -1).copy()
