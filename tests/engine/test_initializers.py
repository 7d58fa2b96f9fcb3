"""What initializers draw: PyTorch's formulas for bound, standard deviation and gain."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest

from engine.initializers import (
    AnyInitializer,
    Constant,
    Default,
    KaimingNormal,
    KaimingUniform,
    Nonlinearity,
    Normal,
    Orthogonal,
    Uniform,
    XavierNormal,
    XavierUniform,
    Zeros,
    gain,
)
from engine.tensor import Array

OUT, IN = 400, 300
KINDS = get_args(get_args(AnyInitializer)[0])
UNIFORM = [
    (Default(), 1 / math.sqrt(IN)),
    (XavierUniform(gain=2.0), 2 * math.sqrt(6 / (IN + OUT))),
    (KaimingUniform(), math.sqrt(6 / IN)),
    (KaimingUniform(a=math.sqrt(5)), 1 / math.sqrt(IN)),
    (KaimingUniform(mode="fan_out", nonlinearity="tanh"), 5 / 3 * math.sqrt(3 / OUT)),
    (Uniform(a=-0.3, b=0.3), 0.3),
]
NORMAL = [
    (Normal(mean=0.0, std=0.3), 0.3),
    (XavierNormal(gain=1.5), 1.5 * math.sqrt(2 / (IN + OUT))),
    (KaimingNormal(nonlinearity="relu"), math.sqrt(2 / IN)),
    (KaimingNormal(mode="fan_out", nonlinearity="selu"), 0.75 / math.sqrt(OUT)),
    (KaimingNormal(a=0.5), math.sqrt(2 / 1.25 / IN)),
]


def drawn(initializer: Any, shape: tuple[int, ...] = (OUT, IN), seed: int = 0) -> Array:
    array: Array = initializer.draw(np.random.default_rng(seed), shape, (IN, OUT))
    return array


@pytest.mark.parametrize(("initializer", "bound"), UNIFORM, ids=str)
def test_uniform_draws_fill_their_interval_evenly(initializer: Any, bound: float) -> None:
    array = drawn(initializer)
    assert 0.999 * bound < np.abs(array).max() <= bound
    assert abs(array.mean()) < 0.01 * bound
    assert array.std() == pytest.approx(bound / math.sqrt(3), rel=0.01)


@pytest.mark.parametrize(("initializer", "std"), NORMAL, ids=str)
def test_normal_draws_have_the_stated_deviation_and_the_bell_of_a_normal(initializer: Any, std: float) -> None:
    array = drawn(initializer)
    assert array.std() == pytest.approx(std, rel=0.01)
    assert abs(array.mean()) < 0.01 * std
    assert np.mean(np.abs(array) < std) == pytest.approx(0.6827, abs=0.005)


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (20, 20), (1, 9), (9, 1), (9,)])
def test_orthogonal_rows_or_columns_are_orthonormal_times_gain(shape: tuple[int, ...]) -> None:
    flat = drawn(Orthogonal(gain=1.7), shape).reshape(shape[0], -1)
    product = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
    np.testing.assert_allclose(product, 1.7**2 * np.eye(len(product)), atol=1e-13)


def test_orthogonal_draws_both_signs_alike() -> None:
    signs = [np.sign(np.linalg.det(drawn(Orthogonal(), (3, 3), seed))) for seed in range(200)]
    assert 70 < signs.count(1.0) < 130


def test_zeros_and_constant_are_exact() -> None:
    assert not drawn(Zeros()).any()
    assert np.array_equal(drawn(Constant(val=-0.7)), np.full((OUT, IN), -0.7))


def test_a_normal_draw_is_centred_on_its_mean() -> None:
    assert drawn(Normal(mean=2.5, std=0.1)).mean() == pytest.approx(2.5, abs=0.002)


def test_swapped_bounds_of_a_uniform_draw_mean_the_same_interval() -> None:
    assert np.array_equal(drawn(Uniform(a=0.4, b=-0.2)), drawn(Uniform(a=-0.2, b=0.4)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_generator_draws_the_same_bytes(kind: type[Any]) -> None:
    assert drawn(kind()).tobytes() == drawn(kind()).tobytes()
    assert drawn(kind()).shape == (OUT, IN)


@pytest.mark.parametrize("nonlinearity", get_args(Nonlinearity))
def test_gains_are_those_of_pytorch(nonlinearity: Nonlinearity) -> None:
    torch = pytest.importorskip("torch")
    param = 0.3 if nonlinearity == "leaky_relu" else None
    expected = torch.nn.init.calculate_gain(nonlinearity, param)
    assert gain(nonlinearity, 0.3) == pytest.approx(expected, rel=1e-15)
