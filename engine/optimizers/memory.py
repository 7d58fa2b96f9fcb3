"""An optimizer at work: what it remembers, and the stretches of the flat vectors that it goes over.

Layers can be frozen, and the optimizer passes over their parameters and over all that it remembers of them. So it
works on stretches of the flat vectors, and it counts the steps of each layer: a layer that was frozen for a while is
younger than its neighbours, and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike

from engine.parameters import Parameters
from engine.program import Program
from engine.tensor import Array, buffer

if TYPE_CHECKING:
    from engine.optimizers.optimizer import Optimizer

LONGEST = 131_072  # numbers in a stretch: the caches hold it, which makes a step on five million a quarter shorter


class Dial:
    """A number that may be changed between two steps, and the 0-d arrays that hold multiples of it."""

    def __init__(self, value: float, dtype: DTypeLike, *, moves: bool = False) -> None:
        self.value = value
        self.moves = moves  # may it change from one step to the next?
        self._dtype = np.dtype(dtype)
        self._multiples: dict[float, Array] = {}

    def times(self, factor: float) -> Array:
        if factor not in self._multiples:
            self._multiples[factor] = np.array(self.value * factor, self._dtype)
        return self._multiples[factor]

    def set(self, value: float) -> None:
        self.value = value
        for factor, array in self._multiples.items():
            array[()] = value * factor


class Count:
    """A number of every layer (the steps it has done) for the layers of one group, which have it in common."""

    def __init__(self, array: Array, numbers: Sequence[int], *, whole: bool) -> None:
        self._array = array
        self._first = numbers[0]
        self._places = slice(None) if whole else np.array(numbers)

    @property
    def value(self) -> float:
        return self._array[self._first].item()  # type: ignore[no-any-return]

    def set(self, value: float) -> None:
        self._array[self._places] = value


@dataclass(frozen=True)
class Stretch:
    """A stretch of k parameters that is updated as one. `pair` is (2, k): the gradient, and room for its square."""

    values: Array
    pair: Array
    update: Array
    memory: Mapping[str, Array]

    @property
    def gradient(self) -> Array:
        return self.pair[0]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Group:
    """The layers that are not frozen and have done equally many steps."""

    stretches: tuple[Stretch, ...]
    counts: Mapping[str, Count]
    rate: Dial
    momentum: Dial


Layout = tuple[tuple[int, ...], ...]  # of each group, the numbers of its owners


class Memory:
    """What an optimizer remembers, all of it at 0 before its first step.

    `arrays` holds it by name: (rows, parameters) or (parameters,) of what is remembered of each parameter, (layers,)
    of what is counted for each layer. `pair` (2, parameters) is what is descended, and room for its square.
    """

    def __init__(
        self, optimizer: Optimizer, parameters: Parameters, pair: Array | None = None, *, cycled: bool = False
    ) -> None:
        self.optimizer, self.parameters = optimizer, parameters
        self.pair = parameters.pair if pair is None else pair
        self.owners = [number for number, here in enumerate(parameters.places) if here.start < here.stop]
        dtype = parameters.values.dtype
        self.rate = Dial(optimizer.lr, dtype)
        self.momentum = Dial(optimizer.first_momentum, dtype, moves=cycled)
        size = parameters.values.size
        self._rows = {
            name: buffer((size,) if rows == 1 else (rows, size), dtype) for name, rows in optimizer.remembers().items()
        }
        self._counts = {
            name: np.zeros(len(parameters.places), kind) for name, kind in optimizer.counts(cycled=cycled).items()
        }
        self.arrays: dict[str, Array] = self._rows | self._counts
        self.layout: Layout | None = None

    def set_rate(self, value: float) -> None:
        self.rate.set(value)

    def clear(self) -> None:
        for array in self.arrays.values():
            array.fill(0)

    def arrange(self, frozen: Collection[int] = ()) -> Layout:
        """The groups that the owners fall into by now, but for the frozen ones."""
        found: dict[tuple[float, ...], list[int]] = {}
        for number in self.owners:
            if number not in frozen:
                found.setdefault(tuple(each[number].item() for each in self._counts.values()), []).append(number)
        return tuple(map(tuple, found.values()))

    def emit(self, program: Program, layout: Layout) -> None:
        """Emit the update of these groups; of all other parameters it is 0."""
        self.layout = layout
        self.parameters.update.fill(0)
        for numbers in layout:
            stretches = tuple(self._stretch(here) for here in self.stretches(numbers))
            whole = len(numbers) == len(self.owners)
            counts = {name: Count(array, numbers, whole=whole) for name, array in self._counts.items()}
            self.optimizer.descend(program, Group(stretches, counts, self.rate, self.momentum))

    def stretches(self, numbers: tuple[int, ...]) -> list[slice]:
        """Neighbours among these owners as one, cut where that is longer than the longest."""
        runs: list[slice] = []
        for here in (self.parameters.places[number] for number in numbers):
            if runs and runs[-1].stop == here.start:
                runs[-1] = slice(runs[-1].start, here.stop)
            else:
                runs.append(here)
        return [
            slice(start, min(start + LONGEST, run.stop))
            for run in runs
            for start in range(run.start, run.stop, LONGEST)
        ]

    def _stretch(self, here: slice) -> Stretch:
        flat = self.parameters
        memory = {name: array[..., here] for name, array in self._rows.items()}
        return Stretch(flat.values[here], self.pair[:, here], flat.update[here], memory)
