"""Pools: gradients by nudging, everything beside PyTorch, whose number takes the gradient, what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.every_second import every_second
from engine.layer import arguments
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ReLU, Tanh
from engine.operations.join import Add
from engine.operations.pooling_average import AdaptiveAvgPool1d, AdaptiveAvgPool2d, AvgPool1d, AvgPool2d
from engine.operations.pooling_max import MaxPool1d, MaxPool2d
from engine.problem import BadExperiment
from engine.program import Program
from tests.engine.beside import beside
from tests.engine.checker import agrees, training
from tests.engine.drawn_layers import blind
from tests.engine.test_convolution import along

LAYERS: tuple[Any, ...] = (MaxPool1d, MaxPool2d, AvgPool1d, AvgPool2d, AdaptiveAvgPool1d, AdaptiveAvgPool2d)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, tuple[int, ...]]:
    """A pool with any options, and the shape of an example that it can take."""
    kind = draw(st.sampled_from(LAYERS))
    axes = kind.axes
    if kind in (AdaptiveAvgPool1d, AdaptiveAvgPool2d):
        options: dict[str, Any] = {"output_size": draw(along(axes, 1, 5))}
    else:
        options = {
            "kernel_size": draw(along(axes, 1, 4)),
            "stride": draw(st.none() | along(axes, 1, 4)),
            "padding": draw(along(axes, 0, 2)),
            "ceil_mode": draw(st.booleans()),
        }
        if kind in (MaxPool1d, MaxPool2d):
            options["dilation"] = draw(along(axes, 1, 3))
        else:
            options["count_include_pad"] = draw(st.booleans())
    shape = (draw(st.integers(1, 3)), *(draw(st.integers(1, 9)) for _ in range(axes)))
    layer = kind(**options)
    try:
        layer.output(shape)
    except ValueError:
        assume(False)
    assume(not blind(layer, shape))
    return layer, shape


def module(layer: Any) -> Any:
    torch: Any = pytest.importorskip("torch")
    return getattr(torch.nn, layer.kind)(**arguments(layer))


HALF = MaxPool2d(), (2, 4, 6)
OVERLAPPING = MaxPool2d(kernel_size=(3, 3), stride=(2, 2), padding=(1, 1)), (2, 5, 7)
UNSEEN = MaxPool2d(kernel_size=(2, 1), stride=(3, 2)), (1, 7, 5)  # numbers that no window covers
UNEVEN = AdaptiveAvgPool2d(output_size=(3, 2)), (2, 7, 4)
GLOBAL = AdaptiveAvgPool2d(), (3, 4, 5)
EDGE = AvgPool2d(kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), ceil_mode=True, count_include_pad=False), (1, 6, 6)
ONE_WINDOW = AvgPool1d(kernel_size=4, padding=1), (2, 2)  # over all there is, and zeros
EXAMPLES = (HALF, OVERLAPPING, UNSEEN, UNEVEN, GLOBAL, EDGE, ONE_WINDOW)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(case=cases())
def test_output_loss_and_gradients_are_pytorchs(dtype: str, case: tuple[Any, tuple[int, ...]]) -> None:
    layer, shape = case
    made = training([layer], *shape, dtype=dtype)
    made.run_pass()  # once more: nothing may be left from the pass before
    beside(made, {"0": module(layer)}, lambda model, x: model["0"](x))


@pytest.mark.parametrize(("layer", "shape"), EXAMPLES, ids=str)
def test_these_too(layer: Any, shape: tuple[int, ...]) -> None:
    beside(training([layer], *shape), {"0": module(layer)}, lambda model, x: model["0"](x))


@settings(max_examples=25, derandomize=True, deadline=None, database=None)
@given(case=cases())
@example(case=HALF)
@example(case=OVERLAPPING)
def test_gradients_are_those_of_nudging(case: tuple[Any, tuple[int, ...]]) -> None:
    """Where what is pooled has a second reader."""
    layer, shape = case
    layers: list[Any] = [
        Linear(name="x", out_features=shape[0]),
        layer,
        Tanh(name="bent"),
        type(layer)(**{**vars(layer), "inputs": ("x",)}),
        Add(inputs=("bent", "3")),
    ]
    agrees(training(layers, *shape))


@pytest.mark.parametrize("layer", [HALF[0], OVERLAPPING[0], MaxPool2d(kernel_size=(3, 3), dilation=(2, 2))], ids=str)
def test_of_equal_numbers_the_first_takes_the_gradient_as_in_pytorch(layer: Any) -> None:
    """Small whole numbers: most windows have several largest ones."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        made = training([layer], 2, 8, 8, x=rng.integers(0, 3, (2, 3, 8, 8)).astype(np.float64))
        beside(made, {"0": module(layer)}, lambda model, x: model["0"](x))


