"""All parameters of a network in one flat vector, their gradients in another; layers hold views.

One vector means that the optimizer is a few calls whatever the depth, that a checkpoint is a copy, and that a frame
is read in one piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from numpy.typing import DTypeLike

from engine.tensor import Array, Tensor, buffer

Index = tuple[Any, ...]


@dataclass(frozen=True)
class Block:
    """A contiguous array of parameters, and the named parts of it.

    A linear layer is one block of shape (out, in + 1): `weight` is all but the last column, `bias` the last.
    """

    shape: tuple[int, ...]
    parts: Mapping[str, Index]

    @property
    def size(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True)
class Parameter:
    """One named parameter: views of its value, its gradient and its last update (value after − value before)."""

    name: str
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
    """

    def __init__(self, layers: Sequence[tuple[str, Sequence[Block]]], dtype: DTypeLike) -> None:
        size = sum(block.size for _, blocks in layers for block in blocks)
        self.values = buffer((size,), dtype)
        self.pair = buffer((2, size), dtype)
        self.gradients: Array = self.pair[0]
        self.update = buffer((size,), dtype)
        self.before = buffer((size,), dtype)
        self.named: dict[str, Parameter] = {}
        self.blocks: list[tuple[tuple[Array, Array], ...]] = []
        start = 0
        for name, blocks in layers:
            views = []
            for block in blocks:
                here = slice(start, start + block.size)
                value, gradient, update, before = (
                    flat[here].reshape(block.shape) for flat in (self.values, self.gradients, self.update, self.before)
                )
                for part, index in block.parts.items():
                    full = f"{name}.{part}"
                    self.named[full] = Parameter(full, value[index], gradient[index], update[index], before[index])
                views.append((value, gradient))
                start += block.size
            self.blocks.append(tuple(views))

    def tensors(self, layer: int, *, gradient: bool = True) -> tuple[Tensor, ...]:
        """The blocks of a layer as tensors of a program (fresh ones: a tensor belongs to one program)."""
        return tuple(Tensor(value, grad if gradient else None) for value, grad in self.blocks[layer])
