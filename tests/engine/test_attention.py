"""Attention: beside nudging and PyTorch, what it keeps, its mask, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.attention import MultiheadAttention
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.attention import ScaledDotProductAttention
from engine.operations.shape import Slice
from engine.problem import BadExperiment
from engine.program import Program, compiled
from engine.tensor import Array
from tests.engine.beside import beside
from tests.engine.checker import agrees, training

# Queries of one length, keys and values of another: two cuts of one sequence.
CUT: list[Any] = [
    Slice(name="target", dim=2, stop=3),
    Slice(name="memory", inputs=("input",), dim=2, start=1),
]


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("heads", [1, 2, 3])
def test_one_stacked_input_has_the_gradients_of_nudging(heads: int, is_causal: bool) -> None:
    agrees(training([ScaledDotProductAttention(num_heads=heads, is_causal=is_causal)], 18, 5))


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("sizes", [(6, 12), (6, 6, 6)])
def test_inputs_of_two_lengths_have_the_gradients_of_nudging(sizes: tuple[int, ...], is_causal: bool) -> None:
    parts = [
        Linear(name=f"part{i}", inputs=("memory" if i else "target",), out_features=n) for i, n in enumerate(sizes)
    ]
    names = tuple(part.name for part in parts)
    core = ScaledDotProductAttention(inputs=names, num_heads=2, is_causal=is_causal)
    agrees(training([*CUT, *parts, core], 4, 6))


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_multi_head_attention_has_the_gradients_of_nudging(bias: bool, is_causal: bool) -> None:
    itself = MultiheadAttention(num_heads=2, bias=bias, is_causal=is_causal)
    across = MultiheadAttention(inputs=("target", "memory"), num_heads=2, bias=bias, is_causal=is_causal)
    agrees(training([itself], 6, 4))
    agrees(training([*CUT, across], 6, 5))


def test_attention_that_is_shared_has_the_sum_of_both_gradients() -> None:
    layers = [
        *CUT,
        MultiheadAttention(name="a", inputs=("target", "memory"), num_heads=2),
        MultiheadAttention(inputs=("a", "memory"), shares="a", num_heads=2),
    ]
    made = training(layers, 4, 5)
    assert set(made.parameters.named) == {
        "a.in_proj_weight",
        "a.in_proj_bias",
        "a.out_proj.weight",
        "a.out_proj.bias",
    }
    agrees(made)


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(
    heads=st.integers(1, 4),
    each=st.integers(1, 3),
    time=st.integers(1, 6),
    across=st.booleans(),
    bias=st.booleans(),
    is_causal=st.booleans(),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_drawn_multi_head_attention_is_pytorchs(
    heads: int, each: int, time: int, across: bool, bias: bool, is_causal: bool, dtype: str, seed: int
) -> None:
    torch: Any = pytest.importorskip("torch")
    names = ("target", "memory") if across else ()
    layer = MultiheadAttention(name="a", inputs=names, num_heads=heads, bias=bias, is_causal=is_causal)
    made = training([*CUT, layer] if across else [layer], heads * each, time + 2, seed=seed, dtype=dtype)
    module = torch.nn.MultiheadAttention(heads * each, heads, bias=bias, batch_first=True)

    def call(model: Any, x: Any) -> Any:
        x = x.transpose(1, 2)
        query, memory = (x[:, :3], x[:, 1:]) if across else (x, x)
        mask = torch.ones(query.shape[1], memory.shape[1]).triu(1).bool() if is_causal else None
        return model["a"](query, memory, memory, attn_mask=mask, need_weights=False)[0].transpose(1, 2)

    beside(made, {"a": module}, call)


def core(q: Array, k: Array, v: Array, **settings: Any) -> tuple[Program, Any]:
    """Attention of three inputs (features, batch, time), and its program."""
    program = Program(q.dtype, q.shape[1])
    inputs = [program.tensor(len(each), each.shape[2]) for each in (q, k, v)]
    program.apply(ScaledDotProductAttention(**settings), *inputs)
    program.backward()
    for tensor, value in zip(inputs, (q, k, v), strict=True):
        tensor.data[...] = value
    with np.errstate(all="ignore"):
        compiled([*program.forward_calls(), *program.backward_calls()])()
    return program, program.nodes[0]


@pytest.mark.parametrize("is_causal", [False, True])
def test_scores_weights_and_the_gradients_of_both_are_kept_and_are_pytorchs(is_causal: bool) -> None:
    torch: Any = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(6, 4, time)) for time in (3, 5, 5))
    _, node = core(q, k, v, num_heads=2, is_causal=is_causal)
    node.output.gradient[...] = rng.normal(size=(6, 4, 3))
    node_backward(node)
    heads = [torch.from_numpy(each.reshape(2, 3, 4, -1).transpose(2, 0, 3, 1).copy()) for each in (q, k, v)]
    scores = heads[0] @ heads[1].transpose(2, 3) / np.sqrt(3)
    if is_causal:
        scores = scores.masked_fill(torch.ones(3, 5).triu(1).bool(), -torch.inf)
    scores.requires_grad_().retain_grad()
    weights = scores.softmax(-1)
    weights.retain_grad()
    (weights @ heads[2]).backward(
        torch.from_numpy(node.output.gradient.reshape(2, 3, 4, 3).transpose(2, 0, 3, 1).copy())
    )
    expected = {
        "scores": scores.detach(),
        "weights": weights.detach(),
        "scores_gradient": scores.grad,
        "weights_gradient": weights.grad,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(node.kept[name], value.numpy(), rtol=1e-10, atol=1e-12, err_msg=name)


def node_backward(node: Any) -> None:
    with np.errstate(all="ignore"):
        compiled(node.backward)()


@pytest.mark.parametrize("size", [16, 64])
def test_without_the_root_the_variance_of_a_score_would_be_the_number_of_features(size: int) -> None:
    rng = np.random.default_rng(0)
    q, k = rng.normal(size=(2, size, 8, 60))
    _, node = core(q, k, k)
    assert node.kept["scores"].var() == pytest.approx(1, rel=0.05)
    assert (np.einsum("fbt,fbs->bts", q, k)).var() == pytest.approx(size, rel=0.05)


@pytest.mark.parametrize(("deviation", "norm"), [(1, 0.306), (8, 0.178), (16, 0.102)])
def test_the_larger_its_scores_the_less_gradient_a_softmax_lets_through(deviation: float, norm: float) -> None:
    """The Frobenius norm of ∂weights/∂scores, the mean over rows of 16 scores of this deviation.

    With keys √16 times the unit vectors, scores are the queries; with unit vectors as values, what comes out is the
    weights. Sequence j of the batch sends back the gradient of weight j.
    """
    keys, rows = 16, 4000
    q = np.repeat(np.random.default_rng(0).normal(size=(keys, 1, rows)) * deviation, keys, axis=1)
    unit = np.repeat(np.eye(keys)[:, None], keys, axis=1)
    _, node = core(q, np.sqrt(keys) * unit, unit)
    node.output.gradient[...] = np.eye(keys)[:, :, None]
    node_backward(node)
    jacobian = node.kept["scores_gradient"][:, 0]  # (of weight, row, by score)
    assert np.sqrt((jacobian**2).sum(axis=(0, 2))).mean() == pytest.approx(norm, rel=0.08)


def test_a_place_reads_itself_and_those_before_it_and_nothing_after() -> None:
    made = training([MultiheadAttention(num_heads=2, is_causal=True)], 4, 6, batch=1)
    before = made.output.data.copy()
    made.x[:, :, 4:] += 1
    made.run_pass()
    np.testing.assert_array_equal(made.output.data[:, :, :4], before[:, :, :4])
    assert (made.output.data[:, :, 4:] != before[:, :, 4:]).all()
    weights = made.nodes[1].kept["weights"]
    assert not weights[0, 0][np.triu_indices(6, 1)].any()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-12)


def test_a_score_that_may_not_be_read_does_not_crowd_out_those_that_may() -> None:
    """A later place that would score 10⁴ more: subtracting that first would leave the others 0 ÷ 0."""
    q, k = np.ones((1, 1, 2), np.float32), np.array([[[0.0, 1e4]]], np.float32)
    _, node = core(q, k, k.copy(), is_causal=True)
    np.testing.assert_array_equal(node.kept["weights"][0, 0], [[1, 0], [0, 1]])


def test_without_order_attention_is_the_same_for_every_order() -> None:
    made = training([MultiheadAttention(num_heads=2)], 4, 5)
    before = made.output.data.copy()
    order = np.array([3, 1, 4, 0, 2])
    made.x[...] = made.x[:, :, order]
    made.run_pass()
    np.testing.assert_allclose(made.output.data, before[:, :, order], rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1e4, np.inf, np.nan])
def test_scores_of_any_size_are_values_and_never_fail(size: float, dtype: str) -> None:
    q = np.full((2, 1, 3), size, dtype)
    _, node = core(q, -q, q)
    if size == 1e4:
        np.testing.assert_allclose(node.kept["weights"], 1 / 3, rtol=1e-6)
    else:
        assert np.isnan(node.kept["weights"]).all()


def test_attention_starts_as_pytorchs_does() -> None:
    network = Network([MultiheadAttention(num_heads=4)], 64, 3)
    parameters = network.allocate("float64")
    network.initialize(parameters, seed=0)
    value = {name: parameter.value for name, parameter in parameters.named.items()}
    bounds = {"0.in_proj_weight": np.sqrt(6 / (64 + 192)), "0.out_proj.weight": 1 / np.sqrt(64)}
    for name, bound in bounds.items():
        assert 0.99 * bound < np.abs(value[name]).max() <= bound
        assert value[name].std() == pytest.approx(bound / np.sqrt(3), rel=0.02)
    assert not value["0.in_proj_bias"].any()
    assert not value["0.out_proj.bias"].any()


def test_the_same_step_gives_the_same_bytes() -> None:
    first, again = (training([MultiheadAttention(is_causal=True)], 8, 6, dtype="float32") for _ in range(2))
    assert first.parameters.gradients.tobytes() == again.parameters.gradients.tobytes()
    replayed = first.parameters.gradients.copy()
    first.run_pass()
    assert first.parameters.gradients.tobytes() == replayed.tobytes()


def test_cost_counts_projections_scores_and_what_is_read() -> None:
    network = Network([MultiheadAttention(num_heads=2)], 8, 10)
    assert network.multiply_adds == 10 * (3 * 8 * 8) + 2 * 10 * 10 * 8 + 10 * 8 * 8
    assert network.parameter_count == 4 * 8 * 8 + 4 * 8


MEMORY = Linear(name="memory", out_features=6)


@pytest.mark.parametrize(
    ("layers", "where", "said"),
    [
        ([MultiheadAttention(num_heads=3)], "0.num_heads", "features divisible by 3 heads, got 8"),
        ([MEMORY, MultiheadAttention(inputs=("input", "memory"))], "1", "as many features, got (8, 5) and (6, 5)"),
        ([ScaledDotProductAttention()], "0", "features divisible by 3"),
        ([ScaledDotProductAttention(inputs=("input",) * 3, num_heads=5)], "0.num_heads", "divisible by 5 heads"),
        ([ScaledDotProductAttention(inputs=("input", "input"))], "0", "queries, keys and values of as many features"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(layers: list[Any], where: str, said: str) -> None:
    with pytest.raises(BadExperiment) as refused:
        Network(layers, 8, 5)
    (problem,) = refused.value.problems
    assert problem.where == f"network.layers.{where}"
    assert said in str(problem)


@pytest.mark.parametrize("layer", [MultiheadAttention(), ScaledDotProductAttention()])
def test_attention_needs_a_sequence(layer: Any) -> None:
    with pytest.raises(BadExperiment, match=r"sequences, \(features, time\), got \(12,\)"):
        Network([layer], 12)
