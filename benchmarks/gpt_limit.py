"""The best hand-written NumPy training step for a small GPT.

What it adds to `limit.py`. Data lies feature by feature, (features, batch · places), above a row of ones where a linear
layer with a bias reads it. Attention scores lie key by key, (places, heads · batch · places), so that the softmax runs
over whole rows, and sums over keys or features are products with ones. Keys and values are copied, the keys scaled: a
product with the transpose of rows that lie a power of two apart is half again as slow. Scores become weights in place,
what comes back uses the same few buffers in every block, and to the gradient of the stream past the blocks one only
ever adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy import add, matmul

from benchmarks.gpt_limit_layers import Pass, attention, embedded, gelu, normalized
from benchmarks.limit import Flat, Limit, stepping
from benchmarks.limit_losses import LOSSES
from engine.tensor import Array, Pool

if TYPE_CHECKING:
    from benchmarks.gpt import Gpt

POOL = 2**24  # bytes in one piece, and so in large pages
TABLES = ("wte", "wpe")  # lie feature by feature as the data do


def gpt_limit(work: Gpt) -> Limit:
    memory = Memory(work)
    x = memory.zeros(work.features, work.columns)
    passes = [embedded(memory, work, x)]
    for i in range(work.blocks):
        read, thought = memory.zeros(*x.shape), memory.zeros(*x.shape)
        passes += [attended(memory, work, i, x, read), fed_forward(memory, work, i, read, thought)]
        x = thought
    (weight, gradient), normed = memory.matrix("head"), memory.zeros(*x.shape)
    norm, norm_back = normalized(memory, "norm", x, normed, first=True)
    logits, delta = memory.zeros(work.tokens, work.columns), memory.zeros(work.tokens, work.columns)
    loss = LOSSES[work.loss](logits, delta, work.y.ravel())
    sent_back, below = weight.T, memory.below

    def both_ways() -> float:
        for forward, _ in passes:
            forward()
        norm()
        weight.dot(normed, logits)
        value = loss()
        delta.dot(normed.T, gradient)
        sent_back.dot(delta, below)
        norm_back()
        for _, backward in reversed(passes):
            backward()
        return value

    return Limit(both_ways, stepping(both_ways, memory.flat.update(work.optimizer, work.lr)), memory.named)


class Memory:
    """Parameters, and what every block uses again on the way back.

    delta   the gradient of the stream past the blocks, (features, columns)
    below   that of what a norm made
    wide    that of the activations between two linear layers
    spare   for a product that is only summed, or a slope; `wide_spare` of as many rows as `wide`
    """

    def __init__(self, work: Gpt) -> None:
        self.work, self._pool = work, Pool(POOL)
        self.flat = Flat(dict(self._shapes()))
        for name, place in self._places(self.flat.values):
            place[...] = work.parameters[name]
        shape = work.features, work.columns
        self.delta, self.below, self.spare = (self.zeros(*shape) for _ in range(3))
        self.wide, self.wide_spare = (self.zeros(4 * work.features, work.columns) for _ in range(2))
        self.scores_delta = self.zeros(work.places, work.heads * work.columns)

    def zeros(self, *shape: int) -> Array:
        return self._pool.buffer(shape, np.float32)

    def ones_below(self, features: int, columns: int) -> Array:
        return self._pool.buffer((features + 1, columns), np.float32, fill=1.0)

    def named(self) -> dict[str, Array]:
        return {name: np.array(place) for name, place in self._places(self.flat.gradients)}

    def matrix(self, layer: str) -> tuple[Array, Array]:
        """A layer's parameters as they lie in memory, and their gradient."""
        return self.flat.values[layer], self.flat.gradients[layer]

    def _shapes(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Of each layer: a linear one's bias is one more column, the bias of a norm its second row."""
        for name, value in self.work.parameters.items():
            layer, part = _split(name)
            if part == "bias":
                continue
            biased = f"{name.removesuffix('weight')}bias" in self.work.parameters
            if value.ndim == 1:
                yield layer, (2, len(value))
            else:
                yield layer, value.shape[::-1] if layer in TABLES else (len(value), value.shape[1] + biased)

    def _places(self, of: dict[str, Array]) -> Iterator[tuple[str, Array]]:
        """Where PyTorch's parameters stand."""
        for name, value in self.work.parameters.items():
            layer, part = _split(name)
            matrix = of[layer]
            if layer in TABLES:
                yield name, matrix.T
            elif value.ndim == 1:
                yield name, matrix[int(part == "bias")] if layer.startswith("norm") else matrix[:, -1]
            else:
                yield name, matrix[:, : value.shape[1]]


def _split(name: str) -> tuple[str, str]:
    """ "attention0.in_proj_weight" → "attention0.in_proj" and "weight"."""
    layer, _, part = name.replace("in_proj_", "in_proj.").rpartition(".")
    return layer, part


def attended(memory: Memory, work: Gpt, block: int, x: Array, read: Array) -> Pass:
    """read = x + attention of the norm of x."""
    zeros, ones_below = memory.zeros, memory.ones_below
    size, columns = work.features, work.columns
    (stack, to_stack), (out, to_out) = (memory.matrix(f"attention{block}.{part}") for part in ("in_proj", "out_proj"))
    normed, mixed = ones_below(size, columns), ones_below(size, columns)
    norm, norm_back = normalized(memory, f"norm_a{block}", x, normed[:-1])
    stacked, to_stacked, mixed_delta = (
        zeros(3 * size, columns),
        zeros(3 * size, columns),
        zeros(size, columns),
    )
    attend, attend_back = attention(memory, work, stacked, to_stacked, mixed[:-1], mixed_delta)
    delta, below = memory.delta, memory.below

    def forward() -> None:
        norm()
        stack.dot(normed, stacked)
        attend()
        out.dot(mixed, read)
        add(read, x, read)

    def backward() -> None:
        delta.dot(mixed.T, to_out)
        matmul(out[:, :-1].T, delta, mixed_delta)
        attend_back()
        to_stacked.dot(normed.T, to_stack)
        matmul(stack[:, :-1].T, to_stacked, below)
        norm_back()

    return forward, backward


def fed_forward(memory: Memory, work: Gpt, block: int, x: Array, thought: Array) -> Pass:
    """thought = x + two linear layers with GELU between, of the norm of x."""
    size, columns = work.features, work.columns
    (up, to_up), (down, to_down) = memory.matrix(f"up{block}"), memory.matrix(f"down{block}")
    normed, active, z = (
        memory.ones_below(size, columns),
        memory.ones_below(4 * size, columns),
        memory.zeros(4 * size, columns),
    )
    norm, norm_back = normalized(memory, f"norm_b{block}", x, normed[:-1])
    delta, below, wide = memory.delta, memory.below, memory.wide
    bend, bend_back = gelu(memory, z, active[:-1], wide)

    def forward() -> None:
        norm()
        up.dot(normed, z)
        bend()
        down.dot(active, thought)
        add(thought, x, thought)

    def backward() -> None:
        delta.dot(active.T, to_down)
        matmul(down[:, :-1].T, delta, wide)
        bend_back()
        wide.dot(normed.T, to_up)
        matmul(up[:, :-1].T, wide, below)
        norm_back()

    return forward, backward
