"""What initializers draw: PyTorch's formulas for bound, standard deviation and gain."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest

from engine.data.choices import Table
from engine.experiment import Experiment, Layers
from engine.initializers import (
    LSUV,
    AnyInitializer,
    Constant,
    Default,
    Dirac,
    Eye,
    KaimingNormal,
    KaimingUniform,
    Nonlinearity,
    Normal,
    Ones,
    Orthogonal,
    Sparse,
    TruncNormal,
    Uniform,
    XavierNormal,
    XavierUniform,
    Zeros,
    gain,
)
from engine.layers.batch_norm import BatchNorm1d
from engine.layers.convolution import Conv2d
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.dropout import Dropout
from engine.operations.elementwise import ReLU, Tanh
from engine.operations.losses import CrossEntropyLoss
from engine.problem import BadExperiment
from engine.run import Run
from engine.tensor import Array
from tests.engine.checker import training

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


def test_zeros_ones_and_constant_are_exact() -> None:
    assert not drawn(Zeros()).any()
    assert np.array_equal(drawn(Ones()), np.ones((OUT, IN)))
    assert np.array_equal(drawn(Constant(val=-0.7)), np.full((OUT, IN), -0.7))


TRUNCATED = [
    TruncNormal(),
    TruncNormal(mean=0.3, std=0.02, a=0.25, b=0.4),
    TruncNormal(a=-1e6, b=1e6),
    TruncNormal(a=0.0, b=1e6),
    TruncNormal(mean=1.0, std=2.0, a=5.0, b=20.0),
    TruncNormal(a=6.0, b=7.0),
    TruncNormal(a=-7.0, b=-6.0),
    TruncNormal(a=20.0, b=30.0),
]


@pytest.mark.parametrize("initializer", TRUNCATED, ids=str)
def test_a_truncated_normal_has_the_moments_of_its_density_and_stays_inside(initializer: TruncNormal) -> None:
    array, (mean, std) = drawn(initializer), moments(initializer)
    assert initializer.a <= array.min() <= array.max() <= initializer.b
    assert abs(array.mean() - mean) < 4 * std / math.sqrt(array.size)
    assert array.std() == pytest.approx(std, rel=0.02)


def moments(normal: TruncNormal) -> tuple[float, float]:
    """Mean and deviation by summing the density over a fine grid, where it is not negligible."""
    mode = min(max(normal.mean, normal.a), normal.b)
    low, high = max(normal.a, mode - 10 * normal.std), min(normal.b, mode + 10 * normal.std)
    x = low + (np.arange(400_000) + 0.5) / 400_000 * (high - low)
    density = np.exp(-(((x - normal.mean) / normal.std) ** 2) / 2 + ((mode - normal.mean) / normal.std) ** 2 / 2)
    mean = float(density @ x / density.sum())
    return mean, math.sqrt(float(density @ (x - mean) ** 2 / density.sum()))


def test_swapped_bounds_of_a_truncated_normal_mean_the_same_interval() -> None:
    assert np.array_equal(drawn(TruncNormal(a=0.4, b=-0.2)), drawn(TruncNormal(a=-0.2, b=0.4)))


@pytest.mark.parametrize(
    ("initializer", "bound"),
    [
        (TruncNormal(a=50.0, b=60.0), 50.0),
        (TruncNormal(a=-60.0, b=-50.0), -50.0),
        (TruncNormal(mean=-1e6, std=1e-6, a=1e6, b=1e6), 1e6),
        (TruncNormal(std=1e-300, a=1.0, b=2.0), 1.0),
    ],
)
def test_an_interval_without_probability_gives_its_bound_nearest_to_the_mean(
    initializer: TruncNormal, bound: float
) -> None:
    assert np.array_equal(drawn(initializer, (3, 4)), np.full((3, 4), bound))


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (6,)])
def test_eye_passes_on_as_many_inputs_as_possible(shape: tuple[int, ...]) -> None:
    array = drawn(Eye(), shape)
    assert array.shape == shape
    assert np.array_equal(array.reshape(shape[0], -1), np.eye(shape[0], math.prod(shape[1:])))


@pytest.mark.parametrize(("sparsity", "zeros"), [(0.0, 0), (0.1, 40), (0.101, 41), (0.9, 360), (1.0, 400)])
def test_sparse_has_exactly_its_share_of_zeros_in_every_column(sparsity: float, zeros: int) -> None:
    array = drawn(Sparse(sparsity=sparsity, std=0.3))
    assert ((array == 0).sum(axis=0) == zeros).all()
    kept = array[array != 0]
    assert kept.size == (OUT - zeros) * IN
    if kept.size:
        assert kept.std() == pytest.approx(0.3, rel=0.02)


def test_sparse_zeros_fall_on_every_row_alike() -> None:
    rows = (drawn(Sparse(sparsity=0.5)) == 0).sum(axis=1)
    assert abs(rows.mean() - IN / 2) < 1e-12
    assert rows.std() == pytest.approx(math.sqrt(IN) / 2, rel=0.15)


def test_sparse_in_a_vector_counts_its_zeros_as_in_one_column() -> None:
    assert (drawn(Sparse(sparsity=0.25), (10,)) == 0).sum() == 3


def test_a_normal_draw_is_centred_on_its_mean() -> None:
    assert drawn(Normal(mean=2.5, std=0.1)).mean() == pytest.approx(2.5, abs=0.002)


def test_swapped_bounds_of_a_uniform_draw_mean_the_same_interval() -> None:
    assert np.array_equal(drawn(Uniform(a=0.4, b=-0.2)), drawn(Uniform(a=-0.2, b=0.4)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_generator_draws_the_same_bytes(kind: type[Any]) -> None:
    assert drawn(kind()).tobytes() == drawn(kind()).tobytes()
    assert drawn(kind()).shape == (OUT, IN)


@pytest.mark.parametrize("shape", [(6, 4, 3), (4, 6, 3, 3), (6, 3, 2, 5), (8, 2, 4, 1, 3)])
@pytest.mark.parametrize("groups", [1, 2])
def test_dirac_is_pytorchs(shape: tuple[int, ...], groups: int) -> None:
    torch = pytest.importorskip("torch")
    expected = torch.nn.init.dirac_(torch.empty(shape), groups).numpy()
    assert np.array_equal(drawn(Dirac(groups=groups), shape), expected)


def test_a_dirac_convolution_passes_on_its_channels() -> None:
    layers = (Conv2d(out_channels=3, padding=(1, 1), weight_init=Dirac(), bias_init=Zeros()),)
    made = training(layers, 3, 5, 4)
    Network(layers, 3, 5, 4).initialize(made.parameters, seed=0)
    made.run_pass()
    assert np.array_equal(made.output.data, made.x)


@pytest.mark.parametrize(
    ("layer", "where", "expected"),
    [
        (Linear(out_features=1, weight_init=Dirac()), "weight_init", "the weight of a convolution"),
        (Linear(out_features=1, bias_init=Dirac()), "bias_init", "the weight of a convolution"),
        (Linear(out_features=1, bias_init=LSUV()), "bias_init", "a weight"),
    ],
)
def test_a_parameter_that_cannot_start_so_is_refused_in_its_place(layer: Any, where: str, expected: str) -> None:
    with pytest.raises(BadExperiment, match=expected) as caught:
        Run(Experiment(network=Layers((Linear(out_features=3), layer))))
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == (f"network.layers.1.{where}", "start_shape")


def variances(run: Run) -> list[float]:
    """Of the outputs of every layer with parameters, on the batch of the first step."""
    run.advance(1)
    return [float(node.output.data.var()) for node in run.training.nodes if node.parameters]


DEEP: tuple[Any, ...] = tuple(
    layer for _ in range(12) for layer in (Linear(out_features=40, weight_init=LSUV(), bias_init=Zeros()), ReLU())
)


def test_layer_sequential_unit_variance_keeps_the_variance_of_every_layer_within_its_tolerance() -> None:
    """Mishkin and Matas 2016: within 0.1 of 1 in every layer, where the orthonormal draw alone loses half in each."""
    network = Layers((*DEEP, Linear(out_features=10, weight_init=LSUV())))
    run = Run(Experiment(data=Table("digits"), network=network, loss=CrossEntropyLoss(), batch=256))
    assert all(abs(variance - 1) < 0.1 for variance in variances(run))
    plain = tuple(
        replace(layer, weight_init=Orthogonal()) if isinstance(layer, Linear) else layer for layer in network.layers
    )
    run = Run(replace(run.experiment, network=Layers(plain)))
    assert variances(run)[-2] < 1e-3


def test_unit_variance_scales_orthonormal_weights_and_nothing_else() -> None:
    network = Layers((*DEEP, Linear(out_features=10, weight_init=LSUV())))
    run = Run(Experiment(data=Table("digits"), network=network, loss=CrossEntropyLoss(), batch=64))
    for name, parameter in run.parameters.named.items():
        if name.endswith("weight"):
            product = parameter.value @ parameter.value.T
            scale = product[0, 0]
            np.testing.assert_allclose(product, scale * np.eye(len(product)), atol=1e-5 * scale)
        elif name != "24.bias":
            assert not parameter.value.any()


def test_a_run_that_starts_by_its_data_starts_again_the_same() -> None:
    layers = (Linear(out_features=8, weight_init=LSUV()), BatchNorm1d(), Dropout(p=0.3), Tanh())
    asked = Experiment(network=Layers((*layers, Linear(out_features=1, weight_init=LSUV()))))
    run = Run(asked)
    drawn, kept = run.parameters.values.tobytes(), run.training.parameters.state()
    assert not kept["1.running_mean"].any()
    run.advance(40)
    after = run.parameters.values.tobytes()
    run.seek(0)
    assert run.parameters.values.tobytes() == drawn == Run(asked).parameters.values.tobytes()
    assert not kept["1.running_mean"].any()
    run.seek(40)
    assert run.parameters.values.tobytes() == after


def test_unit_variance_of_a_layer_that_makes_nothing_ends() -> None:
    layers = (
        Linear(out_features=4, weight_init=Zeros(), bias_init=Zeros()),
        Linear(out_features=1, weight_init=LSUV()),
    )
    assert np.isfinite(Run(Experiment(network=Layers(layers))).parameters.values).all()


@pytest.mark.parametrize("nonlinearity", get_args(Nonlinearity))
def test_gains_are_those_of_pytorch(nonlinearity: Nonlinearity) -> None:
    torch = pytest.importorskip("torch")
    param = 0.3 if nonlinearity == "leaky_relu" else None
    expected = torch.nn.init.calculate_gain(nonlinearity, param)
    assert gain(nonlinearity, 0.3) == pytest.approx(expected, rel=1e-15)
    assert gain(nonlinearity) == pytest.approx(torch.nn.init.calculate_gain(nonlinearity), rel=1e-15)
