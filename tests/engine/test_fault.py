"""The first operation that stopped being a number, however the run came to the step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated
from engine.experiment import Experiment, Layers, Seeds
from engine.fault import Fault, first_non_finite
from engine.initializers import Constant
from engine.layers.linear import Linear
from engine.operations.elementwise import Identity, ReLU, Tanh
from engine.operations.losses import MSELoss
from engine.optimizers.sgd import SGD
from engine.run import PORTION, LearningRate, Run


def exploding(activation: Any, optimizer: SGD = SGD()) -> Run:  # noqa: B008 - frozen
    """Ten layers that each multiply by thousands: float32 ends at 3.4e38."""
    layers: list[Any] = []
    for _ in range(12):
        layers += [
            Linear(out_features=4, weight_init=Constant(val=2e3), bias_init=Constant(val=0.0)),
            activation,
        ]
    network = Layers((*layers, Linear(out_features=1)))
    data = Generated("plane", points=100)
    return Run(Experiment(data=data, network=network, loss=MSELoss(), optimizer=optimizer))


def test_a_healthy_step_has_no_non_finite_operation() -> None:
    run = Run(Experiment())
    run.advance(20)
    assert first_non_finite(run.training.nodes) is None


def test_the_first_operation_that_overflows_forwards_is_named() -> None:
    run = exploding(Identity())
    run.advance(1)
    # Every unit of layer k holds (x₁ + x₂) · 2000 · 8000ᵏ.
    sizes = np.abs(run.training.x.sum(axis=0, dtype=np.float64)).max() * 2e3 * 8e3 ** np.arange(12.0)
    layer = int(np.argmax(sizes > np.finfo(np.float32).max))
    assert 0 < layer < 11
    assert first_non_finite(run.training.nodes) == (2 * layer, "forward")
    assert isinstance(run.training.nodes[2 * layer].operation, Linear)


def test_where_only_the_backward_pass_overflows_its_first_operation_is_named() -> None:
    saturated = Linear(out_features=2, weight_init=Constant(val=0.0), bias_init=Constant(val=0.0))
    steep = Linear(out_features=2, weight_init=Constant(val=1e6), bias_init=Constant(val=0.0))
    layers = (saturated, Tanh(), *[steep] * 7, Linear(out_features=1, bias_init=Constant(val=1.0)))
    run = Run(Experiment(data=Generated("plane", points=100), network=Layers(layers), loss=MSELoss()))
    run.advance(1)
    found = first_non_finite(run.training.nodes)
    assert found is not None
    index, phase = found
    assert phase == "backward"
    nodes = run.training.nodes
    assert index == 2
    gradient = nodes[index].output.gradient
    assert gradient is not None and np.isfinite(gradient).all()


def test_a_run_goes_on_after_a_number_is_lost() -> None:
    run = exploding(ReLU(), SGD(lr=1.0))
    run.advance(5)
    assert run.step == 5
    assert not np.isfinite(run.training.loss)
    run.seek(1)
    assert np.isfinite(run.parameters.before).all()


# The fault of a run

DIVERGING = Experiment(
    data=Generated("plane", points=100),
    network=Layers((Linear(out_features=8), ReLU(), Linear(out_features=8), ReLU(), Linear(out_features=1))),
    loss=MSELoss(),
    optimizer=SGD(lr=1e5),
)


def watched(experiment: Experiment, steps: int, *edits: LearningRate) -> Fault:
    """The fault of a run that is looked at after every step."""
    run = Run(experiment, edits)
    for _ in range(steps):
        run.advance(1)
        if run.fault:
            return run.fault
    raise AssertionError("nothing broke")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [1e2, 1e3, 1e4, 1e5, 1e6])
def test_the_fault_is_the_same_however_many_steps_are_done_at_once(rate: float, dtype: Any) -> None:
    experiment = replace(DIVERGING, optimizer=SGD(lr=rate), dtype=dtype)
    true = watched(experiment, 100)
    for steps in (2, 10, 150):
        run = Run(experiment)
        while run.step < 100:
            run.advance(steps)
        assert run.fault == true


def test_the_fault_of_a_rate_far_too_high_is_in_its_third_step() -> None:
    assert watched(DIVERGING, 9) == Fault(3, 2, "forward")  # by the second linear layer


def test_a_halting_run_stands_at_the_step_that_broke_and_goes_on_from_there() -> None:
    run = Run(DIVERGING)
    run.advance(10, halt=True)
    assert (run.step, len(run.losses)) == (3, 3)
    single = Run(DIVERGING)
    for _ in range(3):
        single.advance(1)
    assert run.parameters.before.tobytes() == single.parameters.before.tobytes()
    run.advance(10, halt=True)
    assert run.step == 13


@pytest.mark.parametrize("late", [5 * PORTION + 7, 40 * PORTION + 1])
def test_a_fault_late_in_a_run_is_found_at_its_step(late: int) -> None:
    experiment, edit = replace(DIVERGING, optimizer=SGD(lr=1e-3)), LearningRate(late, 1e6)
    run = Run(experiment, (edit,))
    run.advance(late + 50, halt=True)
    assert run.step == late + 3
    assert run.fault == Fault(late + 3, 2, "forward")
    assert all(step % run.checkpoints.stride == 0 for step in run.checkpoints)


def test_going_back_before_the_fault_leaves_it_ahead_and_an_edit_there_forgets_it() -> None:
    run = Run(DIVERGING)
    run.seek(50)
    assert run.step == 50 and run.broken == run.fault == Fault(3, 2, "forward")
    run.seek(2)
    assert run.broken is None
    run.advance(10, halt=True)
    assert run.step == 3
    run.edit(LearningRate(1, 1e-6))
    assert run.fault is None
    run.advance(10, halt=True)
    assert run.step == 11


@pytest.mark.parametrize("at_once", [1, 30])
def test_what_breaks_in_an_earlier_batch_of_a_step_is_found_in_that_step(at_once: int) -> None:
    """An overflow that only the first batch of step 3 comes to, and a weight of 0 that makes NaN of it."""

    def linear(value: float) -> Linear:
        zero = Constant(val=0.0)
        return Linear(out_features=1, weight_init=Constant(val=value), bias_init=zero, frozen=True)

    def experiment(seed: int, most: float) -> Experiment:
        return Experiment(
            data=Generated("plane", points=100),
            network=Layers((*[linear(1e6)] * 6, linear(most), linear(0.0), Linear(out_features=1))),
            loss=MSELoss(),
            optimizer=SGD(lr=1e-3),
            batch=1,
            accumulate=4,
            seeds=Seeds(order=seed),
        )

    def sizes(seed: int) -> np.ndarray[Any, Any]:
        run = Run(experiment(seed, 1.0))
        examples = np.concatenate([run.batches.indices(step) for step in range(4)])
        found: np.ndarray[Any, Any] = np.abs(run.data.train_x[examples].sum(axis=1))
        return found

    seed = next(seed for seed in range(1000) if np.argmax(sizes(seed)) == 8)
    largest, next_one = (float(size) for size in np.sort(sizes(seed))[[-1, -2]])
    run = Run(experiment(seed, 3.4e38 / 1e36 / (largest * next_one) ** 0.5))
    while run.step < 30 and not run.fault:
        run.advance(at_once, halt=True)
    assert run.fault == Fault(3, 6, "forward") and run.step == 3
    assert np.isnan(run.loss) and np.isnan(run.parameters.gradients).any()
    assert np.isfinite(run.training.nodes[6].output.data).all()
