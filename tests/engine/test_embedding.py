"""Tokens and positions: beside nudging and PyTorch, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.embedding import Embedding
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding, SinusoidalEncoding
from engine.network import Network
from engine.problem import BadExperiment
from engine.tensor import Array
from tests.engine.beside import beside
from tests.engine.checker import agrees, training

LEARNED = PositionalEmbedding(name="wpe", max_len=7)
GPT: list[Any] = [
    Embedding(name="wte", num_embeddings=9, embedding_dim=5),
    LEARNED,
    Linear(name="head", out_features=3),
]


def tokens(count: int, *shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).integers(0, count, shape).astype(np.float64)


def test_table_and_positions_have_the_gradients_of_nudging() -> None:
    agrees(training(GPT, 1, 5, x=tokens(9, 1, 3, 5)), inputs=False)


def test_a_single_token_is_looked_up_as_well() -> None:
    agrees(training([Embedding(num_embeddings=4, embedding_dim=3)], 1, batch=6, x=tokens(4, 1, 6)), inputs=False)


@settings(max_examples=20, derandomize=True, deadline=None, database=None)
@given(
    count=st.integers(1, 12),
    features=st.integers(1, 6),
    time=st.integers(1, 6),
    spare=st.integers(0, 3),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_drawn_tables_and_positions_are_pytorchs(
    count: int, features: int, time: int, spare: int, dtype: str, seed: int
) -> None:
    torch: Any = pytest.importorskip("torch")
    layers = [
        Embedding(name="wte", num_embeddings=count, embedding_dim=features),
        PositionalEmbedding(name="wpe", max_len=time + spare),
    ]
    made = training(layers, 1, time, dtype=dtype, seed=seed, x=tokens(count, 1, 3, time, seed=seed))
    modules = {"wte": torch.nn.Embedding(count, features), "wpe": torch.nn.Embedding(time + spare, features)}

    def call(model: Any, x: Any) -> Any:
        return (model["wte"](x[:, 0].long()) + model["wpe"](torch.arange(time))).transpose(1, 2)

    beside(made, modules, call, inputs=False)


def test_a_table_begins_as_pytorchs_does_and_positions_begin_smaller() -> None:
    network = Network([Embedding(num_embeddings=500, embedding_dim=64), PositionalEmbedding(max_len=500)], 1, 4)
    parameters = network.allocate("float64")
    network.initialize(parameters, seed=0)
    for name, deviation in (("0.weight", 1.0), ("1.weight", 0.02)):
        value = parameters.named[name].value
        assert value.shape == (500, 64)
        assert value.std() == pytest.approx(deviation, rel=0.02)


def test_the_gradient_of_a_row_is_the_sum_over_its_tokens_and_of_an_unused_row_zero() -> None:
    x = np.array([[[2.0, 2.0, 0.0]]])
    made = training([Embedding(num_embeddings=4, embedding_dim=3)], 1, 3, batch=1, x=x)
    delta, gradient = made.output.gradient, made.parameters.named["0.weight"].gradient
    assert delta is not None
    np.testing.assert_allclose(gradient[2], delta[:, 0, 0] + delta[:, 0, 1], rtol=1e-14)
    np.testing.assert_array_equal(gradient[[1, 3]], 0)
    made.x[...] = [[[1.0, 3.0, 3.0]]]
    made.run_pass()
    np.testing.assert_array_equal(gradient[[0, 2]], 0)  # nothing is left of the pass before
    assert gradient[[1, 3]].all()


def test_a_token_is_a_name_and_gets_no_gradient() -> None:
    made = training(GPT, 1, 5, x=tokens(9, 1, 3, 5))
    assert made.input.gradient is not None
    assert not made.input.gradient.any()


@pytest.mark.parametrize(("token", "row"), [(-3.0, 0), (0.9, 0), (4.0, 3), (1e9, 3), (np.nan, 0)])
def test_what_is_no_token_reads_a_row_of_the_table_and_never_fails(token: float, row: int) -> None:
    made = training([Embedding(num_embeddings=4, embedding_dim=3)], 1, batch=1, x=np.array([[token]]))
    np.testing.assert_array_equal(made.output.data[:, 0], made.parameters.named["0.weight"].value[row])


def test_places_that_no_sequence_reaches_keep_a_gradient_of_zero() -> None:
    made = training([PositionalEmbedding(name="a", max_len=6), PositionalEmbedding(shares="a", max_len=6)], 3, 4)
    gradient = made.parameters.named["a.weight"].gradient
    assert gradient[:4].all()
    assert not gradient[4:].any()
    agrees(made)


def test_waves_are_those_of_the_formula() -> None:
    made = training([SinusoidalEncoding()], 6, 50, x=np.zeros((6, 3, 50)))
    for t in (0, 1, 7, 49):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            np.testing.assert_allclose(made.output.data[2 * i, :, t], np.sin(angle), rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(made.output.data[2 * i + 1, :, t], np.cos(angle), rtol=1e-12)


@pytest.mark.parametrize("features", [1, 5])
def test_waves_pass_the_gradient_on_as_it_is(features: int) -> None:
    agrees(training([SinusoidalEncoding()], features, 4))


@pytest.mark.parametrize(
    ("layer", "shape", "where", "said"),
    [
        (Embedding(), (2, 5), "network.layers.0", "one number at each position, the token, got (2, 5)"),
        (PositionalEmbedding(max_len=4), (3, 5), "network.layers.0.max_len", "at most 4 positions, got 5"),
        (PositionalEmbedding(), (3,), "network.layers.0", "a sequence, (features, time), got (3,)"),
        (SinusoidalEncoding(), (3, 8, 8), "network.layers.0", "a sequence, (features, time), got (3, 8, 8)"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(layer: Any, shape: tuple[int, ...], where: str, said: str) -> None:
    with pytest.raises(BadExperiment) as refused:
        Network([layer], *shape)
    (problem,) = refused.value.problems
    assert problem.where == where
    assert said in str(problem)
