"""What an exported Keras script says: its text, as a person reads it. Keras itself is not needed here."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import pytest

from app.export.keras.script import Script, script
from engine.clipping import ClipGradNorm, ClipGradValue
from engine.data.choices import Table
from engine.experiment import Experiment, Layers
from engine.initializers import KaimingUniform, Normal, Orthogonal, Sparse
from engine.layers.batch_norm import BatchNorm1d
from engine.layers.convolution import Conv2d
from engine.layers.convolution_transposed import ConvTranspose2d
from engine.layers.embedding import Embedding
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.transformer import TransformerEncoderLayer
from engine.network import Network
from engine.operations.elementwise import LeakyReLU, Tanh
from engine.operations.join import Add
from engine.operations.losses import CrossEntropyLoss, HuberLoss
from engine.operations.pooling_max import MaxPool2d
from engine.operations.shape import Flatten, Transpose, Unflatten
from engine.optimizers.adagrad import Adagrad
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.nadam import NAdam
from engine.optimizers.radam import RAdam
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment
from engine.schedules import CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, OneCycleLR, StepLR


def the_network(text: str) -> str:
    """From the input to the model."""
    return text[text.index("x = inputs") : text.index("loss = ")]


def written(layers: tuple[Any, ...], *shape: int) -> str:
    """The script of layers on inputs of this shape."""
    experiment = Experiment(network=Layers(layers), loss=CrossEntropyLoss())
    return Script(experiment, Network(layers, *shape)).text()


def refused(experiment: Experiment) -> list[tuple[str, str]]:
    """Where Keras cannot be told something, and what the message asks for."""
    with pytest.raises(BadExperiment) as caught:
        script(experiment)
    assert {problem.code for problem in caught.value.problems} == {"not_in_keras"}
    return [(problem.where, problem.expected) for problem in caught.value.problems]


def test_a_small_network_reads_like_one_that_a_person_wrote() -> None:
    layers = (Linear(out_features=6), LeakyReLU(), Linear(name="out", out_features=3))
    text = script(Experiment(name="irises", data=Table("iris"), network=Layers(layers), loss=CrossEntropyLoss()))
    assert text.startswith('"""The network 4-6-3 on the iris data, in Keras 3.\n')
    assert "\n# 'irises'\n" in text
    assert (
        text[text.index("x = inputs") : text.index("def initialize")]
        == '''\
x = inputs = keras.Input((4,))
h = layers.Dense(6, kernel_initializer=uniform(4), bias_initializer=uniform(4), name="linear_0")(x)
h = layers.LeakyReLU(negative_slope=0.01)(h)
h = layers.Dense(3, kernel_initializer=uniform(6), bias_initializer=uniform(6), name="out")(h)
model = keras.Model(inputs, h)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(learning_rate=0.001, epsilon=1e-08)
model.compile(optimizer=optimizer, loss=loss)


def arranged(w):
    """The weights of each layer as Keras has them: a kernel is (in, out), of a convolution (*kernel, in, out)."""
    return {
        "linear_0": [w["0.weight"].T, w["0.bias"]],
        "out": [w["out.weight"].T, w["out.bias"]],
    }


'''
    )


