"""Every operation against central differences in float64, at its kinks, and at the ends of the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest

from engine.experiment import ACTIVATIONS
from engine.operations.elementwise import ELU, GELU, SiLU, Softplus
from engine.operations.erf import erf
from engine.operations.losses import (
    AnyLoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    Loss,
    MSELoss,
)
from engine.program import Program, compiled
from engine.tensor import Array, Tensor

LOSSES: tuple[type[Loss], ...] = get_args(get_args(AnyLoss)[0])
OPTIONS: list[Any] = [
    *(kind() for kind in ACTIVATIONS),
    GELU(approximate="tanh"),
    Softplus(beta=3.0, threshold=5.0),
    ELU(alpha=0.4),
]
POINTS = np.array([-30.0, -8.0, -3.1, -1.3, -0.4, -0.02, 0.03, 0.6, 1.7, 2.9, 7.0, 30.0])
EXTREMES = np.array([-1e4, -800.0, 800.0, 1e4])


def activation(operation: Any, z: Array) -> tuple[Array, Array]:
    """f(z) and f′(z), both (n,), in the dtype of z: value and slope as a program computes them."""
    program = Program(z.dtype, z.size)
    x = program.tensor(1)
    with np.errstate(all="ignore"):
        program.apply(operation, x, name=operation.kind)
        program.backward()
        x.data[0] = z
        compiled([*program.forward_calls(), *program.backward_calls()])()
    assert x.gradient is not None
    return program.nodes[0].output.data[0].copy(), x.gradient[0].copy()


class Judged:
    """A loss as a program, on predictions (outputs, batch)."""

    def __init__(self, loss: Any, prediction: Array, target: Array) -> None:
        program = Program(prediction.dtype, prediction.shape[1])
        self.x = program.tensor(prediction.shape[0])
        self.target = Tensor(loss.targets(program, prediction.shape[0]), None)
        with np.errstate(all="ignore"):
            self.node = program.apply(loss, self.x, self.target, name=loss.kind)
            program.backward()
        self.replay = compiled([*program.forward_calls(), *program.backward_calls()])
        self.target.data[...] = target
        self.at(prediction)

    def at(self, prediction: Array) -> float:
        self.x.data[...] = prediction
        with np.errstate(all="ignore"):
            self.replay()
        return float(self.node.data)

    @property
    def gradient(self) -> Array:
        assert self.x.gradient is not None
        return self.x.gradient.copy()


def targets(loss: type[Loss], shape: tuple[int, int], rng: np.random.Generator) -> Array:
    if loss is CrossEntropyLoss:
        return rng.integers(0, shape[0], shape[1])
    return (rng.random(shape) > 0.5) * 1.0 if loss is BCEWithLogitsLoss else rng.normal(size=shape)


def central(f: Callable[[float], float], h: float = 2e-4) -> float:
    """f′(0) by central differences of order four, whose error falls with h⁴."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


@pytest.mark.parametrize("operation", OPTIONS, ids=str)
def test_the_slope_of_an_activation_is_that_of_central_differences(operation: Any) -> None:
    _, slope = activation(operation, POINTS)
    h = 2e-4
    up, down, further_up, further_down = (activation(operation, POINTS + shift)[0] for shift in (h, -h, 2 * h, -2 * h))
    measured = (8 * (up - down) - (further_up - further_down)) / (12 * h)
    scale = np.maximum(np.abs(slope), 1e-5)  # below, the values differ by less than float64 can tell
    assert np.abs((slope - measured) / scale).max() <= 1e-6


@pytest.mark.parametrize("kind", LOSSES)
def test_the_gradient_of_a_loss_is_that_of_central_differences(kind: type[Loss]) -> None:
    rng = np.random.default_rng(3)
    prediction = rng.normal(size=(4, 6)) * 3
    judged = Judged(kind(), prediction, targets(kind, (4, 6), rng))
    backward = judged.gradient
    for place in np.ndindex(prediction.shape):

        def nudged(h: float, place: tuple[int, ...] = place) -> float:
            moved = prediction.copy()
            moved[place] += h
            return judged.at(moved)

        assert backward[place] == pytest.approx(central(nudged), rel=1e-6, abs=1e-10)


@pytest.mark.parametrize(
    ("kind", "at_zero"),
    [
        ("Identity", 1.0),
        ("ReLU", 0.0),
        ("LeakyReLU", 0.01),
        ("ELU", 1.0),
        ("Tanh", 1.0),
        ("Sigmoid", 0.25),
        ("GELU", 0.5),
        ("SiLU", 0.5),
        ("Softplus", 0.5),
    ],
)
def test_at_zero_the_slope_is_the_one_pytorch_has(kind: str, at_zero: float) -> None:
    operation = next(member for member in ACTIVATIONS if member.__name__ == kind)()
    assert activation(operation, np.zeros(1))[1][0] == pytest.approx(at_zero, rel=1e-12)


