"""Dropout: what is left out is a function of seed, step and place, and of nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.experiment import Experiment, Layers, Seeds
from engine.layers.linear import Linear
from engine.operations.dropout import Dropout
from engine.operations.elementwise import ReLU, Tanh
from engine.problem import BadExperiment
from engine.proof import Prover, agrees, prove_all
from engine.run import Run
from engine.tensor import Array
from tests.engine import checker
from tests.engine.checker import training

DROPPED = (Linear(out_features=16), Tanh(), Dropout(p=0.4), Linear(out_features=16), Dropout(), Linear(out_features=1))


def run(dtype: Any = "float32", seed: int = 0) -> Run:
    return Run(Experiment(network=Layers(DROPPED), dtype=dtype, seeds=Seeds(dropout=seed)))


def masks(run: Run) -> list[Array]:
    return [node.kept["mask"].copy() for node in run.training.nodes if "mask" in node.kept]


@pytest.mark.parametrize("shape", [(5,), (4, 3), (2, 3, 2)])
def test_gradients_are_those_of_nudging_the_network_with_the_same_mask(shape: tuple[int, ...]) -> None:
    checker.agrees(training([Linear(out_features=6), Dropout(p=0.3), Tanh(), Dropout()], *shape))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_a_share_of_p_is_left_out_and_what_stays_is_enlarged(p: float) -> None:
    made = training([Dropout(p=p)], 400, batch=100)
    mask = made.nodes[0].kept["mask"]
    assert set(np.unique(mask)) == {0.0, 1 / (1 - p)}
    assert np.mean(mask == 0) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / mask.size))
    np.testing.assert_array_equal(made.output.data, made.x * mask)
    assert made.input.gradient is not None and made.output.gradient is not None
    np.testing.assert_array_equal(made.input.gradient, made.output.gradient * mask)


def test_dropping_nothing_is_the_identity() -> None:
    made = training([Dropout(p=0)], 4)
    np.testing.assert_array_equal(made.output.data, made.x)
    np.testing.assert_array_equal(made.input.gradient, made.output.gradient)
    assert not made.nodes[0].kept


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, float("nan")])
def test_a_probability_of_leaving_out_everything_or_less_than_nothing_is_refused(p: float) -> None:
    with pytest.raises(BadExperiment, match=r"p: expected a number from 0 to 0\.999999"):
        Dropout(p=p)


def test_every_step_layer_and_seed_leaves_out_something_else() -> None:
    first, other = run(), run(seed=1)
    found = []
    for each in (first, other):
        for _ in range(3):
            each.advance(1)
            found += masks(each)
    assert len({mask.tobytes() for mask in found}) == len(found) == 12


def test_masks_of_neighbouring_steps_have_nothing_to_do_with_each_other() -> None:
    made = training([Dropout()], 64, batch=32)
    drawn = []
    for step in range(40):
        made.program.step[()] = step
        made.run_pass()
        drawn.append(made.nodes[0].kept["mask"].ravel() - 1)
    correlations = np.corrcoef(np.array(drawn))[np.triu_indices(40, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(drawn[0].size)


def test_float32_and_float64_leave_out_the_same() -> None:
    for single, double in zip(*(masks(each) for each in advanced("float32", "float64")), strict=True):
        assert np.array_equal(single == 0, double == 0)


def advanced(*dtypes: str) -> list[Run]:
    runs = [run(dtype) for dtype in dtypes]
    for each in runs:
        each.advance(5)
    return runs


def test_a_weight_of_a_network_with_dropout_is_proved_by_nudging() -> None:
    (made,) = advanced("float64")
    scale = {name: float(np.abs(p.gradient).max()) for name, p in Prover(made).parameters.named.items()}
    for proof in prove_all(made, most=4):
        assert agrees(proof, scale[proof.parameter]), proof
        assert proof.backprop == pytest.approx(proof.trained, rel=1e-9, abs=1e-12)


def test_a_run_with_dropout_rewinds_to_the_last_bit() -> None:
    made = run()
    made.advance(40)
    there, left_out = made.parameters.values.copy(), masks(made)
    made.advance(30)
    made.seek(40)
    assert made.parameters.values.tobytes() == there.tobytes()
    assert [mask.tobytes() for mask in masks(made)] == [mask.tobytes() for mask in left_out]
    again = run()
    again.advance(40)
    assert again.parameters.values.tobytes() == there.tobytes()


def test_nothing_is_left_out_when_the_network_is_only_used() -> None:
    """The test loss is that of the same parameters without dropout."""
    made = run()
    made.advance(20)
    plain = Run(Experiment(network=Layers(tuple(each for each in DROPPED if not isinstance(each, Dropout)))))
    plain.parameters.values[...] = made.parameters.values
    assert made.test() == plain.test()


def test_dropout_takes_a_shape_with_any_positions_and_keeps_it() -> None:
    made = training([Dropout(), ReLU()], 2, 3, 4)
    assert made.network.output == (2, 3, 4)
    assert made.nodes[0].kept["mask"].shape == (2, 3, 3, 4)
