"""Layers that move or reduce positions: their gradients, PyTorch's expression for each, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import Tanh
from engine.operations.join import Concat
from engine.operations.reductions import Max, Mean, Sum
from engine.operations.shape import Flatten, Select, Slice, Transpose, Unflatten
from engine.problem import BadExperiment
from engine.tensor import Array
from tests.engine.checker import agrees, training

CASES: list[tuple[Any, tuple[int, ...], tuple[int, ...]]] = [
    (Flatten(), (2, 3, 4), (24,)),
    (Flatten(), (3, 4), (12,)),
    (Flatten(), (5,), (5,)),
    (Unflatten(unflattened_size=(2, 3)), (6,), (2, 3)),
    (Unflatten(unflattened_size=(1, 2, 3)), (6,), (1, 2, 3)),
    (Unflatten(unflattened_size=(2, 3)), (6, 4), (2, 3, 4)),
    (Transpose(), (3, 5), (5, 3)),
    (Select(), (3, 5), (3,)),
    (Select(index=0), (3, 5), (3,)),
    (Select(index=-5), (3, 5), (3,)),
    (Slice(stop=2), (3, 5), (2, 5)),
    (Slice(start=-2), (3,), (2,)),
    (Slice(dim=2, start=1, stop=-1), (3, 5), (3, 3)),
    (Slice(dim=3, start=1, stop=100), (2, 3, 4), (2, 3, 3)),
    (Sum(), (3, 5), (3,)),
    (Mean(), (2, 3, 4), (2,)),
    (Max(), (3, 5), (3,)),
    (Max(), (2, 3, 4), (2,)),
]


def id_of(value: object) -> str:
    return str(value)


@pytest.mark.parametrize(("layer", "shape", "output"), CASES, ids=id_of)
def test_the_shape_said_beforehand_is_the_shape_that_comes_out(
    layer: Any, shape: tuple[int, ...], output: tuple[int, ...]
) -> None:
    made = training([layer], *shape)
    assert made.network.output == output
    assert (made.output.shape[0], *made.output.positions) == output


@pytest.mark.parametrize(("layer", "shape", "output"), CASES, ids=id_of)
def test_gradients_are_those_of_nudging(layer: Any, shape: tuple[int, ...], output: tuple[int, ...]) -> None:
    """With a second reader of the same values, so that the gradient is both written and added."""
    layers: list[Any] = [
        Linear(name="x", out_features=shape[0]),
        layer,
        Tanh(name="once"),
        type(layer)(**{**vars(layer), "inputs": ("x",)}),
        Concat(inputs=("once", "3")),
        Linear(out_features=2),
    ]
    agrees(training(layers, *shape))


def torch_expression(layer: Any) -> Callable[[Any], Any]:
    """What the layer's docstring says it is in PyTorch, of (batch, features, *positions)."""
    torch = pytest.importorskip("torch")
    if isinstance(layer, Slice):
        return lambda x: x[(slice(None),) * layer.dim + (slice(layer.start, layer.stop),)]
    expressions: dict[type, Callable[[Any], Any]] = {
        Flatten: lambda x: torch.nn.Flatten()(x),
        Unflatten: lambda x: torch.nn.Unflatten(1, layer.unflattened_size)(x),
        Transpose: lambda x: x.transpose(1, 2),
        Select: lambda x: x.select(2, layer.index),
        Sum: lambda x: x.sum(tuple(range(2, x.ndim))),
        Mean: lambda x: x.mean(tuple(range(2, x.ndim))),
        Max: lambda x: x.amax(tuple(range(2, x.ndim))),
    }
    return expressions[type(layer)]


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(
    case=st.sampled_from(CASES),
    dtype=st.sampled_from(["float32", "float64"]),
    batch=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_values_and_gradients_are_those_of_pytorchs_expression(case: Any, dtype: str, batch: int, seed: int) -> None:
    torch = pytest.importorskip("torch")
    layer, shape, _ = case
    drawn = np.random.default_rng(seed).integers(-2, 3, (shape[0], batch, *shape[1:]))  # ties among them
    made = training([layer], *shape, batch=batch, dtype=dtype, seed=seed, x=drawn.astype(dtype))
    x = torch.from_numpy(np.swapaxes(made.x, 0, 1).copy()).requires_grad_()
    loss = torch.nn.MSELoss()(y := torch_expression(layer)(x), torch.from_numpy(np.swapaxes(made.targets, 0, 1).copy()))
    loss.backward()
    tolerance = 1e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(made.output.data.swapaxes(0, 1), y.detach().numpy(), rtol=tolerance, atol=tolerance)
    assert made.input.gradient is not None
    np.testing.assert_allclose(made.input.gradient.swapaxes(0, 1), x.grad.numpy(), rtol=tolerance, atol=tolerance)


def gradient_of(layer: Any, x: Array) -> Array:
    """∂ Σ y / ∂x of one example (features, positions), up to the loss's factor."""
    made = training([layer], x.shape[0], *x.shape[1:], batch=1, x=x[:, None])
    made.targets[...] = made.output.data - 0.5 * made.targets.size  # then ∂L/∂y = 1
    made.run_pass()
    assert made.input.gradient is not None
    return np.asarray(made.input.gradient[:, 0])


def test_positions_that_tie_for_the_maximum_share_its_gradient_equally() -> None:
    share = gradient_of(Max(), np.array([[1.0, 3.0, 3.0, 2.0], [5.0, 0.0, 0.0, 0.0], [7.0, 7.0, 7.0, 7.0]]))
    assert share.tolist() == [[0, 0.5, 0.5, 0], [1, 0, 0, 0], [0.25] * 4]


def test_a_nan_is_the_maximum_and_its_gradient_is_nan() -> None:
    assert np.isnan(gradient_of(Max(), np.array([[1.0, np.nan]]))).all()


def test_what_a_slice_leaves_out_has_no_gradient() -> None:
    assert gradient_of(Slice(dim=2, start=1, stop=2), np.ones((1, 3))).tolist() == [[0, 1, 0]]
    assert gradient_of(Select(), np.ones((1, 3))).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize(
    ("layer", "shape", "field", "said"),
    [
        (Unflatten(unflattened_size=(2, 8)), (64,), ".unflattened_size", "64 features that come, got 2 × 8"),
        (Transpose(), (64,), "", r"a sequence, of shape \(features, time\), got \(64,\)"),
        (Transpose(), (1, 8, 8), "", "a sequence"),
        (Select(), (64,), "", "a sequence"),
        (Select(index=5), (3, 5), ".index", "one of the 5 positions, -5 to 4, got 5"),
        (Select(index=-6), (3, 5), ".index", "one of the 5 positions, -5 to 4, got -6"),
        (Slice(dim=2), (64,), ".dim", r"1 to 1, the dimensions of \(64,\), got 2"),
        (Slice(start=3, stop=3), (64,), ".stop", "something of the 64 in it, got 3 to 3"),
        (Slice(start=64), (64,), ".stop", "something of the 64 in it, got 64 to the end"),
        (Mean(), (64,), "", "positions to reduce"),
    ],
)
def test_what_does_not_fit_is_refused_with_both_sides_named(
    layer: Any, shape: tuple[int, ...], field: str, said: str
) -> None:
    with pytest.raises(BadExperiment, match=said) as refused:
        Network([layer], *shape)
    assert refused.value.problems[0].where == f"network.layers.0{field}"


@pytest.mark.parametrize("size", [(8,), (1, 2, 3, 4)])
def test_a_tuple_of_another_length_is_refused(size: Any) -> None:
    with pytest.raises(BadExperiment, match=f"unflattened_size: expected 2 to 3 numbers, got {len(size)}"):
        Unflatten(unflattened_size=size)
