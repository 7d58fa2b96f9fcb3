"""Long short-term memory, Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_direction import Direction
from engine.notation import Notation
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape


@dataclass(frozen=True)
class LSTM(Recurrent):
    """PyTorch's nn.LSTM. `forget_bias` is added to what bias_ih of the forget gate starts with: a gate that is open
    at first lets gradients through (Gers et al. 2000, Jozefowicz et al. 2015)."""

    kind: Literal["LSTM"] = "LSTM"
    forget_bias: Annotated[float, Range(-100, 100)] = 0.0

    notation: ClassVar = Notation(
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \; h_t = o_t \odot \tanh c_t",
        {
            "c": r"\frac{\partial L}{\partial c_{t-1}} = \frac{\partial L}{\partial c_t} \odot f_t + "
            r"\frac{\partial L}{\partial h_{t-1}} \odot h'_{t-1}, \; h' = o \odot (1 - \tanh^2 c)",
            "h": r"\frac{\partial L}{\partial h_{t-1}} \mathrel{+}= W_{hh}^{\top} \delta_t",
            "W": r"\frac{\partial L}{\partial W_{hh}} = \sum_t \delta_t\, h_{t-1}^{\top}",
            "x": r"\frac{\partial L}{\partial x_t} = W_{ih}^{\top} \delta_t",
        },
    )

    def direction(self, level: int, reverse: bool, whole: bool) -> LSTMDirection:
        return LSTMDirection(self, level, reverse, whole)


@dataclass(frozen=True)
class LSTMDirection(Direction):
    """The block has its rows in PyTorch's order i, f, g, o. At work it is o, i, f, g and then c: the sigmoids are
    neighbours, and so are the pairs whose products make the cell, [i, f] and [g, c]. As σ(z) = ½ + ½ tanh(z/2), one
    tanh does all four gates.
    """

    of: LSTM
    kind = "LSTM"
    notation: ClassVar = LSTM.notation
    gates: ClassVar = 4
    memory: ClassVar = 25

    def output(self, *shapes: Shape) -> Shape:
        if self.of.forget_bias and not self.of.bias:
            raise BadShape("0, since the layer has no biases", f"{self.of.forget_bias:g}", "forget_bias")
        return super().output(*shapes)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        super().initialize(rng, parts)
        if self.ones:
            parts[self.named("bias_ih")][self.hidden : 2 * self.hidden] += self.of.forget_bias

    def run(self, program: Program, node: Node, states: Array) -> None:
        size, steps, batch = self.hidden, len(states) - 1, program.batch
        rows = node.memory["rows"] = program.empty((steps + 1, 5 * size, batch))
        products = node.memory["products"] = program.empty((steps, 2 * size, batch))
        squashed = node.memory["squashed"] = program.empty((steps, size, batch))
        product, half, call = self._scaled(program, node.parameters[0].data).dot, program.constant(0.5), program.call
        for step in range(steps):
            now, both, cell = rows[step], products[step], rows[step + 1, 4 * size :]
            gates, sigmoids = now[: 4 * size], now[: 3 * size]
            call(product, states[step], gates)
            call(np.tanh, gates, gates)
            call(np.multiply, sigmoids, half, sigmoids)
            call(np.add, sigmoids, half, sigmoids)
            call(np.multiply, now[size : 3 * size], now[3 * size :], both)
            call(np.add, both[:size], both[size:], cell)
            call(np.tanh, cell, squashed[step])
            call(np.multiply, now[:size], squashed[step], states[step + 1, self.state])
        self.keep(node, self._gates(rows[:-1]) | {"cell state": rows[1:, 4 * size :]})

    def run_back(self, program: Program, node: Node, gradients: Array, start: int) -> None:
        size, steps = self.hidden, len(gradients)
        cells, deltas = program.empty(gradients.shape), program.empty((steps, 5 * size, program.batch))
        self.keep(node, {f"{name} gradient": rows for name, rows in self._gates(deltas).items()})
        self.keep(node, {"cell state gradient": cells})
        back = self._back_matrix(program, node.parameters[0].data).dot
        from_cell, into_cell, into_output = self._slopes(program, node, start)
        flat = (-1, size * program.batch)
        for step in reversed(range(start, steps)):
            gradient, cell, delta, here = gradients[step], cells[step], deltas[step], step - start
            program.call(np.multiply, gradient, into_cell[here], cell)
            if self.linked(step + 1, steps):
                program.call(np.add, cell, deltas[step + 1, 4 * size :], cell)
            program.call(np.multiply, gradient, into_output[here], delta[:size])
            program.call(np.multiply, from_cell[here].reshape(flat), cell.reshape(-1), delta[size:].reshape(flat))
            self.back(program, gradients, step, back, delta[: 4 * size])
        self.to_block(program, node, start, deltas[:, size : 4 * size], deltas[:, :size])

    def _scaled(self, program: Program, matrix: Array) -> Array:
        """The matrix in the order of work, its sigmoid rows halved."""
        size, half = self.hidden, program.constant(0.5)
        scaled = program.scratch(matrix.shape, "lstm matrix")
        program.call(np.multiply, matrix[3 * size :], half, scaled[:size])
        program.call(np.multiply, matrix[: 2 * size], half, scaled[size : 3 * size])
        program.call(np.copyto, scaled[3 * size :], matrix[2 * size : 3 * size])
        return scaled

    def _back_matrix(self, program: Program, matrix: Array) -> Array:
        """W_hhᵀ, its columns in the order of work."""
        size, state = self.hidden, self.state
        back = program.scratch((size, 4 * size), "recurrent matrix")
        program.call(np.copyto, back[:, :size], matrix[3 * size :, state].T)
        program.call(np.copyto, back[:, size:], matrix[: 3 * size, state].T)
        return back

    def _slopes(self, program: Program, node: Node, start: int) -> tuple[Array, Array, Array]:
        """What a step multiplies its gradients with, for all steps at once:

        from the cell to [i, f, g, c before]: [g i(1 − i), c f(1 − f), i(1 − g²), f], (steps, 4H, batch)
        from h to the cell: o (1 − tanh² c), and to o: tanh c · o(1 − o), both (steps, H, batch)
        """
        size, memory, call = self.hidden, node.memory, program.call
        rows, products, squashed = memory["rows"][start:-1], memory["products"][start:], memory["squashed"][start:]
        h = memory["states"][start + 1 :, self.state]
        o, i, f, g = (rows[:, place * size : (place + 1) * size] for place in range(4))
        steps, _, batch = squashed.shape
        from_cell = program.scratch((steps, 4 * size, batch), "lstm from cell")
        into_cell, into_output = (program.scratch(squashed.shape, f"lstm into {name}") for name in ("cell", "output"))
        into_gates, into_candidate = from_cell[:, : 2 * size], from_cell[:, 2 * size : 3 * size]
        call(np.multiply, products, rows[:, size : 3 * size], into_gates)
        call(np.subtract, products, into_gates, into_gates)
        call(np.multiply, products[:, :size], g, into_candidate)
        call(np.subtract, i, into_candidate, into_candidate)
        call(np.copyto, from_cell[:, 3 * size :], f)
        call(np.multiply, h, squashed, into_cell)
        call(np.subtract, o, into_cell, into_cell)
        call(np.multiply, h, o, into_output)
        call(np.subtract, h, into_output, into_output)
        return from_cell, into_cell, into_output

    def _gates(self, rows: Array) -> dict[str, Array]:
        size = self.hidden
        names = ("output gate", "input gate", "forget gate", "cell gate")
        return {name: rows[:, place * size : (place + 1) * size] for place, name in enumerate(names)}
