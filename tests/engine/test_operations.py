"""Every operation against central differences in float64, at its kinks, and at the ends of the numbers."""

from __future__ import annotations

import ast
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from engine.experiment import ACTIVATIONS
from engine.layer import arguments
from engine.operations.elementwise import ELU, GELU, LeakyReLU, ReLU, SiLU, Softplus
from engine.operations.elementwise_clipped import Hardsigmoid, Hardswish, Hardtanh, ReLU6
from engine.operations.elementwise_saturating import CELU, SELU, LogSigmoid, Softsign
from engine.operations.elementwise_shrink import Hardshrink, Softshrink, Tanhshrink
from engine.operations.erf import erf
from engine.operations.losses import (
    AnyLoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    Loss,
    MSELoss,
)
from engine.problem import BadExperiment
from engine.program import Program, compiled
from engine.tensor import Array, Tensor

LOSSES: tuple[type[Loss], ...] = get_args(get_args(AnyLoss)[0])
OPTIONS: list[Any] = [
    *(kind() for kind in ACTIVATIONS),
    GELU(approximate="tanh"),
    Softplus(beta=3.0, threshold=5.0),
    ELU(alpha=0.4),
    CELU(alpha=0.3),
    CELU(alpha=2.5),
    Hardtanh(min_val=-0.5, max_val=2.0),
    Hardtanh(min_val=1.0, max_val=2.0),
    Softshrink(lambd=1.0),
    Softshrink(lambd=0.0),
    Hardshrink(lambd=1.0),
    Hardshrink(lambd=0.0),
]
# Every kink, or the middle where there is none: value and slope as PyTorch documents or computes them.
SCALE, ALPHA = 1.0507009873554804934, 1.6732632423543772848
TIES: list[tuple[Any, float, float, float]] = [
    (ReLU(), 0, 0, 0),
    (LeakyReLU(negative_slope=0.2), 0, 0, 0.2),
    (ELU(alpha=0.4), 0, 0, 0.4),
    (ReLU6(), 0, 0, 0),
    (ReLU6(), 6, 6, 0),
    (Hardtanh(), -1, -1, 0),
    (Hardtanh(), 1, 1, 0),
    (Hardtanh(min_val=-0.5, max_val=2.0), -0.5, -0.5, 0),
    (Hardtanh(min_val=-0.5, max_val=2.0), 2, 2, 0),
    (Hardsigmoid(), -3, 0, 0),
    (Hardsigmoid(), 3, 1, 0),
    (Hardswish(), -3, 0, 0),
    (Hardswish(), 0, 0, 0.5),
    (Hardswish(), 3, 3, 1),
    (SELU(), 0, 0, SCALE * ALPHA),
    (CELU(alpha=0.25), 0, 0, 1),
    (Softsign(), 0, 0, 1),
    (LogSigmoid(), 0, -math.log(2), 0.5),
    (Tanhshrink(), 0, 0, 0),
    (Softshrink(), -0.5, 0, 0),
    (Softshrink(), 0.5, 0, 0),
    (Softshrink(lambd=0.0), 0, 0, 0),
    (Hardshrink(), -0.5, 0, 0),
    (Hardshrink(), 0.5, 0, 0),
    (Hardshrink(lambd=0.0), 0, 0, 0),
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
    if loss.labels:
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


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("operation", "z", "value", "slope"), TIES, ids=str)
def test_a_kink_has_the_value_and_the_slope_that_are_documented(
    operation: Any, z: float, value: float, slope: float, dtype: str
) -> None:
    found = activation(operation, np.array([z], dtype))
    tolerance = 4 * float(np.finfo(dtype).eps)
    assert found[0][0] == pytest.approx(value, rel=tolerance, abs=0)
    assert found[1][0] == pytest.approx(slope, rel=tolerance, abs=0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("operation", "z"), [tie[:2] for tie in TIES], ids=str)
