"""How gradients fade or grow on their way back through a sequence: numbers of textbooks and papers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.initializers import Orthogonal
from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.recurrent_rnn import RNN
from engine.network import Network
from engine.parameters import Parameters
from engine.program import Program
from engine.tensor import Array

FEATURES, STEPS, BATCH = 8, 100, 4


def passed_back(
    cell: Recurrent, seed: int, steps: int = STEPS, change: dict[str, Any] | None = None
) -> tuple[Program, Parameters, Array]:
    """One pass in float64 from the sum of the last state; also ∂L/∂x, (features, batch, time)."""
    network = Network([cell], FEATURES, steps)
    parameters = network.allocate("float64")
    network.initialize(parameters, seed)
    for name, value in (change or {}).items():
        parameters.named[f"0.{name}"].value[...] = value
    program = Program("float64", BATCH)
    x = program.tensor(FEATURES, steps)
    x.data[...] = np.random.default_rng([seed, 1]).normal(size=x.shape)
    network.forward(program, parameters, x)
    program.backward()
    assert x.gradient is not None
    return program, parameters, x.gradient


def faded(cell: Recurrent) -> float:
    """‖∂L/∂x₁‖ / ‖∂L/∂x_T‖, the geometric mean of three seeds."""
    ratios = []
    for seed in range(3):
        norms = np.linalg.norm(passed_back(cell, seed)[2], axis=(0, 1))
        ratios.append(norms[0] / norms[-1])
    return math.exp(np.mean(np.log(ratios)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (RNN(), 4.9e-24),
        (RNN(weight_hh_init=Orthogonal()), 5.3e-7),
        (LSTM(), 1.0e-20),
        (LSTM(forget_bias=1), 9.7e-8),
        (LSTM(forget_bias=5), 6.4),
        (GRU(), 2.4e-20),
    ],
    ids=["rnn", "rnn orthogonal", "lstm", "lstm forget bias 1", "lstm forget bias 5", "gru"],
)
def test_what_is_left_of_a_gradient_after_a_hundred_steps(cell: Recurrent, expected: float) -> None:
    """64 units as PyTorch starts them (Hochreiter and Schmidhuber 1997, Gers et al. 2000, Jozefowicz et al. 2015):
    gates do not keep a gradient alive by themselves, a forget gate that starts open does. Within three decades."""
    found = faded(type(cell)(**{**vars(cell), "hidden_size": 64, "returns": "h_n"}))
    assert abs(math.log10(found / expected)) < 3


@pytest.mark.parametrize(("bias", "expected"), [(0, 7.9e-31), (1, 2.5e-14), (5, 0.511)])
def test_a_cell_alone_multiplies_its_gradient_by_the_forget_gate_at_each_step(bias: float, expected: float) -> None:
    """Without weights on state and input every forget gate is σ(b), and σ(b)¹⁰⁰ is left after a hundred steps."""
    of_forget = np.repeat([0, bias, 0, 0], 3)
    change = {"weight_hh_l0": 0, "weight_ih_l0": 0, "bias_ih_l0": of_forget, "bias_hh_l0": 0}
    program, _, _ = passed_back(LSTM(hidden_size=3, returns="h_n"), 0, STEPS + 1, change)
    gradient = program.nodes[0].kept["cell state gradient"]
    left = gradient[..., 0] / gradient[..., -1]
    np.testing.assert_allclose(left, (1 / (1 + math.exp(-bias))) ** 100, rtol=1e-12)
    np.testing.assert_allclose(left, expected, rtol=2e-2)


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(st.integers(0, 9999), st.integers(1, 24), st.floats(0.05, 3))
def test_a_step_back_grows_a_gradient_at_most_by_the_norm_of_the_matrix(seed: int, size: int, spread: float) -> None:
    """‖∂L/∂h_{t−1}‖ ≤ ‖W_hh‖₂ ‖∂L/∂h_t‖, as tanh′ ≤ 1; below ‖W_hh‖₂ = 1 nothing explodes. Pascanu et al. 2013."""
    weight = np.random.default_rng([seed, 2]).normal(size=(size, size)) * spread / math.sqrt(size)
    program, _, _ = passed_back(RNN(hidden_size=size, returns="h_n"), seed, 30, {"weight_hh_l0": weight})
    norms = np.linalg.norm(program.nodes[0].kept["hidden state gradient"], axis=0)
    bound = np.linalg.norm(weight, 2)
    assert (norms[:, :-1] <= bound * norms[:, 1:] * (1 + 1e-12)).all()
    if bound < 1:
        assert (norms[:, 0] <= norms[:, -1]).all()


def test_an_orthogonal_relu_network_with_an_open_path_keeps_its_gradient() -> None:
    """W_hh = I and states above 0 (Le, Jaitly and Hinton 2015): the gradient arrives at the first step as it was."""
    change = {"weight_hh_l0": np.eye(5), "weight_ih_l0": 0, "bias_ih_l0": 0.01, "bias_hh_l0": 0}
    program, _, _ = passed_back(RNN(hidden_size=5, nonlinearity="relu", returns="h_n"), 0, STEPS, change)
    gradient = program.nodes[0].kept["hidden state gradient"]
    np.testing.assert_array_equal(gradient[..., 0], gradient[..., -1])
