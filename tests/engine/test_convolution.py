"""Convolutions and transposed convolutions: gradients by nudging, everything beside PyTorch, what they refuse."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.initializers import Eye, KaimingUniform, Orthogonal, Sparse, XavierUniform, fans
from engine.layer import arguments
from engine.layers.convolution import Conv1d, Conv2d
from engine.layers.convolution_transposed import ConvTranspose1d, ConvTranspose2d
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import Tanh
from engine.operations.join import Add
from engine.operations.shape import Flatten
from engine.problem import BadExperiment
from engine.program import Program
from engine.tensor import Array
from engine.windows import Windows
from tests.engine.beside import beside
from tests.engine.checker import agrees, training

LAYERS: tuple[Any, ...] = (Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d)


def along(axes: int, low: int, high: int) -> st.SearchStrategy[Any]:
    """A setting: one number, or one for each axis."""
    number = st.integers(low, high)
    return number if axes == 1 else st.tuples(*[number] * axes)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, tuple[int, ...]]:
    """A layer with any options, and the shape of an example that it can take."""
    kind = draw(st.sampled_from(LAYERS))
    groups, axes = draw(st.integers(1, 3)), kind.axes
    options: dict[str, Any] = {
        "out_channels": groups * draw(st.integers(1, 3)),
        "kernel_size": draw(along(axes, 1, 4)),
        "stride": draw(along(axes, 1, 3)),
        "padding": draw(along(axes, 0, 3)),
        "dilation": draw(along(axes, 1, 3)),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    if issubclass(kind, ConvTranspose1d | ConvTranspose2d):
        options["output_padding"] = draw(along(axes, 0, 2))
    layer = kind(**options)
    shape = (groups * draw(st.integers(1, 3)), *(draw(st.integers(1, 7)) for _ in range(axes)))
    try:
        layer.output(shape)
    except ValueError:
        assume(False)
    return layer, shape


def module(layer: Any, channels: int) -> Any:
    """PyTorch's layer of the same arguments."""
    torch: Any = pytest.importorskip("torch")
    chosen = {name: value for name, value in arguments(layer).items() if not name.endswith("_init")}
    return getattr(torch.nn, layer.kind)(channels, **chosen)


SAME = Conv2d(out_channels=3, padding=(1, 1)), (2, 5, 4)
WIDE = Conv2d(out_channels=2, kernel_size=(3, 5), padding=(3, 6), dilation=(3, 3)), (2, 2, 4)  # most taps see nothing
SKIPPED = Conv1d(out_channels=2, kernel_size=2, stride=3), (1, 7)  # positions that no tap looks at


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(case=cases())
@example(case=SAME)
@example(case=WIDE)
@example(case=SKIPPED)
def test_output_loss_and_gradients_are_pytorchs(dtype: str, case: tuple[Any, tuple[int, ...]]) -> None:
    layer, shape = case
    made = training([layer], *shape, dtype=dtype)
    made.run_pass()  # once more: nothing may be left from the pass before
    beside(made, {"0": module(layer, shape[0])}, lambda model, x: model["0"](x))


@settings(max_examples=25, derandomize=True, deadline=None, database=None)
@given(case=cases())
@example(case=SAME)
@example(case=WIDE)
@example(case=SKIPPED)
def test_gradients_are_those_of_nudging(case: tuple[Any, tuple[int, ...]]) -> None:
    """Where the layer's input and its parameters have a second reader."""
    layer, shape = case
    layers: list[Any] = [
        Linear(name="x", out_features=shape[0]),
        type(layer)(**{**vars(layer), "name": "once"}),
        Tanh(name="bent"),
        type(layer)(**{**vars(layer), "inputs": ("x",), "shares": "once"}),
        Add(inputs=("bent", "3")),
    ]
    agrees(training(layers, *shape))


