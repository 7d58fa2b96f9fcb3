"""What poolings have in common: a window that slides along each axis of positions in turn.

A picture is pooled along its rows and then along its columns. Of a maximum and of a sum that is the same as pooling
whole windows, and k + k calls do the work of k · k.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.axes import each, fits
from engine.every_second import every_second
from engine.layer import Layer
from engine.problem import BadShape
from engine.program import Program
from engine.tensor import Array, Shape
from engine.windows import sight

Taps = Sequence[tuple[slice, slice]]


@dataclass(frozen=True)
class Axis:
    """A window along one axis. Of each of its taps, in order: the stops from which it sees a position, and the
    positions it sees."""

    place: int  # among the axes of a buffer
    size: int
    stops: int
    taps: Taps

    @property
    def whole(self) -> bool:
        """Does every tap see something from every stop?"""
        return bool(self.taps) and all(stops == slice(0, self.stops) for stops, _ in self.taps)

    @property
    def apart(self) -> bool:
        """Do no two taps see the same position?"""
        seen = self._seen()
        return len(set(seen)) == len(seen)

    @property
    def covered(self) -> bool:
        """Is every position seen?"""
        return len(set(self._seen())) == self.size

    def neighbours(self, positions: Array) -> bool:
        """Are the windows two numbers beside each other in memory, and all there are?

        To combine every number of a run with the next one, and to take every second answer, is then faster than to
        read every second number.
        """
        two = [(slice(0, self.stops), slice(tap, self.size + tap, 2)) for tap in (0, 1)]
        return self.place == positions.ndim - 1 and self.size == 2 * self.stops and list(self.taps) == two

    def _seen(self) -> list[int]:
        return [place for _, places in self.taps for place in range(*places.indices(self.size))]

    def at(self, array: Array, part: slice) -> Array:
        """A part of a buffer along this axis, a view."""
        found: Array = array[(slice(None),) * self.place + (part,)]
        return found

    def gather(
        self, program: Program, x: Array, y: Array, combine: Callable[[Array, Array, Array], None], nothing: float
    ) -> None:
        """Emit y = all taps of x combined; of a window that sees nothing, `nothing`."""
        if self.neighbours(x):
            run, flat = program.scratch(x.shape, "run"), x.reshape(-1)
            combine(flat[:-1], flat[1:], run.reshape(-1)[:-1])
            every_second(program, run, y)
            return
        pairs = [(self.at(y, stops), self.at(x, places)) for stops, places in self.taps]
        pairs.sort(key=lambda pair: -pair[0].size)
        whole = [seen for _, seen in pairs[:2] if seen.size == y.size]
        if len(whole) == 2:
            combine(whole[0], whole[1], y)
        elif whole:
            program.call(np.copyto, y, whole[0])
        else:
            program.call(y.fill, nothing)
        for stop, seen in pairs[len(whole) :]:
            combine(stop, seen, stop)


class Pooling(Layer):
    """A pool over a sequence (`axes` 1) or a picture (2), channel by channel.

    One-dimensional pools say each setting as one number, two-dimensional ones as two: height, then width.
    """

    group: ClassVar = "pooling"
    axes: ClassVar[int]

    def along(self, shape: Shape) -> list[Axis]:
        """The axes of an example of this shape, the first one first."""
        raise NotImplementedError

    def output(self, *shapes: Shape) -> Shape:
        fits(shapes[0], self.axes)
        return (shapes[0][0], *(axis.stops for axis in self.along(shapes[0])))


class Windowed(Pooling):
    """A pool whose windows are of one size. No stride means one window beside the other."""

    if TYPE_CHECKING:
        kernel_size: Any
        stride: Any
        padding: Any
        ceil_mode: bool

    def along(self, shape: Shape) -> list[Axis]:
        kernel, padding, dilation = each(self.kernel_size), each(self.padding), self.dilations
        stride = kernel if self.stride is None else each(self.stride)
        made: list[Axis] = []
        for size, k, s, p, d in zip(shape[1:], kernel, stride, padding, dilation, strict=True):
            stops = self._stops(size, k, s, p, d)
            taps = [sight(tap * d - p, s, stops, size) for tap in range(k)]
            made.append(Axis(len(made) + 2, size, stops, [tap for tap in taps if tap[0].stop > tap[0].start]))
        return made

    @property
    def dilations(self) -> Shape:
        """How far the taps of a window are from each other, along each axis."""
        return (1,) * self.axes

    def _stops(self, size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
        """PyTorch's count of windows: with ceil_mode, one may reach over the end if it begins before it."""
        if padding > kernel // 2:
            raise BadShape(f"at most {kernel // 2}, half the kernel", padding, "padding")
        padded, reach = size + 2 * padding, dilation * (kernel - 1) + 1
        if reach > padded:
            raise BadShape(f"a window that reaches over at most the {padded} padded positions", reach, "kernel_size")
        stops = (padded - reach + (stride - 1 if self.ceil_mode else 0)) // stride + 1
        return stops - (self.ceil_mode and (stops - 1) * stride >= size + padding)
