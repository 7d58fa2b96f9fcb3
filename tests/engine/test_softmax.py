"""Softmax, its logarithm and PReLU: gradients of nudging, PyTorch's numbers, the ends of the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated, Table
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.layers.prelu import PReLU
from engine.network import Network
from engine.operations.join import Concat
from engine.operations.losses import CrossEntropyLoss, NLLLoss
from engine.operations.softmax import LogSoftmax, Softmax
from engine.problem import BadExperiment
from engine.run import Run
from engine.tensor import Array
from engine.trainer import Training
from tests.engine.beside import beside
from tests.engine.checker import agrees, training

SHAPES = [(4,), (1,), (4, 3), (4, 3, 2)]
LAYERS = [Softmax(), LogSoftmax(), PReLU(), PReLU(init=-0.5), PReLU(num_parameters=4, init=0.1)]
CASES = [(layer, s) for layer in LAYERS for s in SHAPES if getattr(layer, "num_parameters", 1) in (1, s[0])]


def said(value: object) -> str:
    return str(value)


@pytest.mark.parametrize(("layer", "shape"), CASES, ids=said)
def test_gradients_are_those_of_nudging(layer: Any, shape: tuple[int, ...]) -> None:
    """Twice over the same values, so that the gradient is both written and added."""
    again = type(layer)(**{**vars(layer), "inputs": ("x",)})
    layers: list[Any] = [
        Linear(name="x", out_features=shape[0]),
        layer,
        again,
        Concat(inputs=("1", "2")),
        Linear(out_features=2),
    ]
    agrees(training(layers, *shape))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("layer", "shape"), CASES, ids=said)
def test_values_and_gradients_are_pytorchs(layer: Any, shape: tuple[int, ...], dtype: str) -> None:
    torch = pytest.importorskip("torch")
    modules = {
        "Softmax": lambda: torch.nn.Softmax(dim=1),
        "LogSoftmax": lambda: torch.nn.LogSoftmax(dim=1),
        "PReLU": lambda: torch.nn.PReLU(layer.num_parameters, layer.init),
    }
    made = training([layer], *shape, batch=5, dtype=dtype)
    beside(made, {"0": modules[layer.kind]()}, lambda module, x: module["0"](x))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_of_logits_of_10_000_is_finite_and_a_sure_thing(dtype: str) -> None:
    logits = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, 0.0]], dtype)
    assert applied(Softmax(), logits).output.data.tolist() == [[1, 0.5, 0.5], [0, 0.5, 0.5]]
    made = applied(LogSoftmax(), logits)
    assert made.output.data[:, 0].tolist() == [0, -2e4]
    assert made.output.data[:, 1:] == pytest.approx(-np.log(2))
    assert made.input.gradient is not None
    assert np.isfinite(made.input.gradient).all()


def applied(layer: Any, columns: Array) -> Training:
    return training([layer], len(columns), batch=columns.shape[1], dtype=columns.dtype.name, x=columns)


def test_shares_sum_to_1_and_their_gradient_to_0() -> None:
    made = applied(Softmax(), np.random.default_rng(0).normal(0, 3, (6, 50)))
    assert made.input.gradient is not None
    np.testing.assert_allclose(made.output.data.sum(axis=0), 1, rtol=1e-14)
    assert np.abs(made.input.gradient.sum(axis=0)).max() < 1e-15


def test_the_logarithm_of_a_share_too_small_to_be_held_keeps_its_digits() -> None:
    made = applied(LogSoftmax(), np.array([[0.0], [-2000.0]]))
    assert made.output.data.ravel().tolist() == [0.0, -2000.0]
    assert made.nodes[0].kept["probability"].ravel().tolist() == [1.0, 0.0]


@pytest.mark.parametrize(("data", "classes"), [(Generated("moons"), 2), (Table("iris"), 3)])
def test_log_softmax_and_the_negative_log_likelihood_are_the_cross_entropy(data: Any, classes: int) -> None:
    z = Linear(out_features=classes)
    pair = [
        Run(Experiment(data=data, network=Layers(layers), loss=loss, dtype="float64", batch=16))
        for layers, loss in (((z, LogSoftmax()), NLLLoss()), ((z,), CrossEntropyLoss()))
    ]
    for run in pair:
        run.advance(20)
    one, other = pair
    np.testing.assert_allclose(one.losses, other.losses, rtol=1e-12)
    np.testing.assert_allclose(one.parameters.values, other.parameters.values, rtol=1e-10)
    assert one.test() == pytest.approx(other.test())
    logits = other.training.output.data
    np.testing.assert_allclose(
        one.experiment.loss.shares(one.training.output.data), other.experiment.loss.shares(logits)
    )


def test_the_slope_of_prelu_at_zero_is_the_one_below_it() -> None:
    made = applied(PReLU(), np.array([[0.0, -0.0, -2.0, 3.0]]))
    weight = made.parameters.named["0.weight"].value
    weight.fill(0.2)
    made.run_pass()
    assert made.output.data.tolist() == [[0.0, 0.0, -0.4, 3.0]]
    assert made.nodes[0].kept["slope"].tolist() == [[0.2, 0.2, 0.2, 1.0]]


def test_a_nan_goes_through_prelu_as_nan() -> None:
    made = applied(PReLU(), np.array([[np.nan, 1.0]]))
    assert np.isnan(made.output.data).tolist() == [[True, False]]


def test_prelu_starts_at_its_init_and_refuses_a_number_of_slopes_that_fits_nothing() -> None:
    network = Network([PReLU(num_parameters=3, init=0.1)], 3)
    parameters = network.allocate("float64")
    network.initialize(parameters, 0)
    assert parameters.named["0.weight"].value.tolist() == [0.1] * 3
    with pytest.raises(BadExperiment, match="1, or one for each of the 4 features, got 3"):
        Network([PReLU(num_parameters=3)], 4)
