"""The plain recurrent network of Elman (1990)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_direction import Direction
from engine.notation import Notation
from engine.program import Node, Program
from engine.tensor import Array


@dataclass(frozen=True)
class RNN(Recurrent):
    """PyTorch's nn.RNN."""

    kind: Literal["RNN"] = "RNN"
    nonlinearity: Literal["tanh", "relu"] = "tanh"

    notation: ClassVar = Notation(
        r"h_t = \varphi(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})",
        {
            "h": r"\frac{\partial L}{\partial h_{t-1}} \mathrel{+}= W_{hh}^{\top} \delta_t, \;"
            r"\delta_t = \frac{\partial L}{\partial h_t} \odot \varphi'_t",
            "W": r"\frac{\partial L}{\partial W_{hh}} = \sum_t \delta_t\, h_{t-1}^{\top}",
            "x": r"\frac{\partial L}{\partial x_t} = W_{ih}^{\top} \delta_t",
        },
    )

    def direction(self, level: int, reverse: bool, whole: bool) -> RNNDirection:
        return RNNDirection(self, level, reverse, whole)


@dataclass(frozen=True)
class RNNDirection(Direction):
    """h = tanh(W [1; h; x; 1]), or relu."""

    of: RNN
    kind = "RNN"
    notation: ClassVar = RNN.notation
    gates: ClassVar = 1
    memory: ClassVar = 4

    def run(self, program: Program, node: Node, states: Array) -> None:
        product = node.parameters[0].data.dot
        zero, infinity = program.constant(0), program.constant(inf)
        for before, after in zip(states, states[1:, self.state], strict=False):
            program.call(product, before, after)
            if self.of.nonlinearity == "tanh":
                program.call(np.tanh, after, after)
            else:
                program.call(clip, after, zero, infinity, after)

    def run_back(self, program: Program, node: Node, gradients: Array, start: int) -> None:
        (matrix,), states = node.parameters, node.memory["states"]
        slopes = self._slopes(program, states[1:, self.state])
        deltas = program.empty(gradients.shape)
        self.keep(node, {"pre-activation gradient": deltas})
        back = program.scratch((self.hidden, self.hidden), "recurrent matrix")
        program.call(np.copyto, back, matrix.data[:, self.state].T)
        for step in reversed(range(start, len(deltas))):
            program.call(np.multiply, gradients[step], slopes[step], deltas[step])
            self.back(program, gradients, step, back.dot, deltas[step])
        self.to_block(program, node, start, deltas)

    def _slopes(self, program: Program, h: Array) -> Array:
        slopes = program.scratch(h.shape, "recurrent slopes")
        if self.of.nonlinearity == "tanh":
            program.call(np.multiply, h, h, slopes)
            program.call(np.subtract, program.constant(1), slopes, slopes)
        else:
            program.call(np.greater, h, program.constant(0), slopes)
        return slopes
