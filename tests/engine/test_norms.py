"""Norms that do not vanish before the gradient does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.experiment import Experiment, Layers
from engine.layers.batch_norm import BatchNorm2d
from engine.layers.convolution import Conv2d
from engine.layers.layer_norm import LayerNorm
from engine.layers.linear import Linear
from engine.network import Network
from engine.norms import GradientNorms, Norms
from engine.operations.elementwise import ReLU, Sigmoid
from engine.operations.losses import CrossEntropyLoss
from engine.operations.shape import Flatten
from engine.parameters import Block, Owner, Parameters
from engine.run import Run
from engine.trainer import Training


def flat(dtype: Any) -> Parameters:
    """Layers with a bias as the last column, with none, and with parts that lie in rows, in columns and crosswise."""
    biased = Block((4, 3), {"weight": lambda block: block[:, :2], "bias": lambda block: block[:, 2]})
    whole = Block((2, 4), {"weight": np.asarray})
    rows = Block((2, 5), {"scale": lambda block: block[0], "shift": lambda block: block[1]})
    halves = Block((4, 6), {"left": lambda block: block[:, :3], "right": lambda block: block[:, 3:]})
    return Parameters([Owner("0", (biased,), {}), Owner("1", (), {}), Owner("2", (whole, rows, halves), {})], dtype)


@pytest.mark.parametrize("scale", [1.0, 1e-12, 1e-14, 1e-25, 1e-40, 1e17, 1e30])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-12)])
def test_norms_are_those_of_float64_however_small_the_numbers(dtype: str, tolerance: float, scale: float) -> None:
    parameters, rng = flat(dtype), np.random.default_rng(1)
    for array in (parameters.before, parameters.gradients, parameters.update):
        array[:] = rng.normal(size=array.size) * scale
    with np.errstate(all="ignore"):
        found = Norms(parameters).measure()
    expected = [
        [np.linalg.norm(np.asarray(getattr(each, name), np.float64)) for each in parameters.named.values()]
        for name in ("before", "gradient", "update")
    ]
    assert found.shape == (3, len(parameters.named))
    grain = float(np.finfo(dtype).smallest_subnormal)  # among these, float32 has few digits
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=grain)
    assert (found > 0).all()


@pytest.mark.parametrize("ratio", [1e-9, 1e-4, 1e-2, 0.3, 1.0, 1e9])
def test_a_matrix_beside_a_bias_of_another_size_keeps_its_digits(ratio: float) -> None:
    parameters, rng = flat("float32"), np.random.default_rng(1)
    weight, bias = (parameters.named[f"0.{part}"].gradient for part in ("weight", "bias"))
    weight[...] = rng.normal(size=weight.shape) * ratio
    bias[...] = rng.normal(size=bias.shape)
    expected = [np.linalg.norm(part.astype(np.float64)) for part in (weight, bias)]
    np.testing.assert_allclose(Norms(parameters).measure()[1, :2], expected, rtol=1e-6)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_that_is_none_is_in_the_norm_of_its_own_parameter_alone(bad: float) -> None:
    for name in flat("float32").named:
        parameters = flat("float32")
        parameters.gradients[:] = 1
        parameters.named[name].gradient[0] = bad
        with np.errstate(all="ignore"):
            norms = dict(zip(parameters.named, Norms(parameters).measure()[1], strict=True))
        assert norms[name] == pytest.approx(bad, nan_ok=True)
        assert all(math.isfinite(norm) for other, norm in norms.items() if other != name)


def test_the_norms_of_a_step_are_those_of_every_parameters_and_every_nodes_gradient() -> None:
    layers = (
        Conv2d(out_channels=3),
        BatchNorm2d(),
        ReLU(),
        Flatten(),
        Linear(out_features=6),
        LayerNorm(),
        Linear(out_features=10, bias=False),
    )
    asked = Experiment(network=Layers(layers), loss=CrossEntropyLoss(), batch=4)
    network = Network(layers, 2, 6, 6)
    training = Training(asked, network, network.allocate("float32"))
    training.reset(0)
    rng = np.random.default_rng(0)
    training.x[...], training.targets[...] = rng.normal(size=training.x.shape), rng.integers(0, 10, 4)
    training.run_pass()
    norms = GradientNorms(training.parameters, training.nodes)
    norms.measure()
    exact = [np.linalg.norm(each.gradient.astype(np.float64)) for each in training.parameters.named.values()]
    np.testing.assert_allclose(norms.parameters, exact, rtol=1e-6)
    sent = [node.output.gradient for node in training.nodes]
    np.testing.assert_allclose(norms.nodes, [np.linalg.norm(np.float64(each)) for each in sent], rtol=1e-6)


def test_measuring_again_measures_what_is_there_now() -> None:
    parameters = flat("float32")
    norms = Norms(parameters)
    assert not norms.measure().any()
    parameters.named["0.bias"].gradient[:] = 3
    np.testing.assert_allclose(norms.measure()[1], [0, 6, 0, 0, 0, 0, 0])


def test_the_norms_of_a_vanishing_gradient_are_not_zero() -> None:
    layers = [layer for _ in range(25) for layer in (Linear(out_features=4), Sigmoid())]
    run = Run(Experiment(network=Layers((*layers, Linear(out_features=1)))))
    run.advance(1)
    gradients = Norms(run.parameters).measure()[1]
    assert 0 < gradients[0] < 1e-18
