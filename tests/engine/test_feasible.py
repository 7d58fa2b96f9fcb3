"""What cannot be run is refused before it costs anything, saying where, what was expected and what came."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated, Table
from engine.experiment import Experiment, Layers, Seeds
from engine.feasible import Limits, evaluated, outputs_needed, planned
from engine.initializers import KaimingNormal, XavierUniform
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ELU, LeakyReLU, Tanh
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, MSELoss, NLLLoss
from engine.optimizers.adam import Adam
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment, Problem
from engine.run import Run


def problems(attempt: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(BadExperiment) as caught:
        attempt()
    return caught.value.problems


def network(*units: int) -> Layers:
    return Layers(tuple(Linear(out_features=count) for count in units))


@pytest.mark.parametrize(
    ("attempt", "where", "expected", "came"),
    [
        (lambda: Linear(out_features=0), "out_features", "a number from 1 to 4096", "0"),
        (lambda: Linear(out_features=-3), "out_features", "a number from 1 to 4096", "-3"),
        (lambda: Linear(out_features=10**12), "out_features", "a number from 1 to 4096", "1000000000000"),
        (lambda: Adam(lr=-0.1), "lr", "a number from 0 to 1e+06", "-0.1"),
        (lambda: SGD(lr=math.nan), "lr", "a number from 0 to 1e+06", "nan"),
        (lambda: SGD(lr=math.inf), "lr", "a number from 0 to 1e+06", "inf"),
        (lambda: SGD(momentum=1.0), "momentum", "a number from 0 to 0.999999", "1.0"),
        (lambda: Adam(betas=(0.9, 1.0)), "betas", "a number from 0 to 0.999999", "1.0"),
        (lambda: RMSprop(eps=0.0), "eps", "a number above 0 to 1", "0.0"),
        (lambda: LeakyReLU(negative_slope=2.0), "negative_slope", "a number from 0 to 1", "2.0"),
        (lambda: ELU(alpha=0.0), "alpha", "a number above 0 to 100", "0.0"),
        (lambda: HuberLoss(delta=-1.0), "delta", "a number above 0 to 1e+06", "-1.0"),
        (lambda: XavierUniform(gain=1e300), "gain", "a number from 0 to 1e+06", "1e+300"),
        (lambda: KaimingNormal(a=-1.0), "a", "a number from 0 to 1000", "-1.0"),
        (lambda: Experiment(batch=0), "batch", "a number from 1 to 4096", "0"),
        (lambda: Experiment(batch=True), "batch", "a number from 1 to 4096", "True"),
        (lambda: Seeds(init=-1), "init", "a number from 0 to 4.29497e+09", "-1"),
        (lambda: Seeds(order=2**32), "order", "a number from 0 to 4.29497e+09", "4294967296"),
    ],
)
def test_a_number_outside_its_limits_is_refused(
    attempt: Callable[[], object], where: str, expected: str, came: str
) -> None:
    (found,) = problems(attempt)
    assert (found.where, found.expected, found.came) == (where, expected, came)
    assert found.code in ("range", "range_above")
    assert str(found) == f"{where}: expected {expected}, got {came}"


def test_a_text_where_a_number_belongs_is_refused() -> None:
    text: Any = "64"
    (found,) = problems(lambda: Linear(out_features=text))
    assert (found.where, found.came) == ("out_features", "64")


def test_every_bad_number_of_a_choice_is_reported() -> None:
    found = problems(lambda: Adam(lr=-1.0, betas=(-0.1, 2.0), eps=-1.0))
    assert [(each.where, each.came) for each in found] == [
        ("lr", "-1.0"),
        ("betas", "-0.1"),
        ("betas", "2.0"),
        ("eps", "-1.0"),
    ]


@pytest.mark.parametrize(("momentum", "dampening"), [(0.0, 0.0), (0.9, 0.1)])
def test_nesterov_needs_momentum_and_no_dampening(momentum: float, dampening: float) -> None:
    (found,) = problems(lambda: SGD(nesterov=True, momentum=momentum, dampening=dampening))
    assert (found.where, found.code) == ("nesterov", "nesterov")
    assert found.came == f"momentum {momentum:g} and dampening {dampening:g}"


@pytest.mark.parametrize(
    ("experiment", "where", "code", "expected", "came"),
    [
        (
            Experiment(data=Table("iris"), network=network(2), loss=CrossEntropyLoss()),
            "network.layers.0",
            "outputs",
            "3 outputs for CrossEntropyLoss on these targets",
            "2",
        ),
        (
            Experiment(data=Table("iris"), network=Layers((*network(5, 1).layers, Tanh())), loss=MSELoss()),
            "network.layers.2",
            "outputs",
            "3 outputs for MSELoss on these targets",
            "1",
        ),
        (
            Experiment(network=network(3)),
            "network.layers.0",
            "outputs",
            "1 outputs for BCEWithLogitsLoss on these targets",
            "3",
        ),
        (
            Experiment(data=Generated("plane"), network=network(1), loss=CrossEntropyLoss()),
            "loss",
            "loss_needs_classes",
            "MSELoss or HuberLoss, since the targets are numbers",
            "CrossEntropyLoss",
        ),
        (
            Experiment(data=Generated("sine"), network=network(1), loss=BCEWithLogitsLoss()),
            "loss",
            "loss_needs_classes",
            "MSELoss or HuberLoss, since the targets are numbers",
            "BCEWithLogitsLoss",
        ),
        (
            Experiment(data=Generated(points=50), batch=36),
            "batch",
            "batch_over_data",
            "at most the 35 training examples",
            "36",
        ),
        (Experiment(network=Layers(())), "network.layers", "layer_count", "1 to 256 layers", "0"),
        (
            Experiment(network=network(*[1] * 257)),
            "network.layers",
            "layer_count",
            "1 to 256 layers",
            "257",
        ),
        (
            Experiment(network=network(4096, 4096, 1)),
            "network",
            "too_many_parameters",
            "at most 5,000,000 parameters",
            f"{4096 * 3 + 4096 * 4097 + 4097:,}",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_only_the_whole_can_tell_is_refused(
    experiment: Experiment, where: str, code: str, expected: str, came: str
) -> None:
    (found,) = problems(lambda: planned(experiment))
    assert (found.where, found.code, found.expected, found.came) == (where, code, expected, came)


def test_every_problem_of_the_whole_is_reported() -> None:
    experiment = Experiment(data=Generated(points=10), network=network(4096, 4096, 2), batch=4096)
    found = problems(lambda: planned(experiment, Limits(memory=1000, multiply_adds=1000)))
    assert [each.code for each in found] == [
        "too_many_parameters",
        "too_much_memory",
        "too_slow",
        "outputs",
        "batch_over_data",
    ]


def test_a_network_that_is_too_large_is_refused_before_anything_is_allocated() -> None:
    experiment = Experiment(network=network(*[4096] * 255, 1))
    planned(Experiment())  # what is made once, on first use, is not the network's
    tracemalloc.start()
    try:
        problems(lambda: Run(experiment))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("limit", ["parameters", "memory", "multiply_adds"])
def test_a_cost_may_reach_its_limit_and_not_pass_it(limit: str) -> None:
    experiment = Experiment(network=network(8, 1))
    data, plan = planned(experiment)
    cost = {
        "parameters": plan.parameter_count,
        "memory": plan.memory(32, "float32", evaluated(experiment, data)),
        "multiply_adds": 3 * 32 * plan.multiply_adds,
    }[limit]
    planned(experiment, Limits(**{limit: cost}))
    (found,) = problems(lambda: planned(experiment, Limits(**{limit: cost - 1})))
    assert found.came == f"{cost:,}"


def test_the_stated_number_of_parameters_is_the_allocated_one() -> None:
    layers = (Linear(out_features=7), Tanh(), Linear(out_features=3, bias=False))
    plan = Network(layers, 5)
    assert plan.parameter_count == plan.allocate(np.float32).values.size == 7 * 6 + 21
    assert plan.multiply_adds == 7 * 5 + 3 * 7


@pytest.mark.parametrize(
    ("experiment", "outputs"),
    [
        (Experiment(), 1),
        (Experiment(loss=CrossEntropyLoss()), 2),
        (Experiment(loss=NLLLoss()), 2),
        (Experiment(data=Table("digits"), loss=MSELoss()), 10),
        (Experiment(data=Generated("plane"), loss=HuberLoss()), 1),
    ],
    ids=str,
)
def test_a_loss_says_how_many_outputs_it_needs(experiment: Experiment, outputs: int) -> None:
    assert outputs_needed(experiment, experiment.data.load(0)) == outputs


def test_a_learning_rate_of_zero_is_allowed_and_changes_nothing() -> None:
    run = Run(Experiment(optimizer=Adam(lr=0.0)))
    drawn = run.parameters.values.copy()
    run.advance(5)
    assert np.array_equal(run.parameters.values, drawn)
