"""The best hand-written NumPy training step for an LSTM whose last state is read by a linear layer.

What it adds to `limit.py`. State, input and the ones for both biases are the rows of one matrix [h; x; 1; 1] a step, so
a step's four gates are one product, and all weights and biases get their gradient in another. The gates lie in the
order o, i, f, g, then the cell: three sigmoids are one call (½ + ½ tanh(z/2), the ½ inside already in the weights), and
the products i·g and f·c another. What a step back multiplies with is made for all steps at once, of products that
the way forward left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy import add, copyto, multiply, subtract, tanh

from benchmarks.limit import Flat, Limit, stepping
from benchmarks.limit_losses import LOSSES
from engine.tensor import Array, buffer

if TYPE_CHECKING:
    from benchmarks.recurrent import Recurrent

HALF = np.array(0.5, np.float32)


def recurrent_limit(work: Recurrent) -> Limit:
    lstm = Lstm(work)
    flat, head, head_gradient = lstm.flat, lstm.flat.values["head"], lstm.flat.gradients["head"]
    outputs, size = head.shape[0], work.hidden
    read, output, delta = _zeros(size + 1, work.batch), _zeros(outputs, work.batch), _zeros(outputs, work.batch)
    below = _zeros(size + 1, work.batch)
    read[-1] = 1
    last = lstm.states[-1, :size]
    loss = LOSSES[work.loss](output, delta, work.y)
    forward, backward = lstm.forward(work.x), lstm.backward(below[:-1])
    product, back, to_head, turned = head.dot, head.T.dot, delta.dot, read.T

    def gradient() -> float:
        forward()
        copyto(read[:-1], last)
        product(read, output)
        value = loss()
        to_head(turned, head_gradient)
        back(delta, below)
        backward()
        return value

    return Limit(gradient, stepping(gradient, flat.update(work.optimizer, work.lr)), lstm.named)


class Lstm:
    """The memory of a step, time first: `rows[t]` is [o; i; f; g; c before], `deltas[t]` their gradients."""

    def __init__(self, work: Recurrent) -> None:
        (batch, features, steps), size = work.x.shape, work.hidden
        self.sizes = steps, size, features, batch
        self.flat = Flat({"lstm": (4 * size, size + features + 2), "head": (work.y.shape[1], size + 1)})
        for name, place in self._places(self.flat.values).items():
            place[...] = work.parameters[name]
        self.states = _zeros(steps + 1, size + features + 2, batch)
        self.states[:, -2:] = 1
        self.rows = _zeros(steps + 1, 5 * size, batch)
        self.deltas = _zeros(steps, 5 * size, batch)
        self.products = _zeros(steps, 2 * size, batch)
        self.squashed = _zeros(steps, size, batch)

    def named(self) -> dict[str, Array]:
        return {name: place.copy() for name, place in self._places(self.flat.gradients).items()}

    def _places(self, of: dict[str, Array]) -> dict[str, Array]:
        """Where PyTorch's parameters stand."""
        _, size, features, _ = self.sizes
        return {
            "0.weight_ih_l0": of["lstm"][:, size : size + features],
            "0.weight_hh_l0": of["lstm"][:, :size],
            "0.bias_ih_l0": of["lstm"][:, -2],
            "0.bias_hh_l0": of["lstm"][:, -1],
            "1.weight": of["head"][:, :-1],
            "1.bias": of["head"][:, -1],
        }

    def forward(self, x: Array) -> Callable[[], None]:
        (steps, size, features, _), weights = self.sizes, self.flat.values["lstm"]
        halved = _zeros(*weights.shape)
        o, i_f, g = halved[:size], halved[size : 3 * size], halved[3 * size :]
        given, read = (
            np.ascontiguousarray(x.swapaxes(0, 1)).transpose(2, 0, 1),
            self.states[:-1, size : size + features],
        )
        product = halved.dot
        each = [
            (
                self.states[t],
                self.rows[t, : 4 * size],
                self.rows[t, : 3 * size],
                self.rows[t, size : 3 * size],
                self.rows[t, 3 * size :],
                self.products[t],
                self.products[t, :size],
                self.products[t, size:],
                self.rows[t + 1, 4 * size :],
                self.squashed[t],
                self.rows[t, :size],
                self.states[t + 1, :size],
            )
            for t in range(steps)
        ]

        def forward() -> None:
            copyto(read, given)
            multiply(weights[3 * size :], HALF, o)
            multiply(weights[: 2 * size], HALF, i_f)
            copyto(g, weights[2 * size : 3 * size])
            for state, gates, sigmoids, inner, outer, both, ig, fc, cell, squashed, opened, h in each:
                product(state, gates)
                tanh(gates, gates)
                multiply(sigmoids, HALF, sigmoids)
                add(sigmoids, HALF, sigmoids)
                multiply(inner, outer, both)
                add(ig, fc, cell)
                tanh(cell, squashed)
                multiply(opened, squashed, h)

        return forward

    def backward(self, arrived: Array) -> Callable[[], None]:
        """From the gradient of the last state to that of the weights."""
        (steps, size, _, batch), weights = self.sizes, self.flat.values["lstm"]
        into = self.flat.gradients["lstm"]
        slopes, from_cell, into_cell, into_output = self._slopes()
        back, dh, dc, none = _zeros(size, 4 * size), _zeros(size, batch), _zeros(size, batch), _zeros(size, batch)
        product, flat_cell = back.dot, dc.reshape(-1)
        flat = (4, size * batch)
        each = [
            (
                into_cell[t],
                into_output[t],
                from_cell[t].reshape(flat),
                self.deltas[t + 1, 4 * size :] if t + 1 < steps else none,
                self.deltas[t, :size],
                self.deltas[t, size:].reshape(flat),
                self.deltas[t, : 4 * size],
            )
            for t in reversed(range(steps))
        ]
        gathered, read = _zeros(4 * size, steps, batch), _zeros(len(self.states[0]), steps, batch)
        to_weights, turned = gathered.reshape(4 * size, -1).dot, read.reshape(len(read), -1).T
        by_row = self.deltas.swapaxes(0, 1)
        states_by_row = self.states[:-1].swapaxes(0, 1)

        def backward() -> None:
            slopes()
            copyto(back[:, :size], weights[3 * size :, :size].T)
            copyto(back[:, size:], weights[: 3 * size, :size].T)
            copyto(dh, arrived)
            for to_cell, to_output, of_cell, forgotten, output, rest, gates in each:
                multiply(dh, to_cell, dc)
                add(dc, forgotten, dc)
                multiply(dh, to_output, output)
                multiply(of_cell, flat_cell, rest)
                product(gates, dh)
            copyto(gathered[: 3 * size], by_row[size : 4 * size])
            copyto(gathered[3 * size :], by_row[:size])
            copyto(read, states_by_row)
            to_weights(turned, into)

        return backward

    def _slopes(self) -> tuple[Callable[[], None], Array, Array, Array]:
        """∂/∂ of i, f, g and the cell before by the cell; of the cell and of o by h; for all steps at once."""
        steps, size, _, batch = self.sizes
        o, i, f, g = (self.rows[:-1, k * size : (k + 1) * size] for k in range(4))
        h, products, squashed = self.states[1:, :size], self.products, self.squashed
        i_f, ig = self.rows[:-1, size : 3 * size], self.products[:, :size]
        from_cell = _zeros(steps, 4 * size, batch)
        into_cell, into_output = _zeros(steps, size, batch), _zeros(steps, size, batch)
        of_i_f, of_g, of_c = from_cell[:, : 2 * size], from_cell[:, 2 * size : 3 * size], from_cell[:, 3 * size :]

        def slopes() -> None:
            multiply(products, i_f, of_i_f)
            subtract(products, of_i_f, of_i_f)
            multiply(ig, g, of_g)
            subtract(i, of_g, of_g)
            copyto(of_c, f)
            multiply(h, squashed, into_cell)
            subtract(o, into_cell, into_cell)
            multiply(h, o, into_output)
            subtract(h, into_output, into_output)

        return slopes, from_cell, into_cell, into_output


def _zeros(*shape: int) -> Array:
    return buffer(shape, np.float32)
