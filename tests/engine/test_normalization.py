"""Norms: gradients of nudging, PyTorch's numbers for every option, running statistics, and the terms they keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation import Evaluation
from engine.experiment import Experiment, Layers
from engine.feasible import planned
from engine.layer import arguments
from engine.layers.batch_norm import BatchNorm1d, BatchNorm2d
from engine.layers.group_norm import GroupNorm
from engine.layers.layer_norm import LayerNorm, RMSNorm
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import Tanh
from engine.operations.join import Concat
from engine.operations.losses import MSELoss
from engine.problem import BadExperiment
from engine.run import Run
from engine.tensor import Array
from engine.trainer import Training
from tests.engine.checker import agrees, training

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
SHAPES: dict[type, list[tuple[int, ...]]] = {
    BatchNorm1d: [(4,), (4, 3), (1, 5)],
    BatchNorm2d: [(4, 3, 2), (1, 1, 1)],
    LayerNorm: [(4,), (6, 3), (4, 3, 2), (1,)],
    RMSNorm: [(4,), (6, 3), (4, 3, 2), (1,)],
    GroupNorm: [(4,), (4, 3), (4, 3, 2)],
}
PLAIN: list[tuple[Any, tuple[int, ...]]] = [(kind(), shape) for kind, shapes in SHAPES.items() for shape in shapes]
OPTIONS: list[tuple[Any, tuple[int, ...]]] = [
    *PLAIN,
    (BatchNorm1d(affine=False), (4, 3)),
    (BatchNorm1d(momentum=None, eps=0.1), (4,)),
    (BatchNorm2d(track_running_stats=False), (4, 3, 2)),
    (LayerNorm(bias=False), (4, 3)),
    (LayerNorm(elementwise_affine=False), (4,)),
    (RMSNorm(elementwise_affine=False, eps=0.1), (4, 3)),
    (GroupNorm(num_groups=2), (4, 3)),
    (GroupNorm(num_groups=4, affine=False), (4, 3, 2)),
]


def said(value: object) -> str:
    return str(value)


@pytest.mark.parametrize(("layer", "shape"), OPTIONS, ids=said)
def test_gradients_are_those_of_nudging(layer: Any, shape: tuple[int, ...]) -> None:
    """Twice over the same values, so that its gradient is both written and added."""
    layers: list[Any] = [
        Linear(name="x", out_features=shape[0]),
        layer,
        Tanh(name="once"),
        type(layer)(**{**vars(layer), "inputs": ("x",)}),
        Concat(inputs=("once", "3")),
        Linear(out_features=2),
    ]
    agrees(training(layers, *shape, batch=5))


def test_gradients_of_shared_weights_are_summed() -> None:
    layers: list[Any] = [LayerNorm(name="a"), Tanh(), LayerNorm(shares="a"), Linear(out_features=1)]
    made = training(layers, 4)
    assert set(made.parameters.named) == {"a.weight", "a.bias", "3.weight", "3.bias"}
    agrees(made)


# Beside PyTorch


def epsilons(least: float = 1e-6) -> st.SearchStrategy[float]:
    return st.floats(least, 0.1)


momenta = st.one_of(st.none(), st.floats(0, 1))
batch_norms = {
    "eps": epsilons(),
    "momentum": momenta,
    "affine": st.booleans(),
    "track_running_stats": st.booleans(),
}
norms = st.one_of(
    st.tuples(st.builds(BatchNorm1d, **batch_norms), st.sampled_from(SHAPES[BatchNorm1d])),
    st.tuples(st.builds(BatchNorm2d, **batch_norms), st.sampled_from(SHAPES[BatchNorm2d])),
    st.tuples(
        st.builds(LayerNorm, eps=epsilons(), elementwise_affine=st.booleans(), bias=st.booleans()),
        st.sampled_from(SHAPES[LayerNorm]),
    ),
    st.tuples(
        st.builds(RMSNorm, eps=st.one_of(st.none(), epsilons()), elementwise_affine=st.booleans()),
        st.sampled_from(SHAPES[RMSNorm]),
    ),
    st.tuples(
        st.builds(GroupNorm, num_groups=st.sampled_from([1, 2, 4]), eps=epsilons(), affine=st.booleans()),
        st.sampled_from(SHAPES[GroupNorm]),
    ),
)


def torch_norm(layer: Any, features: int, dtype: str) -> Any:
    torch = pytest.importorskip("torch")
    options = arguments(layer)
    first = (options.pop("num_groups"), features) if isinstance(layer, GroupNorm) else (features,)
    return getattr(torch.nn, layer.kind)(*first, **options, dtype=getattr(torch, dtype))


def apply(module: Any, x: Any) -> Any:
    """The module on (batch, features, *positions), which layer and RMS norm want with the features last."""
    over_last = type(module).__name__ in ("LayerNorm", "RMSNorm")
    return module(x.movedim(1, -1)).movedim(-1, 1) if over_last else module(x)


def close(found: Array, expected: Any, dtype: str, terms: Array | None = None) -> None:
    """Largest difference beside the largest magnitude expected, or that of the terms it is a sum of: where they
    cancel, the sum has no digits of its own to agree on."""
    wanted = expected.detach().numpy()
    assert found.shape == wanted.shape
    scale = max(np.abs(wanted).max(), 0 if terms is None else np.abs(terms).max())
    assert np.abs(found - wanted).max() <= TOLERANCE[dtype] * scale


@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(
    case=norms,
    batch=st.integers(2, 5),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 999),
)
def test_a_norm_has_pytorchs_values_gradients_and_running_statistics(
    case: tuple[Any, tuple[int, ...]], batch: int, dtype: str, seed: int
) -> None:
    torch = pytest.importorskip("torch")
    layer, shape = case
    drawn = np.random.default_rng(seed).normal(0.5, 2, (shape[0], batch, *shape[1:])).astype(dtype)
    made = training([layer], *shape, batch=batch, dtype=dtype, seed=seed, x=drawn)
    module = torch_norm(layer, shape[0], dtype)
    state = {name.removeprefix("0."): torch.tensor(p.value) for name, p in made.parameters.named.items()}
    module.load_state_dict(state, strict=False)
    made.network.initialize(made.parameters, 0)  # the buffers to their start,
    for name, value in state.items():
        made.parameters.named[f"0.{name}"].value[...] = value.numpy()  # the parameters as they were
    x = torch.from_numpy(made.x.swapaxes(0, 1).copy()).requires_grad_()
    y = torch.from_numpy(made.targets.swapaxes(0, 1).copy())
    for _ in range(3):
        made.run_pass()
        module.zero_grad()
        x.grad = None
        output = apply(module, x)
        torch.nn.functional.mse_loss(output, y).backward()
    close(made.output.data.swapaxes(0, 1), output, dtype)
    assert made.input.gradient is not None
    close(made.input.gradient.swapaxes(0, 1), x.grad, dtype, made.nodes[0].kept["direct"])
    for name, parameter in module.named_parameters():
        close(made.parameters.named[f"0.{name}"].gradient, parameter.grad, dtype, made.output.gradient)
    for name, buffer in module.named_buffers():
        close(made.parameters.buffers[0][name], buffer, dtype)
    assert set(made.parameters.buffers[0]) == {name for name, _ in module.named_buffers()}
    close(used(made, dtype), apply(module.eval(), x), dtype)


def used(made: Training, dtype: Any) -> Array:
    """What the network answers to the batch when it is only used, (batch, features, *positions)."""
    evaluation = Evaluation(made.network, MSELoss(), dtype, made.x.shape[1])
    evaluation.input.data[...] = made.x
    evaluation.run(made.parameters, loss=False)
    return np.asarray(evaluation.output.data.swapaxes(0, 1))


# Identities


@pytest.mark.parametrize(("layer", "shape"), OPTIONS, ids=said)
def test_the_terms_that_are_kept_add_up_to_the_gradient(layer: Any, shape: tuple[int, ...]) -> None:
    made = training([layer], *shape, batch=5)
    kept, gradient = made.nodes[0].kept, made.input.gradient
    assert gradient is not None
    mean = layer.spread(kept["mean_share"]) if layer.centred else 0
    grouped = layer.grouped(kept["direct"]) + layer.grouped(kept["variance_share"]) + mean
    np.testing.assert_allclose(grouped.reshape(gradient.shape), gradient, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("layer", "shape"), [case for case in OPTIONS if case[0].centred], ids=said)
def test_what_belongs_together_has_mean_0_and_its_gradient_sums_to_0(layer: Any, shape: tuple[int, ...]) -> None:
    """And it stands at a right angle to x̂: moving or scaling the input changes nothing, so no gradient says to."""
    made = training([layer], *shape, batch=5)
    node = made.nodes[0]
    x_hat, gradient = node.kept["normalized"], made.input.gradient
    assert gradient is not None
    sums = np.zeros((3, *layer.statistic(node.inputs[0])))
    for row, values in zip(sums, (x_hat, gradient, gradient * x_hat), strict=True):
        layer.mean(made.program, values, row)
    assert np.abs(sums[:2]).max() < 1e-13
    share = layer.eps / (node.kept["variance"] + layer.eps)  # exactly so but for ε
    direct = np.zeros(sums.shape[1:])
    layer.mean(made.program, node.kept["direct"] * x_hat, direct)
    np.testing.assert_allclose(sums[2], direct * share, atol=1e-13)


TINY = 1e-14  # as good as no ε, so that the identities hold to their last digits


@settings(max_examples=25, derandomize=True, deadline=None, database=None)
@given(factor=st.floats(0.05, 20), batch=st.integers(3, 9), units=st.integers(1, 6), seed=st.integers(0, 999))
def test_weights_before_batch_norm_have_a_direction_and_no_length(
    factor: float, batch: int, units: int, seed: int
) -> None:
    """Ioffe and Szegedy 2015: a times the weights, the same output, ∂L/∂x the same, ∂L/∂W over a; and no gradient says
    to make a unit's weights longer."""
    made = training([Linear(out_features=units, bias=False), BatchNorm1d(eps=TINY)], 5, batch=batch, seed=seed)
    weight = made.parameters.named["0.weight"]
    before = [array.copy() for array in (made.output.data, weight.gradient, input_gradient(made))]
    along = (weight.value * weight.gradient).sum(axis=1)
    assert np.abs(along).max() <= 1e-9 * np.abs(weight.gradient).max()
    weight.value[...] *= factor
    made.run_pass()
    after = (made.output.data, weight.gradient * factor, input_gradient(made))
    for found, expected in zip(after, before, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8 * np.abs(expected).max())


