"""The gated recurrent unit, Cho et al. 2014, with the reset gate where PyTorch has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_direction import Direction
from engine.notation import Notation
from engine.parameters import Block
from engine.program import Node, Program
from engine.tensor import Array, Shape


@dataclass(frozen=True)
class GRU(Recurrent):
    """PyTorch's nn.GRU: n_t = tanh(W_in x_t + b_in + r_t ⊙ (W_hn h_{t−1} + b_hn))."""

    kind: Literal["GRU"] = "GRU"

    notation: ClassVar = Notation(
        r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
        {
            "h": r"\frac{\partial L}{\partial h_{t-1}} \mathrel{+}= \frac{\partial L}{\partial h_t} \odot z_t + "
            r"W_{hh}^{\top} \delta_t",
            "W": r"\frac{\partial L}{\partial W_{hh}} = \sum_t \delta_t\, h_{t-1}^{\top}",
            "x": r"\frac{\partial L}{\partial x_t} = W_{ih}^{\top} \delta_t",
        },
    )

    def direction(self, level: int, reverse: bool, whole: bool) -> GRUDirection:
        return GRUDirection(self, level, reverse, whole)


@dataclass(frozen=True)
class GRUDirection(Direction):
    """Two blocks, of rows r, z, n as in PyTorch: (3H, I + 1), weight_ih and bias_ih; (3H, 1 + H), bias_hh, weight_hh.

    What x says is computed for all steps at once, since of n it joins only after the reset gate. With
    m = W_hn h + b_hn, a step's δ have the rows m, r, z, n: the first three go back by W_hhᵀ, the last three by W_ihᵀ.
    """

    of: GRU
    kind = "GRU"
    notation: ClassVar = GRU.notation
    gates: ClassVar = 3
    memory: ClassVar = 25

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        features, ones, rows = shapes[0][0], self.ones, 3 * self.hidden
        by_input = self.views(weight_ih=lambda block: block[:, :features], bias_ih=lambda block: block[:, -1])
        by_state = self.views(weight_hh=lambda block: block[:, ones:], bias_hh=lambda block: block[:, 0])
        return Block((rows, features + ones), by_input), Block((rows, ones + self.hidden), by_state)

    def run(self, program: Program, node: Node, states: Array) -> None:
        size, steps, batch, call = self.hidden, len(states) - 1, program.batch, program.call
        by_input, by_state = (
            self._scaled(program, tensor.data, use)
            for tensor, use in zip(node.parameters, ("by input", "by state"), strict=True)
        )
        inputs = program.scratch((steps, 3 * size, batch), "gru inputs")
        call(np.matmul, by_input, states[:-1, self.state.stop :], inputs)
        rows = node.memory["rows"] = program.empty((steps, 3 * size, batch))
        news = node.memory["news"] = program.empty((steps, size, batch))
        turns = node.memory["turns"] = program.empty((steps, size, batch))
        product, half = by_state.dot, program.constant(0.5)
        for step in range(steps):
            now, new, turn = rows[step], news[step], turns[step]
            gates, given = now[: 2 * size], inputs[step]
            before, after = states[step, self.state], states[step + 1, self.state]
            call(product, states[step, : self.state.stop], now)
            call(np.add, gates, given[: 2 * size], gates)
            call(np.tanh, gates, gates)
            call(np.multiply, gates, half, gates)
            call(np.add, gates, half, gates)
            call(np.multiply, now[:size], now[2 * size :], new)
            call(np.add, new, given[2 * size :], new)
            call(np.tanh, new, new)
            call(np.subtract, before, new, turn)
            call(np.multiply, turn, now[size : 2 * size], turn)
            call(np.add, new, turn, after)
        self.keep(node, {"reset gate": rows[:, :size], "update gate": rows[:, size : 2 * size], "new gate": news})

    def run_back(self, program: Program, node: Node, gradients: Array, start: int) -> None:
        size, steps, batch = self.hidden, len(gradients), program.batch
        deltas = program.empty((steps, 5 * size, batch))  # m, r, z, n, and h before by way of z
        names = ("reset gate", "update gate", "new gate")
        for place, name in enumerate(names, 1):
            self.keep(node, {f"{name} gradient": deltas[:, place * size : (place + 1) * size]})
        back = self._back_matrix(program, node.parameters[1].data).dot
        from_state, from_new = self._slopes(program, node, start)
        flat = (-1, size * batch)
        for step in reversed(range(start, steps)):
            delta, here = deltas[step], step - start
            new, direct = delta[3 * size : 4 * size], delta[4 * size :]
            call = program.call
            call(
                np.multiply,
                from_state[here].reshape(flat),
                gradients[step].reshape(-1),
                delta[2 * size :].reshape(flat),
            )
            call(np.multiply, from_new[here].reshape(flat), new.reshape(-1), delta[: 2 * size].reshape(flat))
            self.back(program, gradients, step, back, delta[: 3 * size], direct)
        self._to_parameters(program, node, deltas, start)

    def _to_parameters(self, program: Program, node: Node, deltas: Array, start: int) -> None:
        """The gradients of both blocks and of x, from the δ of all steps."""
        size, (by_input, by_state) = self.hidden, node.parameters
        delta = self.gathered(program, "recurrent deltas", deltas[start:, : 4 * size])
        read = self.gathered(program, "recurrent states", node.memory["states"][start:-1])
        seen, state = read[self.state.stop :].T, read[: self.state.stop].T

        def emit(out: Array) -> None:
            turned = program.scratch(out.shape, "gru turned")  # rows m, r, z
            program.call(delta[: 3 * size].dot, state, turned)
            program.call(np.copyto, out[: 2 * size], turned[size:])
            program.call(np.copyto, out[2 * size :], turned[:size])

        program.into(by_input, lambda out: program.call(delta[size:].dot, seen, out))
        program.into(by_state, emit)
        features = node.inputs[0].shape[0]
        self.to_input(program, node, by_input.data[:, :features], delta[size:], start)

    def _scaled(self, program: Program, block: Array, use: str) -> Array:
        """A block with the rows of its sigmoids halved."""
        size = self.hidden
        scaled = program.scratch(block.shape, f"gru {use}")
        program.call(np.multiply, block[: 2 * size], program.constant(0.5), scaled[: 2 * size])
        program.call(np.copyto, scaled[2 * size :], block[2 * size :])
        return scaled

    def _back_matrix(self, program: Program, block: Array) -> Array:
        """W_hhᵀ, its columns in the order m, r, z."""
        size, weight = self.hidden, block[:, self.ones :]
        back = program.scratch((size, 3 * size), "recurrent matrix")
        program.call(np.copyto, back[:, :size], weight[2 * size :].T)
        program.call(np.copyto, back[:, size:], weight[: 2 * size].T)
        return back

    def _slopes(self, program: Program, node: Node, start: int) -> tuple[Array, Array]:
        """What a step multiplies its gradients with, for all steps at once:

        from h to [z, n, h before]: [(h − n) z(1 − z), (1 − z)(1 − n²), z], (steps, 3H, batch)
        from n to [m, r]: [r, m r(1 − r)], (steps, 2H, batch)
        """
        size, call = self.hidden, program.call
        rows, n, turn = (node.memory[name][start:] for name in ("rows", "news", "turns"))
        r, z, m = (rows[:, place * size : (place + 1) * size] for place in range(3))
        steps, _, batch = n.shape
        from_state = program.scratch((steps, 3 * size, batch), "gru from state")
        from_new = program.scratch((steps, 2 * size, batch), "gru from new")
        rest, squares = (program.scratch(n.shape, f"gru {use}") for use in ("rest", "squares"))
        to_z, to_n, to_r = from_state[:, :size], from_state[:, size : 2 * size], from_new[:, size:]
        call(np.multiply, turn, z, to_z)
        call(np.subtract, turn, to_z, to_z)
        call(np.subtract, program.constant(1), z, rest)
        call(np.multiply, n, n, squares)
        call(np.multiply, rest, squares, to_n)
        call(np.subtract, rest, to_n, to_n)
        call(np.copyto, from_state[:, 2 * size :], z)
        call(np.copyto, from_new[:, :size], r)
        call(np.multiply, m, r, to_r)
        call(np.multiply, to_r, r, squares)
        call(np.subtract, to_r, squares, to_r)
        return from_state, from_new
