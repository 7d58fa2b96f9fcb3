"""Nudging a weight finds the slope that backpropagation found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated, Table
from engine.experiment import ACTIVATIONS, Experiment, Layers
from engine.layers.linear import Linear
from engine.operations.elementwise import GELU, Tanh
from engine.operations.losses import CrossEntropyLoss, HuberLoss
from engine.optimizers.adam import Adam
from engine.proof import Proof, Prover, agrees, prove_all
from engine.run import Run

SMALL = Experiment(
    network=Layers((Linear(out_features=4), Tanh(), Linear(out_features=3), GELU(), Linear(out_features=1)))
)


def proven(run: Run, **options: Any) -> list[Proof]:
    found = prove_all(run, **options)
    largest = {name: np.abs(p.gradient).max() for name, p in run.parameters.named.items()}
    assert all(agrees(proof, float(largest[proof.parameter])) for proof in found)
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_parameter_of_a_run_is_proved(dtype: Any) -> None:
    run = Run(replace(SMALL, dtype=dtype))
    run.advance(30)
    found = proven(run)
    assert len(found) == run.parameters.values.size
    assert {proof.parameter for proof in found} == set(run.parameters.named)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_a_network_of_any_activation_is_proved(kind: type[Any]) -> None:
    run = Run(Experiment(network=Layers((Linear(out_features=5), kind(), Linear(out_features=1)))))
    run.advance(3)
    proven(run)


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(data=Table("iris"), network=Layers((Linear(out_features=3),)), loss=CrossEntropyLoss()),
        Experiment(data=Generated("plane"), network=Layers((Linear(out_features=1),)), loss=HuberLoss()),
    ],
    ids=["classes", "numbers"],
)
def test_other_losses_are_proved(experiment: Experiment) -> None:
    run = Run(experiment)
    run.advance(2)
    proven(run)


def test_a_large_parameter_is_proved_at_some_of_its_entries() -> None:
    experiment = Experiment(
        data=Table("digits"),
        network=Layers((Linear(out_features=16), Tanh(), Linear(out_features=10))),
        loss=CrossEntropyLoss(),
    )
    run = Run(experiment)
    run.advance(1)
    found = proven(run, most=5)
    assert len(found) == 20
    assert [proof.index for proof in found] == [proof.index for proof in prove_all(run, most=5)]
    assert [proof.index for proof in found] != [proof.index for proof in prove_all(run, most=5, seed=1)]


def test_a_proof_shows_both_losses_and_the_number_that_trained() -> None:
    run = Run(SMALL)
    run.advance(4)
    proof = Prover(run).prove("2.weight", (1, 2), nudge=1e-4)
    assert proof.slope == (proof.loss_up - proof.loss_down) / 2e-4
    assert proof.trained == run.parameters.named["2.weight"].gradient[1, 2]
    assert proof.backprop == pytest.approx(proof.trained, rel=1e-4)
    assert proof.difference == pytest.approx(abs(proof.slope - proof.backprop) / abs(proof.slope), rel=1e-3)


def test_proving_leaves_the_run_as_it_was() -> None:
    run = Run(SMALL)
    run.advance(4)
    before = run.parameters.values.copy(), run.parameters.gradients.copy(), run.training.loss.copy()
    prove_all(run)
    after = run.parameters.values, run.parameters.gradients, run.training.loss
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_prover_follows_its_run() -> None:
    run = Run(SMALL)
    run.advance(1)
    prover = Prover(run)
    first = prover.prove("0.bias", (0,))
    run.advance(10)
    prover.load()
    second = prover.prove("0.bias", (0,))
    assert second.trained != first.trained
    assert agrees(second, 0.0)


def test_a_wrong_gradient_does_not_agree() -> None:
    proof = Proof("0.weight", (0, 0), 1e-4, 1.0, 0.9, slope=0.5, backprop=0.500002, trained=0.5)
    assert not agrees(proof, 0.5)
    assert agrees(replace(proof, backprop=0.5000002), 0.5)
    assert agrees(replace(proof, slope=1e-9, backprop=0.0), 0.5), "beside 0.5, 1e-9 is rounding"


def test_two_zeros_differ_by_nothing() -> None:
    assert Proof("0.bias", (0,), 1e-4, 1.0, 1.0, slope=0.0, backprop=0.0, trained=0.0).difference == 0


def test_a_broken_backward_pass_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(self: Tanh, program: Any, z: Any, a: Any, out: Any) -> None:
        program.call(np.multiply, a, program.constant(0.5), out)

    monkeypatch.setattr(Tanh, "slope", half)
    run = Run(replace(SMALL, optimizer=Adam()))
    run.advance(1)
    assert not all(agrees(proof, 0.0) for proof in prove_all(run))
