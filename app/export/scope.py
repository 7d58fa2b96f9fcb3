"""The layers of a network, or the parts of a layer made of layers, as a script has them: what reads what, shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.layer import Composite, Layer
from engine.tensor import Shape
from engine.wiring import wired


@dataclass(frozen=True)
class Member:
    """One layer of a scope."""

    name: str  # of a layer its place where it has none: "3"; of a part, perhaps nothing
    layer: Any
    reads: tuple[int, ...]  # places in the scope; −1 is the first of what goes in, −2 the second
    shapes: tuple[Shape, ...]
    output: Shape
    owner: int  # the place whose parameters it uses: its own, unless they are shared


def network(layers: Sequence[Layer], shape: Shape) -> list[Member]:
    """The scope of a whole network. A layer made of layers is one member, whose `inside` is a scope of its own."""
    made: list[Member] = []
    for layer, wire in zip(layers, wired(layers), strict=True):
        shapes = tuple(made[source].output if source >= 0 else shape for source in wire.sources)
        made.append(Member(wire.name, layer, wire.sources, shapes, output(layer, *shapes), wire.owner))
    return made


def inside(member: Member) -> list[Member]:
    """The parts of a layer made of layers."""
    return _parts(member.layer, *member.shapes)


def output(layer: Layer, *shapes: Shape) -> Shape:
    """The shape of one example that comes out of a layer of either sort."""
    return _parts(layer, *shapes)[-1].output if isinstance(layer, Composite) else layer.output(*shapes)


def leaves(member: Member, path: str) -> Iterator[tuple[str, Member]]:
    """The layers it is made of in the end, with what their parameters' names begin with if its own begin with `path`.

    In the order in which a network places them, without those that use the parameters of one before them.
    """
    if not isinstance(member.layer, Composite):
        yield path, member
        return
    for place, part in enumerate(inside(member)):
        if part.owner == place:
            yield from leaves(part, ".".join(filter(None, (path, part.name))))


def vocabulary(members: Sequence[Member]) -> int | None:
    """How many tokens there are, where the network's input is only looked up, and in tables of one size."""
    readers = [member for member in members if -1 in member.reads]
    sizes = {member.layer.num_embeddings if member.layer.kind == "Embedding" else None for member in readers}
    return sizes.pop() if len(sizes) == 1 else None


def part_shapes(member: Member) -> dict[str, Shape]:
    """The shape of each of a layer's own parameters, by name."""
    blocks = member.layer.blocks(*member.shapes)
    return {part: view(np.empty(block.shape)).shape for block in blocks for part, view in block.parts.items()}


def _parts(layer: Composite, *shapes: Shape) -> list[Member]:
    made: list[Member] = []
    for place, part in enumerate(layer.parts(*shapes)):
        came = tuple(made[read].output if read >= 0 else shapes[-1 - read] for read in part.reads)
        owner = place if part.shares is None else part.shares
        made.append(Member(part.name, part.layer, part.reads, came, output(part.layer, *came), owner))
    return made