def test_branches_have_names_and_long_lines_are_broken_where_a_person_would() -> None:
    layers = (
        Embedding(name="tokens", num_embeddings=20, embedding_dim=8),
        PositionalEmbedding(name="places", max_len=32),
        TransformerEncoderLayer(name="block", nhead=2, dim_feedforward=16, dropout=0.0, norm_first=True),
        LSTM(name="reader", hidden_size=6),
        Linear(name="out", out_features=20),
    )
    text = written(layers, 1, 12)
    assert (
        the_network(text)
        == """\
x = inputs = keras.Input((12,), dtype="int32")
h = layers.Embedding(20, 8, embeddings_initializer=initializers.RandomNormal(0.0, 1.0), name="tokens")(x)
h = PositionalEmbedding(32, initializers.RandomNormal(0.0, 0.02), name="places")(h)
block_in = h
h = layers.LayerNormalization(epsilon=1e-05, name="block_norm1")(block_in)
h = layers.MultiHeadAttention(2, 4, name="block_self_attn")(h, h)
block = layers.Add()([block_in, h])
h = layers.LayerNormalization(epsilon=1e-05, name="block_norm2")(block)
h = layers.Dense(16, kernel_initializer=uniform(8), bias_initializer=uniform(8), name="block_linear1")(h)
h = layers.ReLU()(h)
h = layers.Dense(8, kernel_initializer=uniform(16), bias_initializer=uniform(16), name="block_linear2")(h)
h = layers.Add()([block, h])
h = layers.LSTM(
    6, kernel_initializer=uniform(6), recurrent_initializer=uniform(6), bias_initializer=uniform(6),
    unit_forget_bias=False, return_sequences=True, name="reader"
)(h)
h = layers.Dense(20, kernel_initializer=uniform(6), bias_initializer=uniform(6), name="out")(h)
model = keras.Model(inputs, h)
"""
    )
    assert "np.random.randint(20, size=(32, 12)), np.random.randint(20, size=(32, 12))" in text
    assert "\nclass PositionalEmbedding(layers.Layer):\n" in text


def test_features_are_last_and_what_keras_pads_otherwise_is_a_layer_of_its_own() -> None:
    layers = (
        Conv2d(out_channels=4, padding=(1, 1)),
        Conv2d(out_channels=2, kernel_size=(3, 2), stride=(2, 2), padding=(1, 0), groups=2, bias=False),
        MaxPool2d(kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)),
        ConvTranspose2d(out_channels=1, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1)),
        Flatten(),
        Linear(out_features=10),
    )
    assert (
        the_network(written(layers, 3, 8, 8)).split("\nh = layers.Dense")[0]
        == """\
x = inputs = keras.Input((8, 8, 3))
h = layers.Conv2D(
    4, 3, padding="same", kernel_initializer=uniform(27), bias_initializer=uniform(27), name="conv2d_0"
)(x)
h = layers.ZeroPadding2D(((1, 1), (0, 0)))(h)
h = layers.Conv2D(
    2, (3, 2), strides=2, groups=2, kernel_initializer=uniform(12), use_bias=False, name="conv2d_1"
)(h)
h = ops.pad(h, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=float("-inf"))
h = layers.MaxPooling2D(3, strides=1)(h)
h = layers.Conv2DTranspose(
    1, 3, strides=2, kernel_initializer=uniform(9), bias_initializer=uniform(9), name="convtranspose2d_3"
)(h)
h = layers.Cropping2D(1)(h)
h = layers.Permute((3, 1, 2))(h)
h = layers.Flatten()(h)"""
    )


def test_a_start_that_keras_has_is_said_by_its_name_and_two_swaps_of_axes_are_none() -> None:
    layers = (
        Unflatten(unflattened_size=(2, 4)),
        Transpose(),
        Flatten(),
        Linear(out_features=3, weight_init=KaimingUniform(nonlinearity="relu"), bias_init=Normal(std=0.5)),
        Linear(out_features=3, weight_init=Orthogonal(gain=2.0)),
    )
    text = written(layers, 8)
    assert 'kernel_initializer=initializers.VarianceScaling(2.0, "fan_in", "uniform")' in text
    assert "bias_initializer=initializers.RandomNormal(0.0, 0.5)" in text
    assert "kernel_initializer=initializers.Orthogonal(2.0)" in text
    assert the_network(text).split("\n")[1:3] == ["h = layers.Reshape((2, 4))(x)", "h = layers.Permute((2, 1))(h)"]


