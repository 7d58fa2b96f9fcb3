"""The lines that draw parameters: one for each that does not start as its module starts it by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from app.export.calls import chosen, listed
from app.export.pytorch.held import Leaf
from app.export.pytorch.modules import INITIALIZER
from engine.initializers import (
    Constant,
    Default,
    Eye,
    Initializer,
    Kaiming,
    KaimingUniform,
    Orthogonal,
    Sparse,
    TruncNormal,
    Uniform,
    XavierNormal,
    XavierUniform,
    fans,
)
from engine.tensor import Shape


def drawn(leaves: Sequence[Leaf]) -> Iterator[str]:
    seen: set[str] = set()
    for leaf in leaves:
        shapes = _shapes(leaf)
        for part, initializer in _starts(leaf.member.layer):
            ours = f"{leaf.ours}.{part}"
            if part not in shapes or isinstance(initializer, Default) or ours in seen:  # the last: tied, so drawn
                continue
            seen.add(ours)
            tensor = f"{_module(leaf.theirs)}.{part}"
            if len(shapes[part]) == 1:
                yield _vector(initializer, tensor, fans(shapes["weight"]))
            elif len(shapes[part]) > 2 and isinstance(initializer, Eye | Sparse):  # PyTorch has them of matrices only
                yield _matrix(initializer, f"{tensor}.detach().flatten(1)")
            else:
                yield _matrix(initializer, tensor)


def _starts(layer: Any) -> Iterator[tuple[str, Initializer]]:
    """How each parameter starts, by its name."""
    for field in fields(layer):
        if field.name.endswith(INITIALIZER):
            yield field.name.removesuffix(INITIALIZER), getattr(layer, field.name)


def _shapes(leaf: Leaf) -> dict[str, Shape]:
    """Of each parameter of a layer that says how it starts, by name."""
    blocks = leaf.member.layer.blocks(*leaf.member.shapes)
    return {part: view(np.empty(block.shape)).shape for block in blocks for part, view in block.parts.items()}


def _module(path: str) -> str:
    return "model" + "".join(f"[{name}]" if name.isdecimal() else f".{name}" for name in path.split("."))


def _matrix(initializer: Any, tensor: str) -> str:
    values = chosen(initializer)
    if isinstance(initializer, Uniform | TruncNormal):
        values |= {"a": min(initializer.a, initializer.b), "b": max(initializer.a, initializer.b)}
    if isinstance(initializer, Sparse):
        values = {"sparsity": initializer.sparsity, **values}
    if isinstance(initializer, Constant):
        values = {"val": initializer.val}
    return f"nn.init.{initializer.kind}_({', '.join(filter(None, (tensor, listed((), values))))})"


def _vector(initializer: Initializer, tensor: str, spread: tuple[int, int]) -> str:
    """PyTorch's fans are those of a matrix; for a vector the spread is written as a number."""
    if isinstance(initializer, Orthogonal | Eye | Sparse):
        return _matrix(initializer, f"{tensor}.detach().unsqueeze(1)")
    if isinstance(initializer, XavierUniform | XavierNormal):
        std = initializer.gain * math.sqrt(2 / sum(spread))
    elif isinstance(initializer, Kaiming):
        std = initializer.std(spread)
    else:
        return _matrix(initializer, tensor)
    if isinstance(initializer, XavierUniform | KaimingUniform):
        bound = math.sqrt(3) * std
        return f"nn.init.uniform_({tensor}, a={-bound!r}, b={bound!r})"
    return f"nn.init.normal_({tensor}, std={std!r})"