def test_elu_takes_alpha_as_its_slope_at_zero() -> None:
    assert activation(ELU(alpha=0.4), np.zeros(1))[1][0] == 0.4


def test_softplus_is_the_line_itself_above_its_threshold() -> None:
    value, slope = activation(Softplus(beta=2.0, threshold=3.0), np.array([1.4, 1.5, 1.6]))
    assert (value[2], slope[2]) == (1.6, 1.0)
    np.testing.assert_allclose(value[:2], np.log1p(np.exp([2.8, 3.0])) / 2, rtol=1e-14)


def test_huber_changes_from_square_to_line_at_delta() -> None:
    judged = Judged(HuberLoss(delta=0.5), np.array([[0.5, -0.5, 0.2, 3.0]]), np.zeros((1, 4)))
    np.testing.assert_allclose(judged.gradient[0] * 4, [0.5, -0.5, 0.2, 0.5], rtol=1e-15)
    expected = (0.125 + 0.125 + 0.02 + 0.5 * (3 - 0.25)) / 4
    assert float(judged.node.data) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("operation", OPTIONS, ids=str)
def test_extreme_inputs_give_finite_values_and_slopes(operation: Any, dtype: str) -> None:
    value, slope = activation(operation, EXTREMES.astype(dtype))
    assert value.dtype == slope.dtype == dtype
    assert np.isfinite(value).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", LOSSES)
def test_extreme_logits_give_a_finite_loss_and_gradient(kind: type[Loss], dtype: str) -> None:
    prediction = np.array([[1e4, -1e4, 800, -800, 1e4], [-1e4, 1e4, -800, 800, 1e4]], dtype)
    for label in (0, 1):
        target: Any = np.full(5, label) if kind is CrossEntropyLoss else np.full((2, 5), label, dtype)
        judged = Judged(kind(), prediction, target)
        assert judged.node.data.dtype == dtype
        assert np.isfinite(judged.node.data)
        assert np.isfinite(judged.gradient).all()


def test_a_surely_wrong_logit_costs_its_own_size() -> None:
    wrong = Judged(BCEWithLogitsLoss(), np.array([[1e4, -1e4]]), np.array([[0.0, 1.0]]))
    assert (float(wrong.node.data), wrong.gradient.tolist()) == (1e4, [[0.5, -0.5]])
    softmax = Judged(CrossEntropyLoss(), np.array([[1e4], [-1e4]]), np.array([1]))
    assert (float(softmax.node.data), softmax.gradient.tolist()) == (2e4, [[1.0], [-1.0]])


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_the_loss_of_a_surely_right_logit_keeps_its_digits_in_float32(target: float) -> None:
    logit = np.array([[12.0 if target else -12.0]], np.float32)
    found = Judged(BCEWithLogitsLoss(), logit, np.array([[target]]))
    assert float(found.node.data) == pytest.approx(math.log1p(math.exp(-12)), rel=1e-6)


def test_binary_cross_entropy_follows_its_definition_for_targets_between_0_and_1() -> None:
    z, y = np.array([[-2.0, 0.3, 4.0]]), np.array([[0.2, 0.5, 0.9]])
    p = 1 / (1 + np.exp(-z))
    expected = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    assert float(Judged(BCEWithLogitsLoss(), z, y).node.data) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("dtype", "error"), [("float64", 1e-14), ("float32", 1e-6)])
def test_erf_is_that_of_the_math_module(dtype: str, error: float) -> None:
    x = np.concatenate([np.linspace(-7, 7, 4001), [0.0, -0.0, 1e-300, 40.0, -1e4, 1e4]]).astype(dtype)
    expected = np.array([math.erf(value) for value in x.tolist()])
    with np.errstate(all="ignore"):
        found = erf(x, np.empty_like(x))
    assert np.abs(found - expected).max() < error


def test_mean_squared_error_is_the_mean_over_outputs_and_examples() -> None:
    judged = Judged(MSELoss(), np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2)))
    assert float(judged.node.data) == 7.5
    np.testing.assert_array_equal(judged.gradient, [[0.5, 1.0], [1.5, 2.0]])


def test_silu_keeps_its_relative_accuracy_far_below_zero() -> None:
    value, _ = activation(SiLU(), np.array([-60.0]))
    assert value[0] == pytest.approx(-60 / (1 + math.exp(60)), rel=1e-14)
