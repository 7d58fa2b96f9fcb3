"""How far back through time a gradient reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.initializers import Normal, Orthogonal
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.recurrent_rnn import RNN
from tests.numbers.published import Between, Decades, Numbers, published
from tests.numbers.stack import Stack

UNITS, STEPS, FEATURES = 64, 100, 8
HOCHREITER = "Hochreiter and Schmidhuber 1997; measured in PyTorch"
GERS = "Gers et al. 2000, Jozefowicz et al. 2015; measured in PyTorch"
FACT = f"‖∂L/∂x‖ at the first of {STEPS} steps over that at the last, {UNITS} units"


def reach(cell: Any) -> float:
    """For noise at the last state; the geometric mean of three seeds."""
    logs = []
    for seed in range(3):
        net = Stack([cell], FEATURES, STEPS, batch=16, seed=seed)
        assert net.x.gradient is not None
        first, last = (np.linalg.norm(net.x.gradient[:, :, step]) for step in (0, -1))
        logs.append(np.log(first / last))
    return float(np.exp(np.mean(logs)))


def cell(kind: Any, **options: Any) -> Any:
    return kind(hidden_size=UNITS, returns="h_n", **options)


@published(
    "B19", f"{FACT}: RNN, LSTM, GRU as PyTorch starts them", HOCHREITER, (4.9e-24, 1.0e-20, 2.4e-20), Decades(3), ".1e"
)
def default_starts() -> Numbers:
    return [reach(cell(kind)) for kind in (RNN, LSTM, GRU)]


@published("B19", "the same: RNN with orthogonal weights", HOCHREITER, (5.3e-7,), Decades(3), ".1e")
def orthogonal_start() -> Numbers:
    return (reach(cell(RNN, weight_hh_init=Orthogonal())),)


@published("B19", "the same: LSTM with a forget bias of 1", GERS, (9.7e-8,), Decades(3), ".1e")
def forget_bias_of_one() -> Numbers:
    return (reach(cell(LSTM, forget_bias=1.0)),)


@published("B19", "the same: LSTM with a forget bias of 5", GERS, (6.4,), Decades(1), ".2g")
def forget_bias_of_five() -> Numbers:
    return (reach(cell(LSTM, forget_bias=5.0)),)


@published(
    "B25",
    "‖∂L/∂h‖ of an RNN's state over ‖W‖₂ times that of the next: the most in 200 random ones",
    "Pascanu, Mikolov and Bengio 2013, since tanh′ ≤ 1",
    "at most 1",
    Between(0, 1 + 1e-12),
    ".3f",
)
def recurrent_bound() -> Numbers:
    rng = np.random.default_rng(6)
    most = 0.0
    for seed in range(200):
        spread = Normal(std=float(rng.uniform(0.01, 3)))
        net = Stack([RNN(hidden_size=4, weight_hh_init=spread, returns="h_n")], 3, 12, batch=1, seed=seed)
        weight = np.linalg.norm(net.parameters.named["0.weight_hh_l0"].value, 2)
        norms = np.linalg.norm(net.program.nodes[0].kept["hidden state gradient"][:, 0], axis=0)
        most = max(most, float((norms[:-1] / (weight * norms[1:])).max()))
    return (most,)
