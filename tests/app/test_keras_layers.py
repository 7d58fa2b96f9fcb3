"""Each layer beside Keras, with each of its options: loss, the gradient of every parameter, three steps, in float64."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.export.calls import call, chosen
from app.export.keras.activations import ACTIVATIONS
from app.export.keras.kinds import KINDS, WHOLE
from app.export.keras.shapes import SHAPES
from engine.experiment import Experiment, Layers
from engine.layers.any_layer import LAYERS
from engine.layers.attention import MultiheadAttention
from engine.layers.batch_norm import BatchNorm1d, BatchNorm2d
from engine.layers.convolution import Conv1d, Conv2d
from engine.layers.convolution_transposed import ConvTranspose1d, ConvTranspose2d
from engine.layers.embedding import Embedding
from engine.layers.group_norm import GroupNorm
from engine.layers.layer_norm import LayerNorm, RMSNorm
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding, SinusoidalEncoding
from engine.layers.prelu import PReLU
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.recurrent_rnn import RNN
from engine.layers.residual import BasicBlock, ResidualBlock
from engine.layers.transformer import TransformerDecoderLayer, TransformerEncoderLayer
from engine.operations.attention import ScaledDotProductAttention
from engine.operations.dropout import Dropout
from engine.operations.elementwise import ELU, GELU, LeakyReLU, Softplus, Tanh
from engine.operations.elementwise_clipped import Hardtanh
from engine.operations.elementwise_saturating import CELU
from engine.operations.elementwise_shrink import Hardshrink, Softshrink
from engine.operations.join import Add, Concat, Multiply
from engine.operations.losses import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    MSELoss,
    NLLLoss,
)
from engine.operations.pooling_average import AdaptiveAvgPool1d, AdaptiveAvgPool2d, AvgPool1d, AvgPool2d
from engine.operations.pooling_max import MaxPool1d, MaxPool2d
from engine.operations.reductions import Max, Mean, Sum
from engine.operations.shape import Flatten, Select, Slice, Transpose, Unflatten
from engine.operations.softmax import LogSoftmax
from engine.optimizers.sgd import SGD
from engine.tensor import Shape
from tests.app.keras_beside import disagreements
from tests.engine.drawn_experiments import Case

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

FLAT, SEQUENCE, PICTURE = (6,), (6, 7), (4, 7, 9)
SGD_WITH_MOMENTUM = SGD(lr=0.05, momentum=0.9)
BLOCK: dict[str, Any] = {"nhead": 2, "dim_feedforward": 5, "dropout": 0.0}

Family = list[tuple[Shape, tuple[Any, ...]]]


def each(kind: Any, shapes: tuple[Shape, ...], *options: dict[str, Any]) -> Family:
    """A layer on inputs of each of these shapes, with each of these options."""
    return [(shape, (kind(**chosen),)) for shape in shapes for chosen in options or ({},)]


DENSE: Family = [
    *each(Linear, (FLAT, SEQUENCE), {"out_features": 3}, {"out_features": 3, "bias": False}),
    *each(PReLU, (FLAT, SEQUENCE), {}, {"num_parameters": 6}),
    *each(Dropout, (FLAT,), {"p": 0.0}),
    *each(ResidualBlock, (FLAT,), {"norm": "none"}, {"norm": "pre", "activation": "GELU"}, {"norm": "post"}),
]
ACTIVE: Family = [
    *(
        family
        for kind in LAYERS
        if kind.kind in ACTIVATIONS and kind is not Dropout
        for family in each(kind, (FLAT, PICTURE))
    ),
    *each(LeakyReLU, (FLAT,), {"negative_slope": 0.3}),
    *each(GELU, (FLAT,), {"approximate": "tanh"}),
    *each(Softplus, (FLAT,), {"beta": 2.0, "threshold": 1.5}),
    *each(ELU, (FLAT,), {"alpha": 0.5}),
    *each(CELU, (FLAT,), {"alpha": 0.5}),
    *each(Hardtanh, (FLAT,), {"min_val": -0.5, "max_val": 0.25}),
    *each(Softshrink, (FLAT,), {"lambd": 0.25}),
    *each(Hardshrink, (FLAT,), {"lambd": 0.25}),
]
CONVOLUTIONS: Family = [
    *each(
        Conv1d,
        (SEQUENCE,),
        {"out_channels": 4},
        {"out_channels": 4, "kernel_size": 5, "padding": 2, "bias": False},
        {"out_channels": 4, "kernel_size": 3, "padding": 2, "dilation": 2},
        {"out_channels": 4, "kernel_size": 2, "padding": 1, "stride": 2},
        {"out_channels": 4, "kernel_size": 3, "padding": 1, "groups": 2},
    ),
    *each(
        Conv2d,
        (PICTURE,),
        {"out_channels": 3},
        {"out_channels": 3, "kernel_size": (5, 3), "padding": (2, 1)},
        {"out_channels": 3, "kernel_size": (2, 3), "padding": (1, 0), "stride": (2, 1), "bias": False},
        {"out_channels": 3, "kernel_size": (3, 3), "dilation": (2, 3)},
        {"out_channels": 6, "kernel_size": (3, 3), "padding": (1, 1), "groups": 2},
    ),
    *each(
        ConvTranspose1d,
        (SEQUENCE,),
        {"out_channels": 3},
        {"out_channels": 3, "kernel_size": 4, "stride": 2, "padding": 1},
        {"out_channels": 3, "kernel_size": 3, "stride": 3, "bias": False},
        {"out_channels": 3, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
        {"out_channels": 3, "kernel_size": 1, "stride": 3},
    ),
    *each(
        ConvTranspose2d,
        (PICTURE,),
        {"out_channels": 3, "kernel_size": (3, 3)},
        {"out_channels": 3, "kernel_size": (4, 2), "stride": (2, 1), "padding": (1, 0)},
        {"out_channels": 3, "kernel_size": (3, 3), "dilation": (2, 1)},
        {"out_channels": 3, "kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1), "output_padding": (1, 0)},
    ),
    *each(BasicBlock, (PICTURE,), {"planes": 4}, {"planes": 3, "stride": 2}),
]
POOLS: Family = [
    *each(MaxPool1d, (SEQUENCE,), {}, {"kernel_size": 3, "stride": 2, "padding": 1}, {"ceil_mode": True}),
    *each(AvgPool1d, (SEQUENCE,), {}, {"kernel_size": 3, "stride": 2, "padding": 1}),
    *each(
        MaxPool2d,
        (PICTURE,),
        {},
        {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)},
        {"kernel_size": (2, 2), "padding": (1, 1), "ceil_mode": True},
    ),
    *each(AvgPool2d, (PICTURE,), {}, {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)}),
    *each(AdaptiveAvgPool1d, (SEQUENCE,), {"output_size": 3}),
    *each(AdaptiveAvgPool2d, (PICTURE,), {"output_size": (3, 2)}, {"output_size": (1, 1)}),
]
NORMS: Family = [
    *each(BatchNorm1d, (FLAT, SEQUENCE), {}, {"affine": False}),
    *each(BatchNorm2d, (PICTURE,), {"eps": 0.01, "momentum": 0.3}),
    *each(LayerNorm, (FLAT, PICTURE), {}, {"bias": False}, {"elementwise_affine": False, "eps": 0.1}),
    *each(GroupNorm, (FLAT, PICTURE), {"num_groups": 2}, {"num_groups": 2, "affine": False}),
    *each(RMSNorm, (FLAT, PICTURE), {}, {"elementwise_affine": False}, {"eps": 0.1}),
]
RECURRENT: Family = [
    *(
        family
        for kind in (RNN, GRU, LSTM)
        for family in each(
            kind,
            (SEQUENCE,),
            {"hidden_size": 5},
            {"hidden_size": 5, "bias": False},
            {"hidden_size": 5, "bias": False, "num_layers": 2, "bidirectional": True},
            {"hidden_size": 5, "returns": "h_n"},
            {"hidden_size": 5, "returns": "h_n", "bidirectional": True},
        )
    ),
    *each(RNN, (SEQUENCE,), {"hidden_size": 5, "bias": False, "nonlinearity": "relu"}),
    *each(LSTM, (SEQUENCE,), {"hidden_size": 5, "forget_bias": 1.0}),
]
TOKENS: Family = [
    ((1, 7), (Embedding(num_embeddings=5, embedding_dim=4), PositionalEmbedding(max_len=9))),
    *each(SinusoidalEncoding, (SEQUENCE,)),
]
ASKED = (Linear(name="asks", out_features=6), Linear(name="memory", inputs=("input",), out_features=6))
TWICE = (ASKED[0], Linear(name="memory", inputs=("input",), out_features=12))
ATTENTION: Family = [
    *each(
        MultiheadAttention,
        (SEQUENCE,),
        {"num_heads": 2},
        {"num_heads": 2, "bias": False},
        {"num_heads": 3, "is_causal": True},
    ),
    (SEQUENCE, (*ASKED, MultiheadAttention(inputs=("asks", "memory"), num_heads=3))),
    *each(ScaledDotProductAttention, ((12, 7),), {"num_heads": 2}, {"num_heads": 2, "is_causal": True}),
    (SEQUENCE, (*TWICE, ScaledDotProductAttention(inputs=("asks", "memory"), num_heads=3))),
    (SEQUENCE, (*ASKED, ScaledDotProductAttention(inputs=("asks", "memory", "input"), num_heads=1))),
    *each(TransformerEncoderLayer, (SEQUENCE,), BLOCK, {**BLOCK, "norm_first": True, "is_causal": True}),
    *(
        (SEQUENCE, (*ASKED, TransformerDecoderLayer(inputs=("asks", "memory"), **BLOCK, norm_first=first)))
        for first in (True, False)
    ),
]
SHAPED: Family = [
    *(
        (shape, (Linear(name="a", out_features=shape[0]), kind(inputs=("a", "input", "a"))))
        for shape in (FLAT, SEQUENCE)
        for kind in (Add, Multiply, Concat)
    ),
    *(family for kind in (Sum, Mean, Max, Flatten) for family in each(kind, (SEQUENCE, PICTURE))),
    *((shape, (Unflatten(unflattened_size=(2, 3)), Linear(out_features=3))) for shape in (FLAT, SEQUENCE)),
    ((8,), (Unflatten(unflattened_size=(2, 2, 2)), Linear(out_features=3))),
    (SEQUENCE, (Transpose(), Linear(out_features=3))),
    *each(Select, (SEQUENCE,), {"index": 0}, {"index": -2}),
    *each(Slice, (SEQUENCE,), {"dim": 1, "start": 1, "stop": -1}, {"dim": 2, "start": 1, "stop": -1}),
    *each(Slice, (PICTURE,), {"dim": 3, "start": -4}),
]
CASES = [*DENSE, *ACTIVE, *CONVOLUTIONS, *POOLS, *NORMS, *RECURRENT, *TOKENS, *ATTENTION, *SHAPED]


def flat(layers: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    """With a layer before and a layer behind, so that gradients go through."""
    head = () if isinstance(layers[0], Embedding) or "input" in str(layers) else (Linear(out_features=shape[0]),)
    return (*head, *layers, Flatten(), Linear(out_features=3))


def case(layers: tuple[Any, ...], shape: Shape, **changes: Any) -> Case:
    experiment = Experiment(
        network=Layers(layers), loss=MSELoss(), optimizer=SGD_WITH_MOMENTUM, batch=3, dtype="float64"
    )
    return Case(replace(experiment, **changes), shape, seed=1)


def said(value: Any) -> str:
    """A layer by its kind and what is not its default, for the names of tests."""
    if isinstance(value, tuple) and value and isinstance(value[-1], tuple(LAYERS)):
        return " ".join(call(str(layer.kind), named=chosen(layer)) for layer in value)
    return " x ".join(map(str, value)) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize(("shape", "layers"), CASES, ids=said)
def test_a_layer_is_the_same_in_keras(shape: Shape, layers: tuple[Any, ...]) -> None:
    assert disagreements(case(flat(layers, shape), shape)) == []


def test_every_layer_that_keras_can_be_told_is_compared() -> None:
    told = {*KINDS, *ACTIVATIONS, *SHAPES, *WHOLE}
    compared = {layer.kind for _, layers in CASES for layer in layers}
    assert told <= compared


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("positions", [(), (4,)], ids=["one", "at each position"])
@pytest.mark.parametrize(
    "loss",
    [
        MSELoss(),
        HuberLoss(),
        HuberLoss(delta=0.3),
        BCEWithLogitsLoss(),
        CrossEntropyLoss(),
        CrossEntropyLoss(label_smoothing=0.2),
        CrossEntropyLoss(label_smoothing=1.0),
    ],
    ids=lambda it: call(str(it.kind), named=chosen(it)),
)
def test_a_loss_is_the_same_in_keras(loss: Any, positions: Shape, dtype: Any) -> None:
    assert disagreements(case((Linear(out_features=3),), (5, *positions), loss=loss, dtype=dtype)) == []


@pytest.mark.parametrize("positions", [(), (4,)], ids=["one", "at each position"])
def test_log_probabilities_have_a_loss_of_the_scripts_own(positions: Shape) -> None:
    layers = (Linear(out_features=3), LogSoftmax())
    assert disagreements(case(layers, (5, *positions), loss=NLLLoss())) == []


def test_shared_and_frozen_layers_are_so_in_keras() -> None:
    layers = (
        Linear(name="held", out_features=5, frozen=True),
        Tanh(),
        Linear(name="twice", out_features=5),
        Linear(shares="twice", out_features=5),
        MultiheadAttention(num_heads=1, frozen=True),
        MultiheadAttention(name="m", num_heads=1),
        MultiheadAttention(shares="m", num_heads=1),
        Linear(out_features=2),
    )
    assert disagreements(case(layers, (5, 4))) == []
