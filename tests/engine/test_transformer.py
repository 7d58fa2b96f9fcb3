"""Transformer blocks: beside nudging and PyTorch, with the norm before or after, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.choices import Recall
from engine.experiment import Experiment, Layers
from engine.layers.embedding import Embedding
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding
from engine.layers.transformer import TransformerDecoderLayer, TransformerEncoderLayer
from engine.network import Network
from engine.operations.losses import CrossEntropyLoss
from engine.operations.shape import Slice
from engine.optimizers.adam import Adam
from engine.problem import BadExperiment
from engine.run import Run
from tests.engine.beside import beside
from tests.engine.checker import agrees, training

BLOCKS = (TransformerEncoderLayer, TransformerDecoderLayer)
# Target and memory of different lengths: two cuts of one sequence.
CUT: list[Any] = [
    Slice(name="target", dim=2, stop=3),
    Slice(name="memory", inputs=("input",), dim=2, start=1),
]


def network(kind: type[Any], **settings: Any) -> list[Any]:
    if kind is TransformerEncoderLayer:
        return [kind(name="block", **settings)]
    return [*CUT, kind(name="block", inputs=("target", "memory"), **settings)]


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_has_the_gradients_of_nudging(kind: type[Any], dropout: float, norm_first: bool) -> None:
    layers = network(kind, nhead=2, dim_feedforward=7, activation="gelu", norm_first=norm_first, dropout=dropout)
    agrees(training(layers, 4, 5))


@settings(max_examples=25, derandomize=True, deadline=None, database=None)
@given(
    kind=st.sampled_from(BLOCKS),
    nhead=st.integers(1, 3),
    each=st.integers(6, 8),  # a norm of few numbers makes nearly the same of any, and its gradient is rounding
    dim_feedforward=st.integers(1, 9),
    activation=st.sampled_from(["relu", "gelu"]),
    layer_norm_eps=st.sampled_from([1e-5, 1e-2]),
    norm_first=st.booleans(),
    bias=st.booleans(),
    is_causal=st.booleans(),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_drawn_blocks_are_pytorchs(
    kind: type[Any], nhead: int, each: int, is_causal: bool, dtype: str, seed: int, **options: Any
) -> None:
    torch: Any = pytest.importorskip("torch")
    layers = network(kind, nhead=nhead, is_causal=is_causal, dropout=0.0, **options)
    made = training(layers, nhead * each, 5, seed=seed, dtype=dtype)
    module = getattr(torch.nn, kind.__name__)(nhead * each, nhead, dropout=0.0, batch_first=True, **options)

    def call(model: Any, x: Any) -> Any:
        x = x.transpose(1, 2)
        length = 3 if kind is TransformerDecoderLayer else 5
        mask = torch.ones(length, length).triu(1).bool() if is_causal else None
        if kind is TransformerDecoderLayer:
            return model["block"](x[:, :3], x[:, 1:], tgt_mask=mask).transpose(1, 2)
        return model["block"](x, src_mask=mask).transpose(1, 2)

    beside(made, {"block": module}, call)


@pytest.mark.parametrize("kind", BLOCKS)
def test_names_arguments_and_starts_are_pytorchs(kind: type[Any]) -> None:
    torch: Any = pytest.importorskip("torch")
    made = training(network(kind), 8, 5)
    module = getattr(torch.nn, kind.__name__)(8, 4)
    assert {name.removeprefix("block."): p.value.shape for name, p in made.parameters.named.items()} == {
        name: tuple(parameter.shape) for name, parameter in module.named_parameters()
    }
    fresh = made.network.allocate("float64")
    made.network.initialize(fresh, seed=0)
    for name, parameter in module.named_parameters():
        ours, theirs = fresh.named[f"block.{name}"].value, parameter.detach().numpy()
        if theirs.std() == 0:
            np.testing.assert_array_equal(ours, theirs, err_msg=name)
        elif theirs.size >= 64:
            assert ours.std() == pytest.approx(theirs.std(), rel=0.2), name
            assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.1), name


def test_with_norms_first_a_way_free_of_norms_leads_through_the_block() -> None:
    """With all parameters 0 the block is the identity, and its gradient passes unchanged."""
    made = training([TransformerEncoderLayer(nhead=2, dim_feedforward=4, norm_first=True, dropout=0.0)], 4, 3)
    made.parameters.values.fill(0)
    made.run_pass()
    np.testing.assert_array_equal(made.output.data, made.x)
    assert made.input.gradient is not None and made.output.gradient is not None
    np.testing.assert_array_equal(made.input.gradient, made.output.gradient)


def test_dropout_leaves_out_other_weights_at_each_step_and_none_when_the_network_is_used() -> None:
    made = training([TransformerEncoderLayer(nhead=2, dim_feedforward=8, dropout=0.3)], 4, 6)
    first = made.output.data.copy()
    made.run_pass()
    assert made.output.data.tobytes() == first.tobytes()
    made.program.step[...] += 1
    made.run_pass()
    assert (made.output.data != first).any()
    attention = next(node for node in made.nodes if node.name == "ScaledDotProductAttention")
    mask, dropped = attention.kept["mask"], attention.kept["dropped"]
    assert set(np.unique(mask)) == {0, 1 / (1 - 0.3)}
    np.testing.assert_allclose(dropped, attention.kept["weights"] * mask, rtol=1e-14)


def test_a_causal_block_learns_to_copy_what_it_was_shown() -> None:
    """Six letters, then six blanks: at each blank, the letter shown six places before is to be said."""
    layers = (
        Embedding(num_embeddings=9, embedding_dim=32),
        PositionalEmbedding(max_len=12),
        TransformerEncoderLayer(dim_feedforward=64, dropout=0.0, norm_first=True, is_causal=True),
        Linear(out_features=9),
    )
    run = Run(
        Experiment(
            data=Recall("copy"), network=Layers(layers), loss=CrossEntropyLoss(), optimizer=Adam(lr=0.01), batch=16
        )
    )
    run.advance(250)
    _, accuracy = run.test()
    assert accuracy is not None and accuracy > 0.99
    attention = next(node for node in run.training.nodes if node.name == "ScaledDotProductAttention")
    read = attention.kept["weights"][:, :, 6:].mean(axis=(0, 1))  # by the blanks, (6, 12)
    assert (read.argmax(axis=1) == np.arange(6)).all()


def test_a_run_with_dropout_rewinds_to_the_last_bit() -> None:
    layers = (
        Embedding(num_embeddings=9, embedding_dim=8),
        TransformerEncoderLayer(nhead=2, dim_feedforward=8),
        Linear(out_features=9),
    )
    run = Run(Experiment(data=Recall(), network=Layers(layers), loss=CrossEntropyLoss()))
    run.advance(30)
    there = run.parameters.values.copy()
    run.advance(9)
    run.seek(30)
    assert run.parameters.values.tobytes() == there.tobytes()


@pytest.mark.parametrize(
    ("layers", "shape", "where", "said"),
    [
        ([TransformerEncoderLayer(nhead=3)], (8, 5), "0.nhead", "features divisible by 3 heads, got 8"),
        ([TransformerEncoderLayer()], (8,), "0", "sequences, (features, time), got (8,)"),
        ([TransformerDecoderLayer()], (8, 5), "0.inputs", "2 inputs, got 1"),
        (
            [Linear(name="m", out_features=4), TransformerDecoderLayer(inputs=("input", "m"))],
            (8, 5),
            "1",
            "as many features, got (8, 5) and (4, 5)",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(layers: Any, shape: Any, where: str, said: str) -> None:
    with pytest.raises(BadExperiment) as refused:
        Network(layers, *shape)
    (problem,) = refused.value.problems
    assert problem.where == f"network.layers.{where}"
    assert said in str(problem)