def test_after_relu_a_window_of_zeros_sends_its_gradient_to_its_first_number() -> None:
    made = training([ReLU(), MaxPool2d()], 1, 2, 2, batch=1, x=-np.ones((1, 1, 2, 2)))
    gradient = made.nodes[0].output.gradient
    assert gradient is not None
    assert gradient.ravel().tolist() == [made.nodes[1].output.gradient.item(), 0, 0, 0]  # type: ignore[union-attr]


def test_a_nan_is_the_largest_of_its_window_and_of_no_other() -> None:
    made = training([MaxPool2d()], 1, 4, 4, batch=1)
    made.x[0, 0, 1, 1] = np.nan
    with np.errstate(all="ignore"):
        made.run_pass()
    assert np.isnan(made.output.data).sum() == 1
    assert np.isnan(made.output.data[0, 0, 0, 0])


def test_an_infinity_stays_in_its_window() -> None:
    for layer in (AvgPool2d(), AdaptiveAvgPool2d(output_size=(2, 2)), MaxPool2d()):
        made = training([layer], 1, 4, 4, batch=1)
        made.x[0, 0, 3, 0] = np.inf
        with np.errstate(all="ignore"):
            made.run_pass()
        assert np.isfinite(made.output.data).sum() == 3


def test_the_largest_of_no_number_is_minus_infinity() -> None:
    made = training([MaxPool1d(kernel_size=2, dilation=3, padding=1)], 1, 2)
    assert np.isneginf(made.output.data).all()
    assert made.input.gradient is not None
    assert not made.input.gradient.any()


@pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
def test_every_second_number_of_a_run_is_taken_bit_by_bit(dtype: str) -> None:
    numbers = [0.0, -0.0, 1.5, np.nan, -np.inf, 7.0, 1e-45, -2.0]
    run, out = np.array(numbers).astype(dtype).reshape(2, 4), np.zeros((2, 2), dtype)
    every_second(Program("float32", 1), run, out)
    assert out.tobytes() == run[:, ::2].tobytes()


@pytest.mark.parametrize(
    ("layer", "shape", "field", "expected"),
    [
        (MaxPool2d(), (64,), "", "Unflatten"),
        (AvgPool1d(), (64,), "", "a sequence"),
        (AdaptiveAvgPool2d(), (8, 8), "", "a picture"),
        (MaxPool2d(kernel_size=(9, 2)), (1, 8, 8), "kernel_size", "at most the 8 padded positions"),
        (MaxPool1d(kernel_size=3, dilation=4), (1, 8), "kernel_size", "at most the 8 padded positions"),
        (MaxPool2d(padding=(2, 0)), (1, 8, 8), "padding", "at most 1, half the kernel"),
        (AvgPool1d(kernel_size=3, padding=2), (1, 8), "padding", "at most 1, half the kernel"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_with_its_place(
    layer: Any, shape: tuple[int, ...], field: str, expected: str
) -> None:
    with pytest.raises(BadExperiment) as refused:
        Network([layer], *shape)
    (problem,) = refused.value.problems
    assert problem.where == "network.layers.0" + (f".{field}" if field else "")
    assert expected in problem.expected
