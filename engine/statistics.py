"""What the numbers of a step are like: of every parameter and every node, in one pass over the buffers.

Sizes are counted in decades on one fixed scale, 1e-10 to 1e2, the page's own: nothing rescales it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from engine.norms import PIECE
from engine.operations.elementwise_base import Elementwise
from engine.parameters import Parameters
from engine.program import Node
from engine.tensor import Array

EDGES = tuple(10.0**exponent for exponent in range(-10, 3))  # of the twelve decades
SATURATED = 0.05  # of its steepest slope: an activation flatter than that passes next to nothing on


@dataclass(frozen=True)
class Summary:
    """Of one array: its norm, mean and standard deviation (of all its numbers, NaN if one of them is), and how many
    of its numbers are of which size.

    `decades` counts magnitudes from 1e-10 to 1e2, ten to each; `tiny` are below and not 0, `huge` are above.
    """

    count: int
    norm: float
    mean: float
    spread: float
    zeros: int
    tiny: int
    decades: tuple[int, ...]
    huge: int
    infinite: int
    nan: int


@dataclass(frozen=True)
class ParameterStatistics:
    """A named parameter before the update, its gradient and its update; `ratio` is |update| / |value|."""

    name: str
    value: Summary
    gradient: Summary
    update: Summary
    ratio: float


@dataclass(frozen=True)
class NodeStatistics:
    """A node's output and the gradient it was sent, over the whole batch.

    dead       units of an activation whose slope is exactly 0 for every example: no gradient gets through
    saturated  units of one that flattens on both sides (tanh, sigmoid) whose slope is below a twentieth of the
               steepest for every example, dead ones among them
    """

    place: int
    output: Summary
    gradient: Summary | None
    dead: int
    saturated: int


@dataclass
class Scratch:
    """Room for the magnitudes of the largest array that was looked at, which costs an allocation only once."""

    numbers: dict[np.dtype[np.floating], Array] = field(default_factory=dict)

    def of(self, array: Array) -> Array:
        kept = self.numbers.get(array.dtype)
        if kept is None or kept.size < array.size:
            kept = self.numbers[array.dtype] = np.empty(array.size, array.dtype)
        return kept[: array.size].reshape(array.shape)


class Statistics:
    """Takes the statistics of a step from its parameters and the nodes of its program."""

    def __init__(self, parameters: Parameters, nodes: Sequence[Node]) -> None:
        self._parameters, self._nodes = parameters, nodes
        self._scratch = Scratch()

    def parameters(self) -> list[ParameterStatistics]:
        found = []
        for name, each in self._parameters.named.items():
            value, gradient, update = (self.summary(array) for array in (each.before, each.gradient, each.update))
            ratio = float(np.divide(update.norm, value.norm)) if value.norm else math.inf if update.norm else math.nan
            found.append(ParameterStatistics(name, value, gradient, update, ratio))
        return found

    def nodes(self) -> list[NodeStatistics]:
        found = []
        for node in self._nodes:
            sent = node.output.gradient
            gradient = None if sent is None else self.summary(sent)
            found.append(NodeStatistics(node.place, self.summary(node.output.data), gradient, *self._flat(node)))
        return found

    def _flat(self, node: Node) -> tuple[int, int]:
        """Units that are dead, and units that are saturated."""
        if not isinstance(node.operation, Elementwise):
            return 0, 0
        slope = node.operation.slopes(node)
        rows = slope.reshape(len(slope), -1)
        dead = len(rows) - int(np.count_nonzero(rows.any(axis=1)))
        steepest = node.operation.steepest
        flattest = np.abs(rows).max(axis=1) < SATURATED * steepest if steepest else rows[:0, 0]
        return dead, int(np.count_nonzero(flattest))

    def summary(self, array: Array) -> Summary:
        """Of any array of numbers.

        They are brought to magnitudes of about 1 first, by a power of two: so no square is lost, however small.
        """
        with np.errstate(all="ignore"):
            sizes = self._scratch.of(array)
            np.abs(array, sizes)
            largest = float(sizes.max(initial=0))
            zeros = array.size - int(np.count_nonzero(sizes))
            tiny, decades, huge, infinite, nan = _counts(sizes, largest, zeros)
            if 0 < largest < math.inf:
                norm, mean, spread = _moments(array, largest, sizes)
            else:
                norm = largest
                mean, spread = (float(array.mean()), float(array.std())) if array.size else (0.0, 0.0)
        return Summary(array.size, norm, mean, spread, zeros, tiny, decades, huge, infinite, nan)


def _moments(array: Array, largest: float, scratch: Array) -> tuple[float, float, float]:
    """Norm, mean and deviation of finite numbers."""
    reach = np.finfo(array.dtype).maxexp - 2
    scale = 2.0 ** -max(-reach, min(reach, math.frexp(largest)[1]))
    numbers = np.multiply(array, array.dtype.type(scale), scratch).reshape(-1)
    norm = math.sqrt(_squares(numbers))
    mean = float(numbers.sum()) / array.size
    np.subtract(numbers, array.dtype.type(mean), numbers)
    return norm / scale, mean / scale, math.sqrt(_squares(numbers) / array.size) / scale


def _squares(numbers: Array) -> float:
    pieces = (numbers[start : start + PIECE] for start in range(0, numbers.size, PIECE))
    return sum(float(piece.dot(piece)) for piece in pieces)


def _counts(sizes: Array, largest: float, zeros: int) -> tuple[int, tuple[int, ...], int, int, int]:
    """How many magnitudes are tiny, of each decade, huge, infinite and NaN."""
    nan = infinite = 0
    if not largest < math.inf:
        nan, infinite = (int(np.count_nonzero(kind(sizes))) for kind in (np.isnan, np.isinf))
    finite = sizes.size - nan - infinite
    below = [finite] * len(EDGES)  # how many are less than each edge
    for place in reversed(range(len(EDGES))):
        if largest < EDGES[place]:
            continue
        below[place] = int(np.count_nonzero(sizes < sizes.dtype.type(EDGES[place])))
        if below[place] == zeros:
            below[:place] = [zeros] * place
            break
    decades = tuple(high - low for low, high in pairwise(below))
    return below[0] - zeros, decades, finite - below[-1], infinite, nan