@settings(max_examples=25, derandomize=True, deadline=None, database=None)
@given(
    layer=st.sampled_from([LayerNorm(eps=TINY), RMSNorm(eps=TINY), GroupNorm(num_groups=2, eps=TINY)]),
    factor=st.floats(0.05, 20),
    seed=st.integers(0, 999),
)
def test_the_gradient_before_a_norm_of_one_example_is_divided_by_the_length_of_what_comes_in(
    layer: Any, factor: float, seed: int
) -> None:
    made = training([layer], 6, 4, seed=seed)
    before = made.output.data.copy(), input_gradient(made)
    made.x[...] *= factor
    made.run_pass()
    np.testing.assert_allclose(made.output.data, before[0], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(input_gradient(made) * factor, before[1], rtol=1e-7, atol=1e-7 * np.abs(before[1]).max())


def input_gradient(made: Training) -> Array:
    assert made.input.gradient is not None
    return made.input.gradient.copy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("layer", "shape"), PLAIN, ids=said)
def test_a_feature_that_never_changes_is_normalized_to_a_finite_number(
    layer: Any, shape: tuple[int, ...], dtype: str
) -> None:
    constant = np.full((shape[0], 4, *shape[1:]), 3.0, dtype)
    made = training([layer], *shape, batch=4, dtype=dtype, x=constant)
    assert made.input.gradient is not None
    for numbers in (made.output.data, made.input.gradient, made.parameters.gradients):
        assert np.isfinite(numbers).all()


