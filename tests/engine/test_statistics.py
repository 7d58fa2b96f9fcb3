"""Norms that do not vanish before the gradient does, and the first operation that stopped being a number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated
from engine.experiment import Experiment, Layers
from engine.initializers import Constant
from engine.layers.linear import Linear
from engine.operations.elementwise import Identity, ReLU, Sigmoid, Tanh
from engine.operations.losses import MSELoss
from engine.optimizers.sgd import SGD
from engine.parameters import Block, Owner, Parameters
from engine.run import Run
from engine.statistics import Norms, first_non_finite


def flat(dtype: Any) -> Parameters:
    """Two layers, one with a bias as its last column and one without."""
    biased = Block((4, 3), {"weight": lambda block: block[:, :2], "bias": lambda block: block[:, 2]})
    whole = Block((2, 4), {"weight": np.asarray})
    return Parameters([Owner("0", (biased,), {}), Owner("1", (), {}), Owner("2", (whole,), {})], dtype)


@pytest.mark.parametrize("scale", [1.0, 1e-25, 1e-40, 1e30])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_norms_are_those_of_float64_however_small_the_numbers(dtype: str, scale: float) -> None:
    parameters, rng = flat(dtype), np.random.default_rng(1)
    for array in (parameters.before, parameters.gradients, parameters.update):
        array[:] = rng.normal(size=array.size) * scale
    found = Norms(parameters).measure()
    named = parameters.named.values()
    expected = [
        [np.linalg.norm(np.asarray(getattr(each, name), np.float64)) for each in named]
        for name in ("before", "gradient", "update")
    ]
    assert found.shape == (3, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert (found > 0).all()


def test_measuring_again_measures_what_is_there_now() -> None:
    parameters = flat("float32")
    norms = Norms(parameters)
    assert not norms.measure().any()
    parameters.named["0.bias"].gradient[:] = 3
    assert norms.measure()[1].tolist() == [0, 6, 0]


def test_the_norms_of_a_vanishing_gradient_are_not_zero() -> None:
    layers = [layer for _ in range(25) for layer in (Linear(out_features=4), Sigmoid())]
    run = Run(Experiment(network=Layers((*layers, Linear(out_features=1)))))
    run.advance(1)
    gradients = Norms(run.parameters).measure()[1]
    assert 0 < gradients[0] < 1e-18


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
