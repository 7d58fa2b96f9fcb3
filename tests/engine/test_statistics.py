"""Norms that do not vanish before the gradient does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.operations.elementwise import Sigmoid
from engine.parameters import Block, Owner, Parameters
from engine.run import Run
from engine.statistics import Norms


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