@pytest.mark.parametrize(
    ("optimizer", "line"),
    [
        (Adam(), "keras.optimizers.Adam(learning_rate=0.001, epsilon=1e-08)"),
        (Adam(betas=(0.8, 0.999), amsgrad=True), "Adam(learning_rate=0.001, beta_1=0.8, epsilon=1e-08, amsgrad=True)"),
        (AdamW(), "keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.01, epsilon=1e-08)"),
        (AdamW(weight_decay=0.0), "keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.0, epsilon=1e-08)"),
        (SGD(), "keras.optimizers.SGD(learning_rate=0.001)"),
        (SGD(lr=0.1, momentum=0.9, nesterov=True), "SGD(learning_rate=0.1, momentum=0.9, nesterov=True)"),
        (RMSprop(), "keras.optimizers.RMSprop(learning_rate=0.01, rho=0.99, epsilon=1e-16)"),
        (Adagrad(), "Adagrad(learning_rate=0.01, initial_accumulator_value=0.0, epsilon=1e-20)"),
        (NAdam(momentum_decay=1.0), "keras.optimizers.Nadam(learning_rate=0.002, epsilon=1e-08)"),
    ],
    ids=lambda each: str(getattr(each, "kind", "")),
)
def test_an_optimizer_spells_out_what_differs_from_its_default_in_keras(optimizer: Any, line: str) -> None:
    assert f"{line}\n" in script(Experiment(optimizer=optimizer))


def test_weight_decay_and_l1_are_part_of_the_gradient_in_a_class_of_the_script() -> None:
    text = script(Experiment(optimizer=SGD(lr=0.1, weight_decay=0.01), l1=0.001))
    assert "\noptimizer = SGD(learning_rate=0.1)\n" in text
    assert (
        '''
class SGD(keras.optimizers.SGD):
    """Weight decay is part of the gradient, as in PyTorch. So is the slope of 0.001 times the sum of all |w|."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(ops.add(gradient, 0.01 * variable + 0.001 * ops.sign(variable)), variable, learning_rate)
'''
        in text
    )


@pytest.mark.parametrize(
    ("schedule", "accumulate", "line"),
    [
        (StepLR(step_size=5, gamma=0.5), 1, "ExponentialDecay(0.1, 5, 0.5, staircase=True)"),
        (StepLR(step_size=5, gamma=0.5), 4, "ExponentialDecay(0.1, 20, 0.5, staircase=True)"),
        (MultiStepLR(milestones=(2, 4)), 1, "PiecewiseConstantDecay([1, 3], [0.1, 0.01, 0.001])"),
        (MultiStepLR(milestones=()), 1, "0.1)"),
        (ExponentialLR(gamma=0.9), 1, "ExponentialDecay(0.1, 1, 0.9)"),
        (ExponentialLR(gamma=0.9), 3, "ExponentialDecay(0.1, 3, 0.9, staircase=True)"),
        (LinearLR(start_factor=0.5), 1, "PolynomialDecay(0.05, 5, 0.1)"),
        (CosineAnnealingLR(T_max=100, eta_min=0.01), 1, "CosineDecay(0.1, 100, alpha=0.1)"),
    ],
    ids=lambda each: str(getattr(each, "kind", "")),
)
def test_a_schedule_counts_in_batches_as_keras_does(schedule: Any, accumulate: int, line: str) -> None:
    text = script(Experiment(optimizer=SGD(lr=0.1), schedule=schedule, accumulate=accumulate))
    assert f"learning_rate={'keras.optimizers.schedules.' * (line[0].isalpha())}{line}" in text


def test_what_keras_does_otherwise_is_said_at_the_top() -> None:
    layers = (Linear(out_features=4), BatchNorm1d(), Tanh(), Linear(out_features=1))
    clipped = Experiment(
        network=Layers(layers), optimizer=RMSprop(momentum=0.5), schedule=StepLR(), clip=ClipGradNorm()
    )
    said = script(clipped).split("Keras does otherwise than PyTorch:\n")[1].split('"""')[0]
    assert said.split("\n") == [
        "    epsilon is added under the root, not to it; its square is nearest to PyTorch's",
        "    momentum keeps steps with the rate they had, where PyTorch gives all of them the rate of now",
        "    1e-6 is not added to the norm that is clipped",
        "    the running variance is that of the batch, not n / (n - 1) times it",
        "",
    ]
    assert "global_clipnorm=1.0" in script(clipped)
    tokens = (Embedding(num_embeddings=20, embedding_dim=8), Linear(out_features=20))
    assert "on TensorFlow, the gradients of a token" in written(tokens, 1, 12)
    assert "does otherwise" not in script(Experiment(optimizer=SGD(), clip=ClipGradValue()))