@pytest.mark.parametrize("layer", [kind(out_channels=4) for kind in LAYERS], ids=lambda layer: str(layer.kind))
def test_the_shape_said_beforehand_is_the_shape_that_comes_out(layer: Any) -> None:
    made = training([layer], 2, *[6] * layer.axes)
    assert (made.output.shape[0], *made.output.positions) == made.network.output
    assert made.network.multiply_adds == _counted(layer, made.network)


def _counted(layer: Any, network: Network) -> int:
    """Each stop of the smaller side multiplies every weight once."""
    weights = network.parameter_count - layer.out_channels
    stops: tuple[int, ...] = network.output[1:] if isinstance(layer, Conv1d | Conv2d) else network.shape[1:]
    return int(weights * prod(stops))


def test_a_picture_network_trains_and_rests_alike() -> None:
    """A program that only looks computes what the training program does, for another number of examples."""
    layers: list[Any] = [
        Conv2d(out_channels=3, padding=(1, 1)),
        Tanh(),
        Conv2d(out_channels=3, padding=(1, 1), stride=(2, 2)),
        Conv2d(out_channels=3, padding=(1, 1), groups=3),
        Flatten(),
        Linear(out_features=2),
    ]
    made = training(layers, 1, 6, 6, batch=3)
    looking = Program("float64", 5, training=False)
    x = looking.tensor(1, 6, 6, gradient=False)
    output = made.network.forward(looking, made.parameters, x, gradient=False)
    x.data[:, :3] = made.x
    for function, given_ in looking.forward_calls():
        function(*given_)
    np.testing.assert_allclose(output.data[:, :3], made.output.data, rtol=1e-12, atol=1e-14)


def test_what_lies_outside_is_zero_whatever_is_at_the_edge() -> None:
    """Rows and images follow each other in memory; an infinity at the end of one is not seen from the next."""
    made = training([Conv2d(out_channels=1, kernel_size=(1, 3), padding=(0, 1), bias=False)], 1, 2, 3, batch=2)
    made.x[...] = 0
    made.x[0, 0, 0, 2] = made.x[0, 0, 1, 2] = np.inf
    with np.errstate(all="ignore"):
        made.run_pass()
    assert np.isfinite(made.output.data[0, :, :, 0]).all()


