"""The gradient of every example alone: exact, and on the average that of the batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated, Recall, Table
from engine.experiment import Experiment, Layers
from engine.layers.batch_norm import BatchNorm1d
from engine.layers.convolution import Conv2d
from engine.layers.embedding import Embedding
from engine.layers.linear import Linear
from engine.layers.recurrent_gru import GRU
from engine.network import Network
from engine.operations.dropout import Dropout
from engine.operations.elementwise import ReLU, Tanh
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from engine.operations.shape import Flatten, Unflatten
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment, Problem
from engine.run import Run
from engine.samples import Samples
from engine.trainer import Training

DENSE = Experiment(
    data=Generated("moons", points=100),
    network=Layers((Linear(out_features=6), Tanh(), Linear(out_features=1))),
    batch=12,
    dtype="float64",
)
SHARED = (Linear(out_features=8, name="a"), Tanh(), Linear(out_features=8, name="b"), Tanh())
CASES = {
    "dense": DENSE,
    "numbers": replace(
        DENSE, data=Generated("plane", points=100), loss=MSELoss(), optimizer=SGD(lr=0.01, weight_decay=0.1)
    ),
    "dropout": replace(DENSE, network=Layers((Linear(out_features=9), Dropout(p=0.4), Tanh(), Linear(out_features=1)))),
    "several batches": replace(DENSE, batch=4, accumulate=3),
    "shared": replace(DENSE, network=Layers((*SHARED, Linear(out_features=8, shares="b"), Linear(out_features=1)))),
    "pictures": replace(
        DENSE,
        data=Table("digits"),
        network=Layers((Unflatten(), Conv2d(out_channels=3), ReLU(), Flatten(), Linear(out_features=10))),
        loss=CrossEntropyLoss(label_smoothing=0.1),
        batch=5,
    ),
    "sequences": replace(
        DENSE,
        data=Recall(),
        network=Layers((Embedding(num_embeddings=20, embedding_dim=4), GRU(hidden_size=5), Linear(out_features=9))),
        loss=CrossEntropyLoss(),
        batch=6,
    ),
}


def stepped(experiment: Experiment, steps: int = 3) -> Run:
    run = Run(experiment)
    run.advance(steps)
    return run


def problem(build: Any) -> Problem:
    with pytest.raises(BadExperiment) as caught:
        build()
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_mean_over_the_examples_is_the_gradient_of_the_step(name: str) -> None:
    run = stepped(CASES[name])
    samples = Samples(run).gradients()
    for each, parameter in run.parameters.named.items():
        assert samples[each].shape == (run.experiment.batch * run.experiment.accumulate, *parameter.value.shape)
        scale = np.abs(samples[each]).max()
        np.testing.assert_allclose(samples[each].mean(axis=0), parameter.gradient, rtol=0, atol=1e-13 * scale)
        assert samples[each].std(axis=0).max() > 0.01 * scale, "every example asks the same"


@pytest.mark.parametrize("name", ["dense", "numbers", "shared", "pictures"])
def test_an_examples_gradient_is_that_of_a_batch_of_it_alone(name: str) -> None:
    run = stepped(CASES[name])
    samples = Samples(run).gradients()
    network = Network(run.network.layers, *run.data.shape)
    alone = Training(replace(run.experiment, batch=1), network, network.allocate("float64"))
    alone.parameters.values[...] = run.parameters.before
    targets = run.training.targets
    for example in range(run.experiment.batch):
        alone.x[...] = run.training.x[:, example : example + 1]
        here = slice(example, example + 1)
        alone.targets[...] = targets[here] if run.experiment.loss.labels else targets[:, here]
        alone.run_pass()
        for each, parameter in alone.parameters.named.items():
            np.testing.assert_allclose(samples[each][example], parameter.gradient, rtol=1e-10, atol=1e-14)


def test_the_examples_are_in_the_order_of_the_step() -> None:
    """The gradient of the last bias is p − y: its sign tells the class."""
    run = stepped(replace(DENSE, loss=BCEWithLogitsLoss(), batch=4, accumulate=3))
    labels = run.data.train_y[run.batches.indices(run.step - 1)]
    assert ((Samples(run).gradients()["2.bias"][:, 0] < 0) == (labels == 1)).all()


def test_asking_changes_nothing_of_the_run() -> None:
    run = stepped(CASES["dropout"])
    kept = [run.parameters.values.tobytes(), run.parameters.gradients.tobytes(), run.training.x.tobytes()]
    Samples(run).gradients()
    assert [run.parameters.values.tobytes(), run.parameters.gradients.tobytes(), run.training.x.tobytes()] == kept
    run.advance(3)
    assert run.parameters.values.tobytes() == stepped(CASES["dropout"], 6).parameters.values.tobytes()


def test_where_the_examples_of_a_batch_are_mixed_none_has_a_gradient_of_its_own() -> None:
    run = stepped(replace(DENSE, network=Layers((Linear(out_features=4), BatchNorm1d(), Linear(out_features=1)))))
    found = problem(lambda: Samples(run))
    assert (found.where, found.code, found.came) == ("network.layers.1", "mixed_examples", "BatchNorm1d")


def test_gradients_of_too_many_parameters_are_refused_with_both_numbers() -> None:
    run = Run(
        replace(DENSE, network=Layers((Linear(out_features=4096), Linear(out_features=500), Linear(out_features=1))))
    )
    found = problem(lambda: Samples(run))
    assert (found.code, found.came) == ("too_many_samples", f"{12 * run.network.parameter_count:,}")
    assert "20,000,000" in found.expected