@pytest.mark.parametrize(
    ("change", "where", "expected"),
    [
        ({"dtype": "float64"}, "dtype", "float32: Keras"),
        ({"optimizer": RAdam()}, "optimizer", "an optimizer that Keras has too"),
        ({"optimizer": NAdam()}, "optimizer.momentum_decay", "1, which"),
        ({"optimizer": SGD(momentum=0.5, dampening=0.5)}, "optimizer.dampening", "0: Keras"),
        ({"optimizer": RMSprop(eps=1e-30)}, "optimizer.eps", "1e-18 or more"),
        ({"schedule": OneCycleLR()}, "schedule", "one of StepLR, MultiStepLR"),
        ({"schedule": LinearLR(), "accumulate": 2}, "schedule", "one of StepLR, MultiStepLR"),
        ({"l1": 0.1, "clip": ClipGradNorm()}, "l1", "0 with clipping"),
    ],
    ids=lambda each: ", ".join(each) if isinstance(each, dict) else "",
)
def test_what_keras_cannot_be_told_is_refused_with_its_place(change: Any, where: str, expected: str) -> None:
    ((place, asked),) = refused(replace(Experiment(), **change))
    assert place == where
    assert asked.startswith(expected)


def test_every_layer_that_keras_cannot_be_told_is_named_not_only_the_first() -> None:
    layers = (
        Unflatten(unflattened_size=(8, 8)),
        GRU(hidden_size=4, truncate=2),
        Flatten(),
        Unflatten(unflattened_size=(1, 4, 8)),
        Conv2d(out_channels=2, padding=(1, 1)),
        MaxPool2d(dilation=(2, 2)),
        Flatten(),
        BatchNorm1d(frozen=True),
        Linear(out_features=10, bias_init=Sparse()),
    )
    digits = Experiment(data=Table("digits"), loss=CrossEntropyLoss(), dtype="float64")
    assert refused(replace(digits, network=Layers(layers))) == [
        ("network.layers.1.truncate", "0: Keras lets gradients go through all steps"),
        ("network.layers.5.dilation", "1: Keras pools neighbours only"),
        ("network.layers.7.frozen", "false: Keras would use the running statistics"),
        ("network.layers.8.bias_init", "another initializer for a bias"),
        ("dtype", "float32: Keras computes sums and products of float64 in float32 all the same"),
    ]


@pytest.mark.parametrize(
    "name", ["h", "x", "inputs", "model", "layers", "lambda", "None", "__init__", "keras", "a" * 40]
)
def test_no_name_of_a_layer_breaks_the_script(name: str) -> None:
    layers = (Linear(name=name), Tanh(name="tanh_2"), Tanh(), Add(inputs=(name, "2")), Linear(out_features=1))
    ast.parse(script(Experiment(network=Layers(layers), loss=HuberLoss(), name='"""\n\\')))


@pytest.mark.parametrize("name", ["inputs", "HERE", "float", "nll", "Adam", "by_head"])
def test_a_layer_may_be_called_as_the_script_calls_something_else(name: str) -> None:
    layers = (Linear(out_features=2, name=name), Tanh(), Linear(out_features=2), Add(inputs=(name, "2")))
    text = script(Experiment(network=Layers((*layers, Linear(out_features=1)))))
    lines = ast.parse(text).body
    (made,) = (line for line in lines if f"name='{name}'" in ast.unparse(line))
    assert isinstance(made, ast.Assign)
    assert ast.unparse(made.targets[0]) == f"{name}_"
