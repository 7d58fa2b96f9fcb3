"""What a network is made of: the contract that every layer keeps, and layers that are made of layers.

A shape here is that of one example: (features, *positions). Dense data are (features,), a sequence is
(features, time), a picture (channels, height, width). A buffer holds a whole batch of them, examples second:
(features, batch, *positions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.choice import Choice, settings
from engine.notation import Notation
from engine.parameters import Block, Buffer
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor


@dataclass(frozen=True, kw_only=True)
class Layer(Choice):
    """One layer. Its shapes and costs are plain integers, known before anything is allocated.

    The four fields say how it is wired into a network; every other field of a layer is its own.

    name    what other layers call it; left empty, its place in the list
    inputs  names of the layers it reads, in order; left empty, the one before it. "input" is the network's input
    shares  name of an earlier layer of the same kind whose parameters it uses
    frozen  the optimizer leaves its parameters alone; their gradients are computed and shown all the same
    """

    name: str = field(default="", repr=False)
    inputs: tuple[str, ...] = field(default=(), repr=False)
    shares: str = field(default="", repr=False)
    frozen: bool = field(default=False, repr=False)

    if TYPE_CHECKING:
        kind: str = ""  # every layer's first field, a Literal: the tag that tells it apart

    group: ClassVar[str]  # where it stands in a menu
    notation: ClassVar[Notation]
    reads: ClassVar[tuple[int, int]] = (1, 1)  # fewest and most inputs
    mixes: ClassVar[bool] = False  # does what it makes of an example depend on the others of the batch?

    def output(self, *shapes: Shape) -> Shape:
        """The shape that comes out; BadShape if these cannot go in."""
        raise NotImplementedError

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        """The arrays of parameters it needs."""
        return ()

    def buffers(self, *shapes: Shape) -> Mapping[str, Buffer]:
        """Arrays that a forward pass changes and no gradient does: running statistics."""
        return {}

    def multiply_adds(self, *shapes: Shape) -> int:
        """Of one example's forward pass."""
        return 0

    def keeps(self, *shapes: Shape) -> int:
        """Numbers kept for one example besides output and gradient: a slope, columns, scores."""
        return 0

    def least_batch(self, *shapes: Shape) -> int:
        """Fewest examples of a step that it can be trained on."""
        return 1

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        """Fill the named parts of its blocks, in place."""

    def forward(self, program: Program, node: Node) -> Tensor:
        """Emit the calls that compute the output from `node.inputs` and `node.parameters`."""
        raise NotImplementedError

    def backward(self, program: Program, node: Node) -> None:
        """Emit the calls that send `node.output.gradient` on, by `program.into`."""
        raise NotImplementedError


WIRING = frozenset(each.name for each in fields(Layer))


def arguments(choice: Any) -> dict[str, Any]:
    """A choice's own settings: without its kind and, of a layer, how it is wired."""
    return {name: value for name, value in settings(choice).items() if name != "kind" and name not in WIRING}


@dataclass(frozen=True)
class Part:
    """A layer inside a layer. `reads` counts the parts before it; −1 is the whole's first input, −2 its second."""

    name: str  # the middle of its parameters' names; may be empty
    layer: Any
    reads: tuple[int, ...] = (-1,)
    shares: int | None = None  # the part before it whose parameters it uses


class Composite(Layer):
    """A layer made of layers: a network puts the parts in its place, and the last one's output is its own."""

    def parts(self, *shapes: Shape) -> Sequence[Part]:
        raise NotImplementedError
