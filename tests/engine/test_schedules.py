"""Schedules beside torch.optim.lr_scheduler, step for step, and what they do to a run."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest

from engine.data.choices import Generated
from engine.edits import LearningRate
from engine.experiment import Experiment, Layers
from engine.layer import arguments
from engine.layers.linear import Linear
from engine.operations.elementwise import Tanh
from engine.optimizers.adagrad import Adagrad
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment
from engine.run import Run
from engine.schedules import (
    AnySchedule,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    NoSchedule,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)
from tests.engine.test_optimizers import Updates, start

STEPS = 200
SCHEDULES = [
    StepLR(step_size=30),
    StepLR(step_size=7, gamma=0.9),
    MultiStepLR(milestones=(20, 50, 180), gamma=0.5),
    MultiStepLR(milestones=(90, 10, 10)),
    ExponentialLR(gamma=0.97),
    ExponentialLR(gamma=1.05),
    LinearLR(),
    LinearLR(start_factor=0.01, end_factor=0.7, total_iters=120),
    CosineAnnealingLR(T_max=50, eta_min=0.01),
    CosineAnnealingLR(T_max=200),
    OneCycleLR(max_lr=0.5, total_steps=STEPS),
    OneCycleLR(max_lr=0.5, total_steps=STEPS, pct_start=0.123, anneal_strategy="linear", div_factor=3.0),
    OneCycleLR(max_lr=0.5, total_steps=STEPS, three_phase=True, final_div_factor=10.0, base_momentum=0.5),
    OneCycleLR(max_lr=0.5, total_steps=STEPS, pct_start=1.0),
    OneCycleLR(max_lr=0.5, total_steps=STEPS, pct_start=0.0, cycle_momentum=False),
]
PLATEAUS = [
    ReduceLROnPlateau(patience=2),
    ReduceLROnPlateau(factor=0.5, patience=0, cooldown=3, min_lr=0.01),
    ReduceLROnPlateau(factor=0.3, patience=1, threshold=0.05, threshold_mode="abs", eps=1e-3),
]
SMALL = Experiment(
    data=Generated("moons", points=100),
    network=Layers((Linear(out_features=5), Tanh(), Linear(out_features=1))),
    optimizer=SGD(lr=0.1, momentum=0.9),
    batch=16,
)


def test_every_schedule_is_among_those_compared() -> None:
    kinds = {type(schedule) for schedule in (*SCHEDULES, *PLATEAUS)} | {NoSchedule}
    assert kinds == set(get_args(get_args(AnySchedule)[0]))


def peer(schedule: Any, lr: float, optimizer: Any = None) -> tuple[Any, Any]:
    torch = pytest.importorskip("torch")
    made = optimizer or torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)
    options = {name: value for name, value in arguments(schedule).items() if name != "kind"}
    return made, getattr(torch.optim.lr_scheduler, schedule.kind)(made, **options)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_a_schedule_follows_pytorch_for_two_hundred_steps(schedule: Any) -> None:
    optimizer, theirs = peer(schedule, lr=0.1)
    rates, momenta = [], []
    for step in range(STEPS):
        group = optimizer.param_groups[0]
        rates.append((schedule.rate(schedule.base(SGD(lr=0.1)), step, {}), group["lr"]))
        momentum = schedule.momentum(step)
        momenta.append((0.9 if momentum is None else momentum, group["momentum"]))
        optimizer.step()
        if step < STEPS - 1:
            theirs.step()
    for found in (rates, momenta):
        ours, expected = np.array(found).T
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("schedule", PLATEAUS, ids=repr)
@pytest.mark.parametrize("seed", range(3))
def test_a_plateau_is_judged_as_pytorch_judges_it(schedule: ReduceLROnPlateau, seed: int) -> None:
    rng = np.random.default_rng(seed)
    losses = np.concatenate([np.linspace(3, 1, 20), rng.normal(1, 0.1, 60), [math.nan, math.inf], [0.5] * 40])
    optimizer, theirs = peer(schedule, lr=0.1)
    memory = schedule.remembers()
    found = []
    for loss in losses:
        for step in range(4):
            schedule.watch(memory, 0.1, loss, epoch_ends=step == 3)
        theirs.step(loss)
        found.append((schedule.rate(0.1, 0, memory), optimizer.param_groups[0]["lr"]))
    ours, expected = np.array(found).T
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    assert found[-1][0] < 0.1


def test_a_plateau_goes_by_the_mean_of_an_epoch() -> None:
    schedule = ReduceLROnPlateau(patience=0)
    memory = schedule.remembers()
    for loss, ends in ((1.0, False), (3.0, True), (3.0, False), (1.0, True)):
        schedule.watch(memory, 0.1, loss, epoch_ends=ends)
    assert (float(memory["best"]), float(memory["factor"])) == (2.0, 0.1)


@pytest.mark.parametrize(
    "schedule", [*SCHEDULES[::3], ReduceLROnPlateau(patience=0, factor=0.7, threshold=0.1)], ids=repr
)
@pytest.mark.parametrize("optimizer", [SGD(lr=0.1), Adam(lr=0.01)], ids=repr)
def test_a_scheduled_run_sought_to_a_step_has_the_bytes_of_one_that_trained_there(
    schedule: Any, optimizer: Any
) -> None:
    experiment = replace(SMALL, schedule=schedule, optimizer=optimizer)
    run, rates, values = Run(experiment), [], []
    for _ in range(100):
        run.advance(1)
        rates.append(run.rate)
        values.append(run.parameters.values.tobytes())
    for step in (40, 41, 7, 100, 16, 17, 33):
        run.seek(step)
        assert (run.rate, run.parameters.values.tobytes()) == (rates[step - 1], values[step - 1])
    assert len(set(rates)) > 1


def test_a_plateau_lowers_the_rate_of_a_run_that_has_stopped_learning() -> None:
    run = Run(replace(SMALL, optimizer=SGD(lr=0.0), schedule=ReduceLROnPlateau(patience=1, factor=0.5)))
    run.edit(LearningRate(0, 1e-7))
    run.advance(run.batches.per_epoch * 5)
    assert run.learning_rate() < 1e-7


def test_an_edit_of_the_rate_is_what_the_schedule_goes_on_from() -> None:
    run = Run(replace(SMALL, schedule=StepLR(step_size=10, gamma=0.5)), (LearningRate(15, 1.0),))
    found = []
    for _ in range(25):
        run.advance(1)
        found.append(run.rate)
    assert found == [0.1] * 10 + [0.05] * 5 + [0.5] * 5 + [0.25] * 5


def test_an_edit_of_the_rate_moves_the_peak_of_one_cycle() -> None:
    schedule = OneCycleLR(max_lr=0.5, total_steps=100)
    plain = Run(replace(SMALL, schedule=schedule))
    edited = Run(replace(SMALL, schedule=schedule), (LearningRate(50, 1.0),))
    for run in (plain, edited):
        run.advance(60)
    assert edited.rate == pytest.approx(2 * plain.rate)


def test_after_its_last_step_a_cycle_stays_where_it_is() -> None:
    schedule = OneCycleLR(max_lr=0.5, total_steps=20)
    assert schedule.rate(0.5, 500, {}) == schedule.rate(0.5, 19, {}) == pytest.approx(0.5 / 25 / 1e4)
    assert schedule.momentum(500) == schedule.momentum(19) == pytest.approx(0.95)


def test_a_cycle_of_one_step_and_a_peak_at_the_first_divide_by_nothing() -> None:
    assert OneCycleLR(total_steps=1).rate(1.0, 0, {}) > 0
    assert OneCycleLR(total_steps=10, pct_start=0.1).rate(1.0, 0, {}) == pytest.approx(1.0)


def test_a_growing_rate_ends_at_infinity_and_not_in_an_error() -> None:
    with np.errstate(over="ignore"):
        assert ExponentialLR(gamma=2.0).rate(1.0, 5000, {}) == math.inf


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(lr=0.1),
        SGD(lr=0.1, momentum=0.9, nesterov=True),
        RMSprop(lr=0.01),
        Adam(lr=0.01),
        AdamW(lr=0.01, betas=(0.3, 0.99), amsgrad=True),
    ],
    ids=repr,
)
def test_a_moving_momentum_moves_the_weights_as_in_pytorch(optimizer: Any) -> None:
    torch = pytest.importorskip("torch")
    schedule = OneCycleLR(max_lr=0.1, total_steps=20, pct_start=0.4)
    values, gradients = start("float64", seed=3)
    ours = Updates(optimizer, values, cycled=schedule)
    tensor = torch.from_numpy(values.copy()).requires_grad_()
    made, theirs = peer(schedule, 0.1, getattr(torch.optim, optimizer.kind)([tensor], **arguments(optimizer)))
    for step, gradient in enumerate(gradients):
        ours.memory.set_rate(schedule.rate(schedule.max_lr, step, {}))
        ours.memory.momentum.set(schedule.momentum(step) or 0.0)
        tensor.grad = torch.from_numpy(gradient.copy())
        made.step()
        if step < len(gradients) - 1:
            theirs.step()
        expected = tensor.detach().numpy()
        assert np.abs(ours.step(gradient) - expected).max() <= 1e-10 * np.abs(expected).max()


def test_a_momentum_that_cannot_be_moved_is_refused_in_its_place() -> None:
    with pytest.raises(BadExperiment) as caught:
        Run(replace(SMALL, optimizer=Adagrad(), schedule=OneCycleLR()))
    (problem,) = caught.value.problems
    assert (problem.where, problem.code, problem.came) == (
        "schedule.cycle_momentum",
        "cycle_momentum",
        "true for Adagrad",
    )
    Run(replace(SMALL, optimizer=Adagrad(), schedule=OneCycleLR(cycle_momentum=False))).advance(2)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (StepLR, {"step_size": 0}),
        (StepLR, {"gamma": -0.1}),
        (MultiStepLR, {"milestones": (10, 0)}),
        (LinearLR, {"start_factor": 0.0}),
        (CosineAnnealingLR, {"T_max": 0}),
        (OneCycleLR, {"pct_start": 1.5}),
        (ReduceLROnPlateau, {"factor": 1.0}),
        (ReduceLROnPlateau, {"patience": math.nan}),
    ],
)
def test_a_schedule_refuses_numbers_that_mean_nothing(kind: type[Any], options: dict[str, Any]) -> None:
    with pytest.raises(BadExperiment, match=next(iter(options))):
        kind(**options)
