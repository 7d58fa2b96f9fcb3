"""Where a kernel looks as it slides over positions, and the two ways numbers go there: im2col and col2im.

`gather` copies what each tap of the kernel sees at each of its stops into rows of a matrix, so that a convolution is
one product. `scatter` is its transpose: what each tap has to say is added to where it looked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from engine.program import Program
from engine.tensor import Array, Shape


@dataclass(frozen=True)
class Windows:
    """A kernel over positions (time; height and width): each setting is one number for each of these axes.

    Tap t at stop s looks at position s · stride + t · dilation − padding; outside the positions it sees 0.

    An image is (…, batch, *positions), its columns are (…, *kernel, batch, *stops).
    """

    positions: Shape
    stops: Shape
    kernel: Shape
    stride: Shape
    padding: Shape
    dilation: Shape

    @property
    def taps(self) -> int:
        return prod(self.kernel)

    @property
    def level(self) -> bool:
        """Does the kernel stop at every position, so that a tap looks at a fixed distance from each?"""
        return self.stops == self.positions and set(self.stride) == {1}

    def gather(self, program: Program, image: Array, columns: Array) -> None:
        """Where a tap sees nothing, nothing is written unless `level`: there the columns must be 0 from the start."""
        for seen, looked_at in self._pairs(columns, image):
            program.call(np.copyto, seen, looked_at)
        if self.level:
            self._clear(program, columns)

    def scatter(self, program: Program, columns: Array, image: Array) -> None:
        """The columns are changed where a tap sees nothing."""
        if self.level:
            self._clear(program, columns)
        pairs = sorted(self._pairs(columns, image), key=lambda pair: -pair[0].size)
        if pairs and pairs[0][0].size == image.size:
            seen, looked_at = pairs.pop(0)
            program.call(np.copyto, looked_at, seen)
        else:
            program.call(image.fill, 0)
        for seen, looked_at in pairs:
            program.call(np.add, looked_at, seen, looked_at)

    def _pairs(self, columns: Array, image: Array) -> Iterator[tuple[Array, Array]]:
        """For each tap that sees anything: a part of the columns and of the image, of one shape."""
        return self._runs(columns, image) if self.level else self._slices(columns, image)

    def _slices(self, columns: Array, image: Array) -> Iterator[tuple[Array, Array]]:
        for tap in product(*map(range, self.kernel)):
            stops: list[slice] = []
            places: list[slice] = []
            for axis, offset in enumerate(self._offsets(tap)):
                some, there = sight(offset, self.stride[axis], self.stops[axis], self.positions[axis])
                stops.append(some)
                places.append(there)
            seen = columns[_last(*tap, slice(None), *stops)]
            if seen.size:
                yield seen, image[_last(*places)]

    def _runs(self, columns: Array, image: Array) -> Iterator[tuple[Array, Array]]:
        """The images of a batch lie in one run of memory, so a fixed distance is a shift of the whole run. What it
        carries over an edge, into the next row or image, is for `_clear`."""
        *lead, batch = image.shape[: image.ndim - len(self.positions)]
        flat = image.reshape(*lead, -1)
        flat_columns = columns.reshape(*lead, *self.kernel, -1)
        length = batch * prod(self.positions)
        for tap in product(*map(range, self.kernel)):
            offsets = self._offsets(tap)
            if all(abs(offset) < size for offset, size in zip(offsets, self.positions, strict=True)):
                shift = sum(offset * prod(self.positions[axis + 1 :]) for axis, offset in enumerate(offsets))
                here, there = (
                    slice(max(0, -shift), length - max(0, shift)),
                    slice(max(0, shift), length + min(0, shift)),
                )
                yield flat_columns[_last(*tap, here)], flat[_last(there)]

    def _clear(self, program: Program, columns: Array) -> None:
        """Write 0 where a tap sees nothing."""
        rank = len(self.kernel)
        for axis, size in enumerate(self.positions):
            for tap in range(self.kernel[axis]):
                offset = tap * self.dilation[axis] - self.padding[axis]
                if offset:
                    place: list[slice | int] = [slice(None)] * (2 * rank + 1)
                    place[axis] = tap
                    place[rank + 1 + axis] = slice(0, -offset) if offset < 0 else slice(max(0, size - offset), size)
                    program.call(np.copyto, columns[_last(*place)], program.constant(0))

    def _offsets(self, tap: Shape) -> Shape:
        """How far from its stop (of stride 1) a tap looks."""
        return tuple(t * d - p for t, d, p in zip(tap, self.dilation, self.padding, strict=True))


def sight(offset: int, stride: int, stops: int, positions: int) -> tuple[slice, slice]:
    """Of a tap that looks so far from where its window begins to count: the stops from which it sees a position, and
    the positions it sees."""
    first = max(0, -(offset // stride))
    end = max(first, min(stops, (positions - 1 - offset) // stride + 1))
    return slice(first, end), slice(first * stride + offset, end * stride + offset, stride)


def _last(*places: int | slice) -> Any:
    """An index into the last axes."""
    return (..., *places)