def test_a_kink_and_the_numbers_next_to_it_have_pytorchs_value_and_slope(operation: Any, z: float, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    # 35 of each: PyTorch's vectorized loop and the one for the rest are two pieces of code
    at = np.array(z, dtype)
    points = np.repeat(np.array([np.nextafter(at, at - 1), at, np.nextafter(at, at + 1)], dtype), 35)
    options = arguments(operation)
    x = torch.from_numpy(points.copy()).requires_grad_()
    y = getattr(torch.nn, operation.kind)(**options)(x)
    y.sum().backward()
    value, slope = activation(operation, points)
    eps = float(np.finfo(dtype).eps)
    np.testing.assert_allclose(value, y.detach().numpy(), rtol=4 * eps, atol=4 * eps)
    if isinstance(operation, Hardsigmoid):
        eps = float(np.finfo("float32").eps)  # PyTorch's slope is float32's 1/6, in float64 too
    np.testing.assert_allclose(slope, x.grad.numpy(), rtol=4 * eps, atol=4 * eps)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("operation", OPTIONS, ids=str)
def test_an_activation_has_pytorchs_value_and_slope_wherever_a_kink_may_be(operation: Any, dtype: str) -> None:
    """At every half from −8 to 8, and at the numbers next to each."""
    torch = pytest.importorskip("torch")
    halves = np.arange(-8, 8.5, 0.5, dtype=dtype)
    points = np.concatenate([np.nextafter(halves, -np.inf), halves, np.nextafter(halves, np.inf)], dtype=dtype)
    x = torch.from_numpy(points.copy()).requires_grad_()
    y = getattr(torch.nn, operation.kind)(**arguments(operation))(x)
    y.sum().backward()
    value, slope = activation(operation, points)
    rounded = isinstance(operation, Hardsigmoid | CELU)  # of these, PyTorch keeps a constant in float32
    tolerance = 2e-6 if dtype == "float32" or rounded else 1e-12
    np.testing.assert_allclose(value, y.detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(slope, x.grad.numpy(), rtol=tolerance, atol=tolerance)


def test_an_experiment_knows_every_activation_that_is_written() -> None:
    """In a process that imports nothing else: here, the tests themselves have imported them."""
    folder = Path(__file__).parents[2] / "engine" / "operations"
    written = {
        node.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Elementwise" for b in node.bases)
    }
    code = "from engine.experiment import ACTIVATIONS; print(*(kind.__name__ for kind in ACTIVATIONS))"
    known = subprocess.run([sys.executable, "-c", code], cwd=folder.parents[1], capture_output=True, check=True).stdout
    assert set(known.decode().split()) == written


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, -2.0)])
def test_hardtanh_refuses_bounds_that_leave_nothing_between_them(low: float, high: float) -> None:
    with pytest.raises(BadExperiment, match=f"max_val: expected above min_val, which is {low:g}, got {high:g}"):
        Hardtanh(min_val=low, max_val=high)


def test_hardswish_is_the_line_itself_from_three_on() -> None:
    z = np.array([3.0, 3.3, 7.1, 1e4])
    value, slope = activation(Hardswish(), z)
    assert np.array_equal(value, z)
    assert np.array_equal(slope, np.ones(4))


def test_logsigmoid_keeps_its_relative_accuracy_at_both_ends() -> None:
    value, slope = activation(LogSigmoid(), np.array([-800.0, 40.0]))
    assert value.tolist() == [-800.0, pytest.approx(-math.exp(-40), rel=1e-14)]
    assert slope.tolist() == [1.0, pytest.approx(math.exp(-40), rel=1e-14)]


def test_selu_keeps_mean_0_and_variance_1_of_a_normal() -> None:
    """The fixed point it was made for, by Gauss and Hermite's quadrature on each side of the kink."""
    x, weight = np.polynomial.legendre.leggauss(200)
    z = np.concatenate([6 * x - 6, 6 * x + 6])
    density = np.concatenate([weight, weight]) * 6 * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    value, _ = activation(SELU(), z)
    assert density @ value == pytest.approx(0, abs=1e-12)
    assert density @ value**2 == pytest.approx(1, rel=1e-12)


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
        target: Any = np.full(5, label) if kind.labels else np.full((2, 5), label, dtype)
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


@pytest.mark.parametrize(("dtype", "error"), [("float64", 1e-14), ("float32", 2e-7)])
def test_erf_is_that_of_the_math_module(dtype: str, error: float) -> None:
    x = np.concatenate([np.linspace(-7, 7, 4001), [0.0, -0.0, 1e-300, 40.0, -1e4, 1e4]]).astype(dtype)
    expected = np.array([math.erf(value) for value in x.tolist()])
    program, found = Program(dtype, 1), np.empty_like(x)
    with np.errstate(all="ignore"):
        erf(program, x, found)
    assert np.abs(found - expected).max() < error


def test_mean_squared_error_is_the_mean_over_outputs_and_examples() -> None:
    judged = Judged(MSELoss(), np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2)))
    assert float(judged.node.data) == 7.5
    np.testing.assert_array_equal(judged.gradient, [[0.5, 1.0], [1.5, 2.0]])


def test_silu_keeps_its_relative_accuracy_far_below_zero() -> None:
    value, _ = activation(SiLU(), np.array([-60.0]))
    assert value[0] == pytest.approx(-60 / (1 + math.exp(60)), rel=1e-14)


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelus_slope_at_many_positions_is_there_for_who_asks(approximate: Any) -> None:
    z = np.linspace(-4, 4, 24).reshape(2, 3, 4)
    program = Program(np.float64, 3)
    x = program.tensor(2, 4)
    layer = GELU(approximate=approximate)
    program.apply(layer, x, name="GELU")
    program.backward()
    x.data[...] = z
    compiled([*program.forward_calls(), *program.backward_calls()])()
    _, slope = activation(layer, z.ravel())
    np.testing.assert_allclose(layer.slopes(program.nodes[0]).ravel(), slope, rtol=1e-14)