def test_examples_that_are_all_the_same_leave_batch_norm_its_bias_and_no_gradient_before_it() -> None:
    layers: list[Any] = [Linear(out_features=3), BatchNorm1d(), Linear(out_features=1)]
    made = training(layers, 2, batch=4, x=np.full((2, 4), 0.7))
    np.testing.assert_array_equal(
        made.nodes[1].output.data, made.parameters.named["1.bias"].value[:, None] + np.zeros(4)
    )
    assert np.abs(made.parameters.named["0.weight"].gradient).max() < 1e-12
    assert np.isfinite(made.parameters.gradients).all()


@pytest.mark.parametrize(("layer", "shape"), OPTIONS, ids=said)
def test_what_a_norm_keeps_is_counted_beforehand(layer: Any, shape: tuple[int, ...]) -> None:
    """But for what batch norm keeps of the whole batch: four numbers a feature."""
    made = training([layer], *shape, batch=5)
    kept = sum(array.size for array in made.nodes[0].kept.values())
    of_batch = 4 * shape[0] if isinstance(layer, BatchNorm1d) else 0
    assert kept - of_batch == layer.keeps(shape) * 5


# What is refused


@pytest.mark.parametrize(
    ("layer", "shape", "field", "words"),
    [
        (BatchNorm1d(), (4, 3, 2), "", r"features or a sequence.*got \(4, 3, 2\)"),
        (BatchNorm2d(), (4, 3), "", r"a picture, of shape \(channels, height, width\), got \(4, 3\)"),
        (GroupNorm(num_groups=3), (4,), ".num_groups", "divides the 4 features that come, got 3"),
    ],
)
def test_a_shape_that_cannot_be_normalized_is_refused(
    layer: Any, shape: tuple[int, ...], field: str, words: str
) -> None:
    with pytest.raises(BadExperiment, match=words) as refused:
        Network([layer], *shape)
    assert refused.value.problems[0].where == f"network.layers.0{field}"


