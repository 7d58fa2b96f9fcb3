"""What is said of the numbers of a step: moments that lose nothing, sizes counted on one scale, units that pass
nothing on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.data.choices import Generated, Table
from engine.edits import LearningRate
from engine.experiment import Experiment, Layers
from engine.initializers import Constant, Normal, Zeros
from engine.layers.linear import Linear
from engine.operations.elementwise import ReLU, Sigmoid, Tanh
from engine.operations.elementwise_clipped import Hardtanh
from engine.operations.losses import CrossEntropyLoss
from engine.optimizers.sgd import SGD
from engine.parameters import Parameters
from engine.run import Run
from engine.statistics import EDGES, Statistics, Summary
from engine.tensor import Array

SUMMARY = Statistics(Parameters([], np.float32), []).summary


def of(values: Any, dtype: Any = "float32") -> Summary:
    return SUMMARY(np.array(values, dtype))


def test_sizes_are_counted_in_decades_and_what_lies_on_an_edge_belongs_above_it() -> None:
    found = of([0, -0.0, 1e-11, -1e-10, 3e-10, 0.05, -0.5, 1, -9.99, 10, 99, 100, -1e30], "float64")
    assert (found.count, found.zeros, found.tiny, found.huge) == (13, 2, 1, 2)
    assert found.decades == (2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2)
    assert (found.infinite, found.nan) == (0, 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_edge_as_its_own_type_writes_it_belongs_above(dtype: str) -> None:
    found = of([np.dtype(dtype).type(edge) for edge in EDGES], dtype)
    assert (found.tiny, found.decades, found.huge) == (0, (1,) * 12, 1)


numbers = st.one_of(st.floats(-1e3, 1e3, width=32), st.floats(width=32), st.sampled_from([0.0, 1e-23, -1e-40, 1e38]))


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(arrays(np.float32, st.integers(0, 30), elements=numbers))
def test_every_number_is_counted_once_and_where_it_belongs(values: Array) -> None:
    found, sizes = SUMMARY(values), np.abs(values.astype(np.float64))
    edges = np.array(EDGES, np.float32).astype(np.float64)
    finite = sizes[np.isfinite(sizes)]
    expected = np.histogram(finite[finite >= edges[0]], [*edges, math.inf])[0]
    assert [*found.decades, found.huge] == expected.tolist()
    assert (found.zeros, found.tiny) == ((finite == 0).sum(), ((finite > 0) & (finite < edges[0])).sum())
    assert (found.infinite, found.nan) == (np.isinf(sizes).sum(), np.isnan(sizes).sum())
    assert found.zeros + found.tiny + sum(found.decades) + found.huge + found.infinite + found.nan == values.size


@pytest.mark.parametrize("scale", [1e-44, 1e-38, 1e-23, 1e-10, 1.0, 1e10, 1e37])
@pytest.mark.parametrize("offset", [0.0, 1.0, 30.0])
def test_norm_mean_and_spread_are_those_of_float64_whatever_the_scale(scale: float, offset: float) -> None:
    values = ((np.random.default_rng(0).normal(size=500) / 10 + offset) * scale).astype(np.float32)
    found, exact = SUMMARY(values), values.astype(np.float64)
    assert found.norm == pytest.approx(np.linalg.norm(exact), rel=1e-6)
    assert found.mean == pytest.approx(exact.mean(), rel=1e-6, abs=1e-6 * np.abs(exact).max())
    assert found.spread == pytest.approx(exact.std(), rel=1e-5)


def test_of_half_a_million_numbers_the_sixth_digit_is_right() -> None:
    values = np.random.default_rng(0).normal(size=500_000).astype(np.float32) + np.float32(1)
    found = SUMMARY(values)
    assert found.norm == pytest.approx(np.linalg.norm(values.astype(np.float64)), rel=1e-6)
    assert found.spread == pytest.approx(values.std(dtype=np.float64), rel=1e-6)


def test_a_view_across_the_memory_is_summarized_like_its_copy() -> None:
    block = np.random.default_rng(0).normal(size=(6, 9))
    for view in (block[:, :5], block[:, -1], block.T, block[::2, 1::3]):
        assert SUMMARY(view) == SUMMARY(np.ascontiguousarray(view)) != SUMMARY(block)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_that_is_none_shows_in_the_moments_and_is_counted_apart(bad: float) -> None:
    found = of([1.0, bad, 0.0, -20.0])
    assert found.norm == pytest.approx(bad, nan_ok=True)
    assert found.mean == pytest.approx(bad, nan_ok=True)
    assert math.isnan(found.spread)
    assert (found.zeros, found.nan + found.infinite, sum(found.decades)) == (1, 1, 2)


def test_of_nothing_and_of_zeros_everything_is_zero() -> None:
    for count in (0, 3):
        found = of([0.0] * count)
        assert (found.norm, found.mean, found.spread, found.zeros) == (0, 0, 0, count)


# Of a step


def digits(activation: Any, **options: Any) -> Run:
    layers = (Linear(out_features=64, **options), activation, Linear(out_features=10))
    return Run(
        Experiment(
            data=Table("digits"), network=Layers(layers), loss=CrossEntropyLoss(), optimizer=SGD(lr=0.1), batch=64
        )
    )


def taken(run: Run) -> Statistics:
    return Statistics(run.parameters, run.training.nodes)


def test_a_step_is_summarized_parameter_by_parameter_and_node_by_node() -> None:
    run = digits(ReLU())
    run.advance(1)
    statistics = taken(run)
    for each, parameter in zip(statistics.parameters(), run.parameters.named.values(), strict=True):
        assert each.name == parameter.name
        assert each.value.norm == pytest.approx(np.linalg.norm(parameter.before), rel=1e-5)
        assert each.gradient.norm == pytest.approx(np.linalg.norm(parameter.gradient), rel=1e-5)
        ratio = np.linalg.norm(parameter.update) / np.linalg.norm(parameter.before)
        assert each.ratio == pytest.approx(ratio, rel=1e-5)
    nodes = statistics.nodes()
    assert [each.place for each in nodes] == [0, 1, 2, 3]
    assert nodes[1].output.zeros == int((run.training.nodes[1].output.data == 0).sum())
    assert nodes[1].gradient is not None and nodes[1].gradient.count == 64 * 64


def test_a_relu_that_is_never_active_in_the_batch_is_dead() -> None:
    run = digits(ReLU())
    bias = run.parameters.named["0.bias"].value
    bias[:5], bias[5:] = -1e3, 1e3
    run.advance(1)
    assert [each.dead for each in taken(run).nodes()] == [0, 5, 0, 0]
    gradient = run.parameters.named["0.weight"].gradient
    assert not gradient[:5].any()


def test_too_large_a_rate_kills_units_and_the_count_is_of_those_without_a_gradient() -> None:
    """Digits, SGD, 200 steps at a rate of 3: nearly every unit dies, and a dead one has no gradient at all."""
    run = digits(ReLU())
    run.edit(LearningRate(0, 3.0))
    run.advance(200)
    dead = taken(run).nodes()[1].dead
    assert dead > 32
    assert dead == int((~run.parameters.named["0.weight"].gradient.any(axis=1)).sum())


@pytest.mark.parametrize("activation", [Tanh(), Sigmoid(), Hardtanh()], ids=lambda a: a.kind)
def test_a_unit_whose_slope_is_small_for_every_example_is_saturated(activation: Any) -> None:
    run = digits(activation, weight_init=Normal(std=0.01), bias_init=Zeros())
    run.parameters.named["0.bias"].value[:7] = 20.0
    run.advance(1)
    assert taken(run).nodes()[1].saturated == 7


def test_a_relu_is_dead_and_never_saturated() -> None:
    run = digits(ReLU(), bias_init=Constant(val=-1e3))
    run.advance(1)
    found = taken(run).nodes()[1]
    assert (found.dead, found.saturated) == (64, 0)


def test_the_ratio_of_a_parameter_that_stays_is_0_and_of_one_that_leaves_0_is_endless() -> None:
    still = Linear(out_features=2, bias_init=Zeros(), frozen=True)
    layers = (still, Linear(out_features=1, bias_init=Zeros()))
    run = Run(Experiment(data=Generated("moons"), network=Layers(layers)))
    run.advance(1)
    ratios = {each.name: each.ratio for each in taken(run).parameters()}
    assert ratios["0.weight"] == 0
    assert math.isnan(ratios["0.bias"])
    assert ratios["1.bias"] == math.inf
