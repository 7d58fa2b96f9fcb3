"""The lines that draw parameters: one for each that does not start as its module starts it by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from app.export.calls import chosen, default, listed
from app.export.pytorch.held import Leaf
from app.export.pytorch.modules import INITIALIZER
from app.export.scope import part_shapes
from engine.initializers import (
    LSUV,
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
from engine.layers.recurrent_direction import Direction
from engine.layers.recurrent_lstm import LSTMDirection

SPELLED = ("PositionalEmbedding",)  # kinds that start otherwise than the module that holds their parameters


def drawn(leaves: Sequence[Leaf]) -> Iterator[str]:
    seen: set[str] = set()
    for leaf in leaves:
        shapes = part_shapes(leaf.member)
        for part, initializer in _starts(leaf):
            ours = f"{leaf.ours}.{part}"
            if part not in shapes or ours in seen:  # tied, so drawn
                continue
            seen.add(ours)
            tensor = f"{_module(leaf.theirs)}.{part}"
            if len(shapes[part]) == 1:
                yield _vector(initializer, tensor, fans(shapes[part.replace("bias", "weight")]))
            elif len(shapes[part]) > 2 and isinstance(initializer, Eye | Sparse):  # PyTorch has them of matrices only
                yield _matrix(initializer, f"{tensor}.detach().flatten(1)")
            else:
                yield _matrix(initializer, tensor)
        yield from _opened(leaf)


def _starts(leaf: Leaf) -> Iterator[tuple[str, Initializer]]:
    """By its name, each parameter that starts otherwise than its module starts it."""
    layer = leaf.member.layer
    if isinstance(layer, Direction):
        of = layer.of
        starts = {"weight_ih": of.weight_ih_init, "weight_hh": of.weight_hh_init}
        starts |= {"bias_ih": of.bias_init, "bias_hh": of.bias_init}
        yield from ((layer.named(name), each) for name, each in starts.items() if not isinstance(each, Default))
    elif not leaf.part:
        for field in fields(layer):
            value = getattr(layer, field.name)
            spelled = layer.kind in SPELLED or value != default(layer, field.name)
            if field.name.endswith(INITIALIZER) and spelled:
                yield field.name.removesuffix(INITIALIZER), value


def _opened(leaf: Leaf) -> Iterator[str]:
    """What is added to the bias of an LSTM's forget gate, the second of its four."""
    layer = leaf.member.layer
    if isinstance(layer, LSTMDirection) and layer.of.forget_bias:
        size = layer.hidden
        yield f"{_module(leaf.theirs)}.{layer.named('bias_ih')}.data[{size}:{2 * size}] += {layer.of.forget_bias!r}"


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
    if isinstance(initializer, LSUV):  # torch.nn.init has no scaling by data: the file of weights has it
        return (
            f"{_matrix(Orthogonal(gain=initializer.gain), tensor)}  # LSUV: then scaled to unit variance of the outputs"
        )
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
