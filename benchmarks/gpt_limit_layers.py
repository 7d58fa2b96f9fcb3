"""The layers of the hand-written GPT step (gpt_limit.py), each as a forward and a backward pass over its own memory.

Arrays are (features, columns); a column is one place of one sequence of the batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy import add, copyto, divide, exp, matmul, maximum, multiply, sqrt, subtract, tanh

from engine.tensor import Array

if TYPE_CHECKING:
    from benchmarks.gpt import Gpt
    from benchmarks.gpt_limit import Memory

Call = Callable[[], None]
Pass = tuple[Call, Call]  # forward and backward

ONE, HALF, EPSILON = (np.array(value, np.float32) for value in (1, 0.5, 1e-5))
STRAIGHT = math.sqrt(2 / math.pi)
CUBIC = 0.044715 * STRAIGHT


def embedded(memory: Memory, work: Gpt, x: Array) -> Pass:
    """Tokens' and places' vectors; their gradients, the first by one-hot vectors."""
    (table, to_table), (places, to_places) = memory.matrix("wte"), memory.matrix("wpe")
    tokens, delta, batched = work.x.astype(np.intp).ravel(), memory.delta, (work.features, work.batch, work.places)
    onehot = memory.zeros(work.tokens, work.columns)
    onehot[tokens, np.arange(work.columns)] = 1

    def forward() -> None:
        table.take(tokens, 1, x, "clip")
        add(x.reshape(batched), places[:, None], x.reshape(batched))

    def backward() -> None:
        add.reduce(delta.reshape(batched), axis=1, out=to_places)
        delta.dot(onehot.T, to_table)

    return forward, backward


def normalized(memory: Memory, layer: str, x: Array, y: Array, *, first: bool = False) -> Pass:
    """Layer norm of x into y; back from `memory.below`, added to the stream's delta (with `first`, written)."""
    zeros = memory.zeros
    (rows, to_rows), (features, columns) = memory.matrix(layer), x.shape
    weight, bias = rows[0][:, None], rows[1][:, None]
    to_weight, to_bias = to_rows
    x_hat, mean, inverse, spread = (
        zeros(features, columns),
        zeros(columns),
        zeros(columns),
        zeros(columns),
    )
    share, weighted, ones = (
        np.full(features, 1 / features, np.float32),
        zeros(features),
        np.ones(columns, np.float32),
    )
    delta, below, spare = memory.delta, memory.below, memory.spare

    def forward() -> None:
        share.dot(x, mean)
        subtract(x, mean, x_hat)
        multiply(x_hat, x_hat, spare)
        share.dot(spare, inverse)
        add(inverse, EPSILON, inverse)
        sqrt(inverse, inverse)
        divide(ONE, inverse, inverse)
        multiply(x_hat, inverse, x_hat)
        multiply(x_hat, weight, y)
        add(y, bias, y)

    def backward() -> None:
        multiply(below, x_hat, spare)
        spare.dot(ones, to_weight)
        below.dot(ones, to_bias)
        multiply(rows[0], share, weighted)
        weighted.dot(spare, spread)
        weighted.dot(below, mean)
        multiply(x_hat, spread, spare)
        add(spare, mean, spare)
        multiply(below, weight, below)
        subtract(below, spare, below)
        if first:
            multiply(below, inverse, delta)
        else:
            multiply(below, inverse, below)
            add(delta, below, delta)

    return forward, backward


def attention(memory: Memory, work: Gpt, stacked: Array, to_stacked: Array, mixed: Array, delta: Array) -> Pass:
    """Causal attention of stacked queries, keys and values; its weights lie as (places, heads · batch · places)."""
    zeros = memory.zeros
    heads, batch, places, each = work.heads, work.batch, work.places, work.features // work.heads
    flat = memory.scores_delta.shape

    def by_head(array: Array) -> Array:
        return array.reshape(heads, each, batch, places).transpose(2, 0, 1, 3)

    def matrices(array: Array) -> Array:
        return array.reshape(places, heads, batch, places).transpose(2, 1, 0, 3)

    (q, k, v), (to_q, to_k, to_v) = ([by_head(part) for part in np.split(whole, 3)] for whole in (stacked, to_stacked))
    weights, to_scores = zeros(*flat), memory.scores_delta
    keys, values, largest, total = (
        zeros(*k.shape),
        zeros(*v.shape),
        zeros(flat[1]),
        zeros(flat[1]),
    )
    scale, ones, spare = np.array(1 / math.sqrt(each), np.float32), np.ones(places, np.float32), memory.spare
    mask = np.where(np.tri(places, dtype=bool).T, 0, -np.inf).astype(np.float32)[:, None, None]
    ones_each, in_heads = np.ones((1, each), np.float32), (heads, each, batch * places)
    masked, products, mean = (
        weights.reshape(places, heads, batch, places),
        matrices(weights),
        zeros(heads, 1, in_heads[2]),
    )
    turned, deltas = matrices(weights).swapaxes(2, 3), matrices(to_scores)
    into, arrived = by_head(mixed), by_head(delta)

    def forward() -> None:
        multiply(k, scale, keys)
        matmul(keys.swapaxes(2, 3), q, products)
        add(masked, mask, masked)
        maximum.reduce(weights, axis=0, out=largest)
        subtract(weights, largest, weights)
        exp(weights, weights)
        ones.dot(weights, total)
        divide(ONE, total, total)
        multiply(weights, total, weights)
        matmul(v, products, into)

    def backward() -> None:
        copyto(values, v)
        matmul(values.swapaxes(2, 3), arrived, deltas)
        multiply(mixed, delta, spare)
        matmul(ones_each, spare.reshape(in_heads), mean)
        matmul(arrived, turned, to_v)
        subtract(to_scores, mean.ravel(), to_scores)
        multiply(to_scores, weights, to_scores)
        matmul(keys, deltas, to_q)
        matmul(q, deltas.swapaxes(2, 3), to_k)
        multiply(to_k, scale, to_k)

    return forward, backward


def gelu(memory: Memory, z: Array, a: Array, delta: Array) -> Pass:
    """a = z Φ(z), Φ = (1 + tanh u)/2 with u = STRAIGHT z + CUBIC z³; back from `delta`, ∂L/∂a to ∂L/∂z in place.

    The slope is 1 − (1 − Φ)(1 − 2 a u′), which needs no memory beside its own.
    """
    tail, spare, two = memory.zeros(*z.shape), memory.wide_spare, np.array(2 * STRAIGHT, np.float32)
    straight, cubic, cubic6 = (np.array(value, np.float32) for value in (STRAIGHT, CUBIC, -6 * CUBIC))

    def forward() -> None:
        multiply(z, z, tail)
        multiply(tail, cubic, tail)
        add(tail, straight, tail)
        multiply(tail, z, tail)
        tanh(tail, tail)
        multiply(tail, HALF, tail)
        add(tail, HALF, tail)
        multiply(z, tail, a)
        subtract(ONE, tail, tail)

    def backward() -> None:
        multiply(z, z, spare)
        multiply(spare, cubic6, spare)
        subtract(spare, two, spare)
        multiply(spare, a, spare)
        add(spare, ONE, spare)
        multiply(spare, tail, spare)
        subtract(ONE, spare, spare)
        multiply(delta, spare, delta)

    return forward, backward
