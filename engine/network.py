"""A network: a graph of layers → shapes, parameters, cost → program.

Everything is computed with Python integers before anything is allocated, so that a network of 10^12 units costs a
message and not the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from engine.layer import Composite, Layer
from engine.parameters import Block, Owner, Parameters
from engine.problem import BadExperiment, BadShape, Problem
from engine.program import About, Program
from engine.tensor import Shape, Tensor
from engine.wiring import Wire, wired


@dataclass(frozen=True)
class Placed:
    """A layer in its place: what it reads and makes. A layer made of layers is here as its parts."""

    name: str  # what its parameters' names begin with: "3", "3.self_attn"
    layer: Any
    index: int  # in the experiment's list of layers
    sources: tuple[int, ...]  # places in the network; −1 is its input
    shapes: tuple[Shape, ...]
    output: Shape
    owner: int  # the place whose parameters it uses: its own, unless they are shared

    @property
    def features(self) -> int:
        return self.shapes[0][0]

    @property
    def outputs(self) -> int:
        return self.output[0]

    @property
    def blocks(self) -> tuple[Block, ...]:
        blocks: tuple[Block, ...] = self.layer.blocks(*self.shapes)
        return blocks

    @property
    def parameter_count(self) -> int:
        return sum(block.size for block in self.blocks)


class Network:
    """The layers with their shapes, for examples of the given shape: `Network(layers, 64)`, `Network(layers, 1, 8, 8)`.

    Cheap to make: nothing is allocated until `allocate`. BadExperiment where layers do not fit together.
    """

    def __init__(self, layers: Sequence[Layer], *shape: int) -> None:
        self.shape: Shape = shape
        self.layers = tuple(layers)
        self.names: list[str] = []  # of the layers in the list
        self.placed: list[Placed] = []
        self._last: list[int] = []  # the place in which each layer of the list ends
        self._first: list[int] = []
        for index, (layer, wire) in enumerate(zip(layers, wired(layers), strict=True)):
            self.names.append(wire.name)
            self._first.append(len(self.placed))
            try:
                self._last.append(self._place(layer, index, wire))
            except BadShape as error:
                raise BadExperiment([_problem(index, layer, error)]) from None

    def _place(self, layer: Layer, index: int, wire: Wire) -> int:
        sources = tuple(self._last[source] if source >= 0 else -1 for source in wire.sources)
        start = len(self.placed)
        last = self._put(wire.name, layer, index, sources)
        if wire.owner != index:
            self._share(start, self._first[wire.owner])
        return last

    def _put(self, name: str, layer: Layer, index: int, sources: tuple[int, ...]) -> int:
        """Place a layer, or the parts of one that is made of layers; the place of its output."""
        shapes = tuple(self.placed[source].output if source >= 0 else self.shape for source in sources)
        if isinstance(layer, Composite):
            places: list[int] = []
            for part in layer.parts(*shapes):
                reads = tuple(places[read] if read >= 0 else sources[-1 - read] for read in part.reads)
                inner = ".".join(filter(None, (name, part.name)))
                start = len(self.placed)
                places.append(self._put(inner, part.layer, index, reads))
                if part.shares is not None:
                    self._share(start, places[part.shares])
            return places[-1]
        here = len(self.placed)
        self.placed.append(Placed(name, layer, index, sources, shapes, layer.output(*shapes), here))
        return here

    def _share(self, start: int, first: int) -> None:
        """Let the layer just placed use the parameters of the one placed from `first` on."""
        for offset, here in enumerate(range(start, len(self.placed))):
            mine, theirs = self.placed[here], self.placed[first + offset]
            shapes, others = [b.shapes for b in mine.blocks], [b.shapes for b in theirs.blocks]
            if shapes != others:  # of the parts: a block of the same shape may hold a bias or not
                came = f"{shapes} beside {others}"
                raise BadShape("parameters of the same shape as those it shares", came, "shares")
            self.placed[here] = replace(mine, owner=theirs.owner)

    # What it is and costs

    @property
    def output(self) -> Shape:
        return self.placed[-1].output

    @property
    def features(self) -> int:
        return self.shape[0]

    @property
    def outputs(self) -> int:
        return self.output[0]

    @property
    def owners(self) -> list[int]:
        """The places that have parameters of their own, in order."""
        return [here for here, placed in enumerate(self.placed) if placed.owner == here]

    def _owners(self) -> list[Placed]:
        return [self.placed[here] for here in self.owners]

    def owned(self, layers: Iterable[int]) -> frozenset[int]:
        """The owners, numbered in their order, that belong to these layers of the list."""
        wanted = set(layers)
        return frozenset(number for number, owner in enumerate(self._owners()) if owner.index in wanted)

    @property
    def frozen(self) -> frozenset[int]:
        """The owners whose parameters the experiment freezes."""
        return self.owned(index for index, layer in enumerate(self.layers) if layer.frozen)

    @property
    def parametric(self) -> tuple[int, ...]:
        """The layers of the list that have parameters of their own."""
        return tuple(sorted({owner.index for owner in self._owners() if owner.blocks}))

    @property
    def parameter_count(self) -> int:
        return sum(placed.parameter_count for placed in self._owners())

    @cached_property
    def multiply_adds(self) -> int:
        """Of one example's forward pass."""
        return sum(placed.layer.multiply_adds(*placed.shapes) for placed in self.placed)

    def memory(self, batch: int, dtype: DTypeLike, evaluated: int = 0) -> int:
        """Bytes of what a run keeps: parameters (value, gradient, update, before, two moments), activations, what
        their layers keep, and gradients of the batch, and activations of the `evaluated` examples only looked at."""
        outputs = sum(prod(placed.output) for placed in self.placed)
        keeps = sum(placed.layer.keeps(*placed.shapes) for placed in self.placed)
        size = prod(self.shape)
        kept = (size + 2 * outputs + keeps) * batch + (size + outputs + keeps) * evaluated
        return int((6 * self.parameter_count + kept) * np.dtype(dtype).itemsize)

    # Making it

    def allocate(self, dtype: DTypeLike) -> Parameters:
        """All parameters, zero."""
        owners = [Owner(p.name, p.blocks, p.layer.buffers(*p.shapes)) for p in self._owners()]
        return Parameters(owners, dtype)

    def initialize(self, parameters: Parameters, seed: int) -> None:
        """Draw every parameter, layer by layer, from one generator (PCG64)."""
        rng = np.random.default_rng(seed)
        for index, placed in enumerate(self._owners()):
            parts = {part: parameters.named[f"{placed.name}.{part}"].value for b in placed.blocks for part in b.parts}
            placed.layer.initialize(rng, parts)
            for name, start in placed.layer.buffers(*placed.shapes).items():
                parameters.buffers[index][name].fill(start.fill)

    def forward(self, program: Program, parameters: Parameters, x: Tensor, *, gradient: bool = True) -> Tensor:
        """Emit the forward calls of every layer; answers the network's output."""
        made: list[Tensor] = []
        owners = {here: index for index, here in enumerate(self.owners)}
        blocks = [parameters.tensors(index, gradient=gradient) for index in owners.values()]
        for placed in self.placed:
            owner = owners[placed.owner]
            about = About(placed.layer.kind, placed.name, placed.index, blocks[owner], parameters.buffers[owner])
            inputs = (made[source] if source >= 0 else x for source in placed.sources)
            made.append(program.apply(placed.layer, *inputs, about=about))
        return made[-1]


def _problem(index: int, layer: Layer, error: BadShape) -> Problem:
    where = f"network.layers.{index}" + (f".{error.field}" if error.field else "")
    kind = str(layer.kind)
    values = {"kind": kind, "expected": error.expected, "came": error.came}
    return Problem(where, "shape", error.expected, error.came, values)
