"""Made sequences: what they hold, that a seed fixes every byte, and that networks learn them and rewind."""

from __future__ import annotations

import hashlib
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from numpy.random import PCG64, Generator

from engine.data.choices import Sequences, Table
from engine.data.dataset import Rows, Targets
from engine.data.sequences import TASKS
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.recurrent_rnn import RNN
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from engine.operations.shape import Unflatten
from engine.optimizers.adam import Adam
from engine.run import Run

BYTES = {  # sha256 of x and y of 50 sequences of length 12, seed 0
    "adding": "c49291a3478f5265584f507c14ef104f4bdf650421a78fc2678838f6bdab2347",
    "parity": "3b09b0a72bdd16b95472094fb084fd90c2971ebacc7877189d9a689a034bbaff",
    "latch": "67178e130795bcd8451846a55a12955cf598f56391d9f3bd79241314e2a9747a",
}


def make(kind: str, n: int = 500, length: int = 12, seed: int = 0) -> tuple[Rows, Targets]:
    return TASKS[kind].make(n, length, Generator(PCG64(seed)))


def test_the_kinds_a_person_may_choose_are_the_kinds_there_are() -> None:
    assert get_args(get_type_hints(Sequences)["kind"]) == tuple(TASKS)


@pytest.mark.parametrize("kind", TASKS)
def test_a_seed_fixes_every_byte(kind: str) -> None:
    x, y = make(kind, n=50)
    assert hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest() == BYTES[kind]
    assert not np.array_equal(x, make(kind, n=50, seed=1)[0])


@pytest.mark.parametrize("length", [2, 3, 20])
def test_two_numbers_are_marked_one_in_each_half_and_their_sum_is_the_target(length: int) -> None:
    x, y = make("adding", length=length)
    numbers, marks = x[:, 0], x[:, 1]
    assert x.shape == (500, 2, length)
    assert np.isin(marks, (0, 1)).all()
    assert (marks[:, : length // 2].sum(1) == 1).all()
    assert (marks[:, length // 2 :].sum(1) == 1).all()
    np.testing.assert_array_equal(y[:, 0], (numbers * marks).sum(1))
    assert (numbers >= 0).all()
    assert (numbers <= 1).all()


def test_to_say_one_always_is_a_squared_error_of_a_sixth_in_adding() -> None:
    _, y = make("adding", n=20_000)
    assert ((y - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.02)


def test_parity_says_whether_the_ones_are_odd() -> None:
    x, y = make("parity")
    assert np.array_equal(np.unique(x), [0, 1])
    assert np.array_equal(np.count_nonzero(x[:, 0], axis=1) % 2, y)
    assert 0.4 < y.mean() < 0.6


def test_a_latch_shows_its_class_first_and_noise_afterwards() -> None:
    x, y = make("latch")
    assert np.array_equal(x[:, 0, 0], 2 * y - 1)
    assert x[:, 0, 1:].std() == pytest.approx(0.2, rel=0.05)
    assert abs(y.mean() - 0.5) < 0.01


@pytest.mark.parametrize("kind", TASKS)
def test_sequences_load_with_their_description(kind: str) -> None:
    data = Sequences(kind, sequences=50, length=7, test=0.2).load(seed=3)  # type: ignore[arg-type]
    assert data.shape == (len(data.feature_names), 7) == (data.features, 7)
    assert (len(data.train_x), len(data.test_x)) == (40, 10)
    assert not data.plane
    assert data.target_positions == ()
    assert len(data.class_names) == (data.classes or 0)


def asked(cell: Recurrent, kind: Any = "adding", **fields: Any) -> Experiment:
    loss = MSELoss() if kind == "adding" else BCEWithLogitsLoss()
    layers = Layers((cell, Linear(out_features=1)))
    return Experiment(data=Sequences(kind, length=8), network=layers, loss=loss, optimizer=Adam(lr=0.02), **fields)


def test_a_gru_learns_to_add_what_was_marked() -> None:
    run = Run(asked(GRU(hidden_size=12, returns="h_n")))
    before, _ = run.test()
    run.advance(300)
    after, _ = run.test()
    assert before > 0.1
    assert after < 0.02


def test_an_rnn_learns_to_remember_the_first() -> None:
    run = Run(asked(RNN(hidden_size=6, returns="h_n"), "latch"))
    run.advance(100)
    assert run.test()[1] == 1.0


@pytest.mark.parametrize("cell", [RNN(hidden_size=4), GRU(hidden_size=4), LSTM(hidden_size=4)], ids=lambda c: c.kind)
def test_a_run_over_sequences_rewinds_to_the_last_bit(cell: Recurrent) -> None:
    deep = {**vars(cell), "num_layers": 2, "bidirectional": True, "truncate": 3, "returns": "h_n"}
    run = Run(asked(type(cell)(**deep), batch=16))
    run.advance(40)
    there = run.parameters.values.copy(), run.training.nodes[0].kept["hidden state gradient"].copy()
    run.advance(25)
    run.test()
    run.seek(40)
    assert run.parameters.values.tobytes() == there[0].tobytes()
    assert run.training.nodes[0].kept["hidden state gradient"].tobytes() == there[1].tobytes()


def test_a_digit_is_read_row_by_row() -> None:
    layers = Layers((Unflatten(unflattened_size=(8, 8)), LSTM(hidden_size=16, returns="h_n"), Linear(out_features=10)))
    run = Run(Experiment(data=Table("digits"), network=layers, loss=CrossEntropyLoss(), optimizer=Adam(lr=0.02)))
    run.advance(120)
    accuracy = run.test()[1]
    assert accuracy is not None
    assert accuracy > 0.8
