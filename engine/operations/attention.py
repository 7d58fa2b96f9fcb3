"""Scaled dot-product attention: every place of a sequence reads the others, by how well they answer what it asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.operations.dropout import Share, drawn_mask
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor

# What each input holds, stacked along its features, by the number of inputs.
HOLDS = {1: ("qkv",), 2: ("q", "kv"), 3: ("q", "k", "v")}


@dataclass(frozen=True)
class ScaledDotProductAttention(Layer):
    """softmax(QKᵀ/√d) V for each of `num_heads` groups of features, as F.scaled_dot_product_attention.

    Reads one input, queries, keys and values stacked (3d, batch, time); or two, queries (d, batch, time) and keys and
    values stacked (2d, batch, memory); or all three apart. With `is_causal`, place t reads places 0 to t. While
    training, `dropout_p` of the weights are left out and the others enlarged.

    Kept, each (batch, heads, time, memory): `scores`, −∞ where a place may not be read, and their softmax `weights`;
    after a backward pass, the gradients of both, `scores_gradient` and `weights_gradient`; and where some are left
    out, the `mask` and what is left, `dropped`. In memory the keys come first, (memory, heads, batch, time): the
    softmax then runs over whole rows, and takes a quarter of the time it does over the last axis.
    """

    kind: Literal["ScaledDotProductAttention"] = "ScaledDotProductAttention"
    num_heads: Annotated[int, Range(1, 256)] = 1
    is_causal: bool = False
    dropout_p: Share = 0.0

    reads: ClassVar = (1, 3)
    group: ClassVar = "attention"
    notation: ClassVar = Notation(
        r"Y = A V, \; A = \mathrm{softmax}(S), \; S = \frac{Q K^{\top}}{\sqrt{d}}",
        {
            "V": r"\frac{\partial L}{\partial V} = A^{\top} \delta",
            "A": r"\frac{\partial L}{\partial A} = \delta V^{\top}",
            "S": r"\frac{\partial L}{\partial S} = A \odot \left( \frac{\partial L}{\partial A}"
            r" - \sum A \odot \frac{\partial L}{\partial A} \right)",
            "Q": r"\frac{\partial L}{\partial Q} = \frac{1}{\sqrt{d}} \frac{\partial L}{\partial S} K",
            "K": r"\frac{\partial L}{\partial K} = \frac{1}{\sqrt{d}} \frac{\partial L}{\partial S}^{\top} Q",
        },
    )

    def output(self, *shapes: Shape) -> Shape:
        came = " and ".join(map(str, shapes))
        if any(len(shape) != 2 for shape in shapes):
            raise BadShape("sequences, (features, time)", came)
        holds = HOLDS[len(shapes)]
        if any(shape[0] % len(held) for shape, held in zip(shapes, holds, strict=True)):
            raise BadShape("queries, keys and values stacked: features divisible by 3 (without queries, by 2)", came)
        features = {shape[0] // len(held) for shape, held in zip(shapes, holds, strict=True)}
        if len(features) > 1 or len({shape[1] for shape in shapes[1:]}) > 1:
            raise BadShape("queries, keys and values of as many features, keys and values of as many positions", came)
        (size,) = features
        if size % self.num_heads:
            raise BadShape(f"features divisible by {self.num_heads} heads", size, "num_heads")
        return (size, shapes[0][1])

    def multiply_adds(self, *shapes: Shape) -> int:
        size, time = self.output(*shapes)
        return 2 * size * time * shapes[-1][1]

    def keeps(self, *shapes: Shape) -> int:
        """Scores, weights, their gradients (with dropout, mask and what is left), and the scaled keys."""
        size, time = self.output(*shapes)
        memory = shapes[-1][1]
        return (6 if self.dropout_p else 4) * self.num_heads * time * memory + size * memory

    def forward(self, program: Program, node: Node) -> Tensor:
        q, k, v = self._inputs(node)
        (size, memory), time = k.shape[2:], q.shape[3]
        y = program.tensor(size * self.num_heads, time)
        # Scaled once here, neither scores nor the queries' gradient need to be. The copy is contiguous: the product
        # with a transpose whose rows lie a power of two apart is half again as slow.
        scaled = node.kept["scaled_keys"] = program.empty(k.shape)
        program.call(np.multiply, k, program.constant(1 / math.sqrt(size)), scaled)
        scores, weights = (self._keep(program, node, name, memory, time) for name in ("scores", "weights"))
        program.call(np.matmul, scaled.swapaxes(2, 3), q, matrices(scores))
        if self.is_causal:
            program.call(np.add, scores, causal(memory, time).astype(program.dtype), scores)
        softmax(program, rows(scores), rows(weights))
        if self.dropout_p and program.training:
            mask = drawn_mask(program, node, weights.shape, self.dropout_p)
            node.kept["mask"] = mask.transpose(2, 1, 3, 0)
            dropped = self._keep(program, node, "dropped", memory, time)
            program.call(np.multiply, weights, mask, dropped)
            weights = dropped
        program.call(np.matmul, v, matrices(weights), self._heads(y.data))
        return y

    def backward(self, program: Program, node: Node) -> None:
        y, weights, scaled = node.output, stored(node.kept["weights"]), node.kept["scaled_keys"]
        q, _, v = self._inputs(node)
        assert y.gradient is not None
        delta, scale = self._heads(y.gradient), program.constant(1 / math.sqrt(q.shape[2]))
        to_weights = self._keep(program, node, "weights_gradient", len(weights), y.shape[2])
        to_scores = self._keep(program, node, "scores_gradient", len(weights), y.shape[2])
        values = program.scratch(v.shape, "values")
        program.call(np.copyto, values, v)  # contiguous, as the scaled keys are
        program.call(np.matmul, values.swapaxes(2, 3), delta, matrices(to_weights))
        if self.dropout_p:
            program.call(np.multiply, to_weights, stored(node.kept["mask"]), to_weights)
        program.call(np.subtract, rows(to_weights), self._mean(program, y), rows(to_scores))
        program.call(np.multiply, rows(to_scores), rows(weights), rows(to_scores))

        def to_queries(out: Array) -> None:
            program.call(np.matmul, scaled, matrices(to_scores), out)

        def to_keys(out: Array) -> None:
            program.call(np.matmul, q, matrices(to_scores).swapaxes(2, 3), out)
            program.call(np.multiply, out, scale, out)

        def to_values(out: Array) -> None:
            read = stored(node.kept["dropped"]) if self.dropout_p else weights
            program.call(np.matmul, delta, matrices(read).swapaxes(2, 3), out)

        emits = {"q": to_queries, "k": to_keys, "v": to_values}
        for tensor, held in zip(node.inputs, HOLDS[len(node.inputs)], strict=True):
            program.into(tensor, partial(self._stacked, [emits[letter] for letter in held]))

    def _mean(self, program: Program, y: Tensor) -> Array:
        """Of the weights' gradients under the weights, Σ A ∂L/∂A: the softmax takes it off. (heads · batch · time,)

        It is Σ y δ over the features of a head as well, which are fewer than the places that can be read.
        """
        product = program.scratch(y.shape, "attention")
        mean = program.scratch((self.num_heads, 1, y.shape[1] * y.shape[2]), "attention")
        ones = np.ones((1, len(y.data) // self.num_heads), program.dtype)
        program.call(np.multiply, y.data, y.gradient, product)
        program.call(np.matmul, ones, product.reshape(self.num_heads, -1, mean.shape[2]), mean)
        return mean.ravel()

    def _inputs(self, node: Node) -> list[Array]:
        """Queries, keys and values, each (batch, heads, features, time)."""
        parts = [
            part
            for tensor, held in zip(node.inputs, HOLDS[len(node.inputs)], strict=True)
            for part in np.split(tensor.data, len(held))
        ]
        return [self._heads(part) for part in parts]

    def _heads(self, array: Array) -> Array:
        """(features, batch, time) → (batch, heads, features / heads, time): a view that BLAS takes as it is."""
        _, batch, time = array.shape
        return array.reshape(self.num_heads, -1, batch, time).transpose(2, 0, 1, 3)

    def _stacked(self, emits: Sequence[Callable[[Array], None]], out: Array) -> None:
        for emit, part in zip(emits, np.split(out, len(emits)), strict=True):
            emit(self._heads(part))

    def _keep(self, program: Program, node: Node, name: str, memory: int, time: int) -> Array:
        array = program.empty((memory, self.num_heads, program.batch, time))
        node.kept[name] = array.transpose(2, 1, 3, 0)
        return array


def stored(kept: Array) -> Array:
    """(batch, heads, time, memory) as it lies in memory: (memory, heads, batch, time)."""
    return kept.transpose(3, 1, 0, 2)


def rows(array: Array) -> Array:
    """(memory, heads · batch · time)."""
    return array.reshape(len(array), -1)


def matrices(array: Array) -> Array:
    """(batch, heads, memory, time)."""
    return array.transpose(2, 1, 0, 3)


def causal(memory: int, time: int) -> Array:
    """What is added to scores (memory, heads, batch, time): −∞ where a place would read one after it."""
    later = np.arange(memory)[:, None] > np.arange(time)
    return np.where(later, -np.inf, 0.0)[:, None, None]


def softmax(program: Program, scores: Array, weights: Array) -> None:
    """Down each column, the largest score subtracted first; both (memory, columns)."""
    largest, total = (program.scratch(scores.shape[1:], use) for use in ("largest", "total"))
    ones = np.ones(len(scores), program.dtype)
    program.call(np.maximum.reduce, scores, 0, None, largest)
    program.call(np.subtract, scores, largest, weights)
    program.call(np.exp, weights, weights)
    program.call(ones.dot, weights, total)
    program.call(np.divide, program.constant(1), total, total)
    program.call(np.multiply, weights, total, weights)
