"""All parameters of a network in one flat vector, their gradients in another; layers hold views.

One vector means that the optimizer is a few calls whatever the depth, that a checkpoint is a copy, and that a frame
is read in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from engine.tensor import Array, Shape, Tensor, buffer

View = Callable[[Array], Array]


@dataclass(frozen=True)
class Block:
    """A contiguous array of parameters, and the named parts of it, each a view: a slice, a reshape, a transpose.

    A linear layer is one block of shape (out, in + 1): `weight` is all but the last column, `bias` the last.
    """

    shape: Shape
    parts: Mapping[str, View]

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of each part, found without memory for its numbers."""
        return {part: view(np.empty(self.shape, "V0")).shape for part, view in self.parts.items()}


@dataclass(frozen=True)
class Buffer:
    """An array that the forward pass itself changes (running statistics), and what it starts at."""

    shape: Shape
    fill: float = 0.0


@dataclass(frozen=True)
class Owner:
    """A layer that has parameters or buffers of its own, under the name that theirs begin with."""

    name: str
    blocks: tuple[Block, ...]
    buffers: Mapping[str, Buffer]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named parameter: views of its value, its gradient and its last update (value after − value before)."""

    name: str
    owner: int  # which of the owners it belongs to
    value: Array
    gradient: Array
    update: Array
    before: Array


class Parameters:
    """The flat vectors and the views into them.

    values    what the network computes with
    gradients row 0 of `pair`, whose row 1 is the optimizer's (Adam wants both moments updated in one call)
    update    what the last update added to the values
    before    the values as they were before the last update: those the last pass computed with
    blocks    of each owner in order, (value, gradient) of its blocks
    buffers   of each owner in order, by name, what a forward pass changes by itself
    places    of each owner in order, where its parameters lie in the flat vectors
    parts     of each block in order, where it lies and the names of its parts

    Two owners may have one name, if the names of their parts differ: a layer made of layers is known by one.
    """

    def __init__(self, owners: Sequence[Owner], dtype: DTypeLike) -> None:
        size = sum(block.size for owner in owners for block in owner.blocks)
        self.values = buffer((size,), dtype)
        self.pair = buffer((2, size), dtype)
        self.gradients: Array = self.pair[0]
        self.update = buffer((size,), dtype)
        self.before = buffer((size,), dtype)
        self.named: dict[str, Parameter] = {}
        self.blocks: list[tuple[tuple[Array, Array], ...]] = []
        self.buffers: list[dict[str, Array]] = []
        self.places: list[slice] = []
        self.parts: list[tuple[slice, tuple[str, ...]]] = []
        self._owners = owners
        start = 0
        for index, owner in enumerate(owners):
            self.buffers.append({name: buffer(each.shape, dtype, each.fill) for name, each in owner.buffers.items()})
            self.places.append(slice(start, start + sum(block.size for block in owner.blocks)))
            views = []
            for block in owner.blocks:
                here = slice(start, start + block.size)
                value, gradient, update, before = (
                    flat[here].reshape(block.shape) for flat in (self.values, self.gradients, self.update, self.before)
                )
                for part, view in block.parts.items():
                    full = f"{owner.name}.{part}"
                    assert full not in self.named, full
                    places = (view(flat) for flat in (value, gradient, update, before))
                    self.named[full] = Parameter(full, index, *places)
                self.parts.append((here, tuple(f"{owner.name}.{part}" for part in block.parts)))
                views.append((value, gradient))
                start += block.size
            self.blocks.append(tuple(views))

    def tensors(self, owner: int, *, gradient: bool = True) -> tuple[Tensor, ...]:
        """The blocks of an owner as tensors of a program (fresh ones: a tensor belongs to one program)."""
        return tuple(Tensor(value, grad if gradient else None) for value, grad in self.blocks[owner])

    def flat(self, which: str) -> Array:
        """The vector that a parameter's `value`, `gradient`, `update` or `before` is a view of."""
        names = {"value": "values", "gradient": "gradients"}
        return getattr(self, names.get(which, which))  # type: ignore[no-any-return]

    def state(self) -> dict[str, Array]:
        """What training changes, by name: the values, and every buffer."""
        buffers = {
            f"{owner.name}.{name}": array
            for owner, each in zip(self._owners, self.buffers, strict=True)
            for name, array in each.items()
        }
        return {"values": self.values} | buffers