@pytest.mark.parametrize("depth", [0, 1])
def test_batch_norm_refuses_to_be_trained_on_one_number_and_says_why(depth: int) -> None:
    layers = (*[Linear(out_features=4)] * depth, BatchNorm1d(), Linear(out_features=1))
    with pytest.raises(BadExperiment) as refused:
        planned(Experiment(network=Layers(layers), batch=1))
    (problem,) = refused.value.problems
    assert (problem.where, problem.code) == (f"network.layers.{depth}", "batch_too_small")
    assert str(problem).endswith("a batch of at least 2 for BatchNorm1d: one number has no variance, got 1")
    planned(Experiment(network=Layers(layers), batch=2))


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize(
    ("layer", "shape", "alone"),
    [
        (BatchNorm1d(), (4,), True),
        (BatchNorm1d(), (4, 1), True),
        (BatchNorm1d(), (4, 2), False),
        (BatchNorm2d(), (4, 1, 1), True),
        (GroupNorm(num_groups=4), (4,), True),
        (GroupNorm(num_groups=1), (1, 1, 1), True),
        (GroupNorm(num_groups=4), (4, 2), False),
        (GroupNorm(num_groups=2), (4,), False),
        (LayerNorm(), (1,), False),
        (RMSNorm(), (1, 1), False),
    ],
    ids=said,
)
def test_a_norm_of_one_number_in_all_is_refused_where_pytorch_refuses_it(
    layer: Any, shape: tuple[int, ...], alone: bool, batch: int
) -> None:
    torch = pytest.importorskip("torch")
    try:
        apply(torch_norm(layer, shape[0], "float32"), torch.zeros(batch, *shape))
        refused = False
    except ValueError as error:
        refused = "more than 1 value per channel" in str(error)
    assert refused == (alone and batch == 1) == (batch < layer.least_batch(shape))


@pytest.mark.parametrize("layer", [LayerNorm(), GroupNorm(num_groups=3)], ids=said)
def test_a_norm_of_one_number_answers_its_bias_and_sends_nothing_back(layer: Any) -> None:
    made = training([layer], 1 if isinstance(layer, LayerNorm) else 3)
    bias = made.parameters.named["0.bias"].value[:, None]
    assert np.array_equal(made.output.data, np.broadcast_to(bias, made.output.shape))
    assert made.input.gradient is not None
    assert np.abs(made.input.gradient).max() <= 1e-12


def test_one_example_with_several_positions_is_enough_for_batch_norm() -> None:
    assert BatchNorm2d().least_batch((4, 3, 2)) == 1
    assert BatchNorm2d().least_batch((4, 1, 1)) == 2


def test_a_run_with_batch_norm_rewinds_to_the_last_bit_running_statistics_included() -> None:
    layers = (Linear(out_features=6), BatchNorm1d(), Tanh(), Linear(out_features=1))
    run = Run(Experiment(network=Layers(layers)))
    run.advance(40)
    state = {name: array.tobytes() for name, array in run.parameters.state().items()}
    tested = run.test()
    run.advance(25)
    run.seek(40)
    assert {name: array.tobytes() for name, array in run.parameters.state().items()} == state
    assert run.test() == tested
    run.seek(0)
    assert run.parameters.buffers[1]["running_var"].tolist() == [1] * 6
