"""What a gradient is multiplied by on its way back through a sequence, where that is known exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_lstm import LSTM
from engine.layers.recurrent_rnn import RNN
from engine.network import Network
from engine.program import Program
from engine.tensor import Array


def kept(cell: Recurrent, steps: int, change: dict[str, Any]) -> dict[str, Array]:
    """What a cell keeps of one pass in float64 from the sum of its last state, with these parameters."""
    network = Network([cell], 3, steps)
    parameters = network.allocate("float64")
    for name, value in change.items():
        parameters.named[f"0.{name}"].value[...] = value
    program = Program("float64", 2)
    x = program.tensor(3, steps)
    x.data[...] = np.random.default_rng(0).normal(size=x.shape)
    network.forward(program, parameters, x)
    program.backward()
    return program.nodes[0].kept


@pytest.mark.parametrize(("bias", "expected"), [(0, 7.9e-31), (1, 2.5e-14), (5, 0.511)])
def test_a_cell_alone_multiplies_its_gradient_by_the_forget_gate_at_each_step(bias: float, expected: float) -> None:
    """Without weights on state and input every forget gate is σ(b), and σ(b)¹⁰⁰ is left after a hundred steps."""
    of_gates = np.repeat([0, bias, 0, 0], 3)
    gradient = kept(LSTM(hidden_size=3, returns="h_n"), 101, {"bias_ih_l0": of_gates})["cell state gradient"]
    left = gradient[..., 0] / gradient[..., -1]
    np.testing.assert_allclose(left, (1 / (1 + math.exp(-bias))) ** 100, rtol=1e-12)
    np.testing.assert_allclose(left, expected, rtol=2e-2)


def test_a_relu_network_whose_matrix_is_the_identity_keeps_its_gradient() -> None:
    """Le, Jaitly and Hinton 2015: above 0 the gradient arrives at the first step as it was at the last."""
    cell = RNN(hidden_size=5, nonlinearity="relu", returns="h_n")
    gradient = kept(cell, 100, {"weight_hh_l0": np.eye(5), "bias_ih_l0": 0.01})["hidden state gradient"]
    assert (gradient == 1).all()