@pytest.mark.parametrize("stride", [1, 2])
def test_scatter_is_the_transpose_of_gather(stride: int) -> None:
    windows = Windows(
        (4, 5), ((4 + stride - 1) // stride, (5 + stride - 1) // stride), (3, 3), (stride,) * 2, (1, 1), (1, 1)
    )
    program, rng = Program("float64", 2), np.random.default_rng(0)
    image, seen = rng.normal(size=(3, 2, 4, 5)), np.zeros((3, 3, 3, 2, *windows.stops))
    windows.gather(program, image, seen)
    said = rng.normal(size=seen.shape)
    kept, back = said.copy(), np.zeros_like(image)
    windows.scatter(program, said, back)
    assert np.vdot(seen, kept) == pytest.approx(np.vdot(image, back))


# Refusals


@pytest.mark.parametrize(
    ("layer", "shape", "field", "expected"),
    [
        (Conv2d(), (64,), "", "Unflatten"),
        (Conv1d(), (64,), "", "a sequence"),
        (Conv1d(), (1, 8, 8), "", "a sequence"),
        (Conv2d(), (8, 8), "", "a picture"),
        (ConvTranspose2d(), (64,), "", "Unflatten"),
        (Conv2d(), (1, 2, 8), "kernel_size", "at most the 2 padded positions"),
        (Conv2d(dilation=(4, 1)), (1, 8, 8), "kernel_size", "at most the 8 padded positions"),
        (Conv2d(out_channels=4, groups=2), (3, 8, 8), "groups", "divide the 3 channels that come"),
        (Conv2d(out_channels=3, groups=2), (4, 8, 8), "groups", "divide the 3 out_channels"),
        (ConvTranspose1d(output_padding=1), (1, 8), "output_padding", "less than 1"),
        (ConvTranspose1d(padding=9), (1, 8), "padding", "leaves some of the output"),
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


# Initial values


@pytest.mark.parametrize("kind", LAYERS)
def test_fans_are_those_that_pytorch_computes(kind: Any) -> None:
    torch: Any = pytest.importorskip("torch")
    shape = (6, 4, *(5, 3)[: kind.axes])
    assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


def drawn(layer: Any) -> tuple[Array, Array, tuple[int, int]]:
    """Weight, bias and fans of a layer on 16 channels."""
    network = Network([layer], 16, *[6] * layer.axes)
    parameters = network.allocate("float64")
    network.initialize(parameters, 0)
    weight, bias = parameters.named["0.weight"].value, parameters.named["0.bias"].value
    return weight, bias, fans(weight.shape)


@pytest.mark.parametrize("kind", LAYERS)
def test_weights_and_biases_start_as_pytorchs_layer_draws_them(kind: Any) -> None:
    """U(±1/√fan_in), both."""
    weight, bias, (fan_in, _) = drawn(kind(out_channels=64))
    bound = 1 / np.sqrt(fan_in)
    assert 0.98 * bound < np.abs(weight).max() <= bound
    assert 0.8 * bound < np.abs(bias).max() <= bound


@pytest.mark.parametrize("kind", LAYERS)
def test_initializers_see_the_fans_of_the_kernel(kind: Any) -> None:
    weight, _, (fan_in, fan_out) = drawn(kind(out_channels=64, weight_init=XavierUniform()))
    assert np.abs(weight).max() == pytest.approx(np.sqrt(6 / (fan_in + fan_out)), rel=0.02)
    weight, _, (_, fan_out) = drawn(kind(out_channels=64, weight_init=KaimingUniform(mode="fan_out")))
    assert np.abs(weight).max() == pytest.approx(np.sqrt(6 / fan_out), rel=0.02)


@pytest.mark.parametrize("initializer", [Orthogonal(), Eye(), Sparse(sparsity=0.5)], ids=lambda each: each.kind)
def test_initializers_of_matrices_take_a_kernel_as_a_row_of_numbers(initializer: Any) -> None:
    kernel: Array = initializer.draw(np.random.default_rng(0), (4, 3, 2, 5), fans((4, 3, 2, 5)))
    rows = kernel.reshape(4, 30)
    checks = {
        "orthogonal": lambda: np.testing.assert_allclose(rows @ rows.T, np.eye(4), atol=1e-12),
        "eye": lambda: np.testing.assert_array_equal(rows, np.eye(4, 30)),
        "sparse": lambda: np.testing.assert_array_equal((rows == 0).sum(0), 2),
    }
    checks[initializer.kind]()


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("kind", LAYERS)
def test_parameters_are_views_of_their_block(kind: Any, groups: int) -> None:
    """Weight and bias together are every number of the layer, once, in PyTorch's shapes."""
    network = Network([kind(out_channels=4, groups=groups)], 2, *[6] * kind.axes)
    parameters = network.allocate("float32")
    parameters.values[:] = np.arange(len(parameters.values))
    weight, bias = parameters.named["0.weight"].value, parameters.named["0.bias"].value
    transposed = kind in (ConvTranspose1d, ConvTranspose2d)
    assert weight.shape == ((2, 4 // groups) if transposed else (4, 2 // groups)) + (3,) * kind.axes
    assert sorted([*weight.ravel(), *bias]) == list(range(network.parameter_count))
    weight[...] = 7
    assert (parameters.values == 7).sum() >= weight.size


def test_every_tap_of_every_window_is_counted_once() -> None:
    """Of ones, each output is the number of taps that see something."""
    for kernel, padding in product((1, 2, 3), (0, 1)):
        layer = Conv1d(out_channels=1, kernel_size=kernel, padding=padding, bias=False)
        made = training([layer], 1, 6)
        made.x[...] = 1
        made.parameters.named["0.weight"].value[...] = 1
        made.run_pass()
        expected = np.convolve(np.pad(np.ones(6), padding), np.ones(kernel), "valid")
        np.testing.assert_array_equal(made.output.data[0, 0], expected)
