"""L2 norms, cheap enough for every step: of parameters, gradients and updates, and of what each node was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from engine.parameters import Parameters
from engine.program import Call, Node, compiled
from engine.tensor import Array

PIECE = 16_384  # numbers in one product: in longer ones float32 loses the sixth digit
SHARE = 1 / 4  # of the whole that a rest must be for the difference to have kept its digits
COPIED = 512  # numbers of a block whose broken part is copied: that costs less than a difference, and keeps its digits


@dataclass(frozen=True)
class Rest:
    """An array that is a contiguous whole less another array; both by their places in a list of arrays."""

    place: int
    other: int
    whole: Array


class Squares:
    """Norms of many arrays of one dtype, by way of their sums of squares.

    What lies in one piece is multiplied with itself, in its own dtype. A matrix whose bias is the last column of the
    same block does not: its sum is that of the block less that of the bias. Where float32 has lost what was small, or
    the difference its digits, squares are taken in float64: of a gradient of 1e-23 float32 has no square at all.
    """

    def __init__(self, arrays: Sequence[Array], rests: Sequence[Rest] = ()) -> None:
        kind = np.finfo(arrays[0].dtype if arrays else np.float32)
        self._least = float(kind.tiny) * 1e12
        count, rested = len(arrays), len(rests)
        taken = {place for rest in rests for place in (rest.place, rest.other)}
        plain = [place for place in range(count) if place not in taken]
        wholes = range(count, count + rested)
        order = [*plain, *wholes, *(rest.other for rest in rests), *(rest.place for rest in rests)]
        all_arrays = [*arrays, *(rest.whole for rest in rests)]
        self._arrays = [all_arrays[place] for place in order]
        self._back = np.argsort(order)[:count]
        # One vector: the sums in this order, and by how much each rest is more than its share of the whole.
        self._checked = np.zeros(len(order) + rested, kind.dtype)
        self._sums = self._checked[: len(order)]
        self._roots, self._total = np.zeros(len(order), kind.dtype), np.zeros((), kind.dtype)
        calls: list[Call] = []
        for place, array in enumerate(self._arrays[:count]):  # all but the rests
            calls += _squared(array, self._sums[place : place + 1])
        if rests:
            # rest = whole − other; rest − SHARE whole = (1 − SHARE) whole − other
            difference = np.array([[1, -1], [1 - SHARE, -1]], kind.dtype)
            pairs = self._checked[len(plain) :].reshape(2, 2, rested)  # wholes and others; rests and margins
            calls.append((difference.dot, (pairs[0], pairs[1])))
        if arrays:
            ones = np.ones_like(self._checked)
            calls += [
                (self._checked.dot, (ones, self._total)),
                (np.sqrt, (self._sums, self._roots)),
            ]
        self._run = compiled(calls)

    def measure(self, out: Array) -> None:
        """The norms as they are now, into (arrays,) of the same dtype."""
        self._run()
        if not self._checked.size:
            return
        lowest = self._checked.item(self._checked.argmin())
        if not (lowest > self._least and self._total.item() < inf):  # of NaN, neither is true
            self._again()
        self._roots.take(self._back, None, out, "clip")

    def _again(self) -> None:
        """Those that are in doubt, exactly."""
        doubtful = ~((self._sums > self._least) & (self._sums < inf))
        margins = self._checked[len(self._sums) :]
        doubtful[len(self._sums) - len(margins) :] |= ~(margins > self._least)
        for place in np.flatnonzero(doubtful):
            self._roots[place] = np.sqrt(np.square(self._arrays[place], dtype=np.float64).sum())


def _squared(array: Array, out: Array) -> Iterator[Call]:
    """The calls that put the sum of an array's squares into (1,)."""
    flat = _in_one_piece(array)
    if flat is None:
        flat = np.zeros(array.size, array.dtype)
        yield np.copyto, (flat.reshape(array.shape), array)
    pieces = [flat[start : start + PIECE] for start in range(0, max(1, flat.size), PIECE)]
    sums = out if len(pieces) == 1 else np.zeros(len(pieces), out.dtype)
    for piece, total in zip(pieces, sums.reshape(-1, 1), strict=True):
        yield piece.dot, (piece, total.reshape(()))
    if sums is not out:
        yield np.add.reduce, (sums, 0, None, out.reshape(()))


def _in_one_piece(array: Array) -> Array | None:
    """All its numbers in any order as a vector, if they lie at even steps; else None."""
    if array.flags.c_contiguous or array.ndim == 1:
        return array.reshape(-1)
    return array.T.reshape(-1) if array.flags.f_contiguous else None


def rests_of(parameters: Parameters, which: str) -> list[Rest]:
    """Where a named parameter's `value`, `gradient`, `update` or `before` is what is left of its block."""
    named = list(parameters.named.values())
    at = {parameter.name: place for place, parameter in enumerate(named)}
    rests = []
    for here, names in parameters.parts:
        arrays = {at[name]: getattr(parameters.named[name], which) for name in names}
        broken = [place for place, array in arrays.items() if _in_one_piece(array) is None]
        size = here.stop - here.start
        whole = size > COPIED and sum(array.size for array in arrays.values()) == size
        if whole and len(arrays) == 2 and len(broken) == 1:
            (other,) = arrays.keys() - set(broken)
            rests.append(Rest(broken[0], other, parameters.flat(which)[here]))
    return rests


def views(parameters: Parameters, which: str) -> list[Array]:
    return [getattr(parameter, which) for parameter in parameters.named.values()]


class Norms:
    """L2 norms of every named parameter before the update, its gradient and its update: (3, parameters)."""

    def __init__(self, parameters: Parameters) -> None:
        kinds = ("before", "gradient", "update")
        self._rows = [Squares(views(parameters, which), rests_of(parameters, which)) for which in kinds]
        self.values = np.zeros((3, len(parameters.named)), parameters.values.dtype)

    def measure(self) -> Array:
        for row, squares in zip(self.values, self._rows, strict=True):
            squares.measure(row)
        return self.values


class GradientNorms:
    """L2 norms of every gradient of a step: of each named parameter's, and of that of each node's output.

    `places` are the nodes whose output has a gradient; `nodes` has their norms.
    """

    def __init__(self, parameters: Parameters, nodes: Sequence[Node]) -> None:
        arrays = views(parameters, "gradient")
        found = {node.place: node.output.gradient for node in nodes}
        sent = [gradient for gradient in found.values() if gradient is not None]
        self.places = tuple(place for place, gradient in found.items() if gradient is not None)
        self._squares = Squares([*arrays, *sent], rests_of(parameters, "gradient"))
        self._values = np.zeros(len(arrays) + len(sent), parameters.values.dtype)
        self.parameters, self.nodes = self._values[: len(arrays)], self._values[len(arrays) :]

    def measure(self) -> None:
        self._squares.measure(self._values)
