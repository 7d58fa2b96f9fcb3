"""Names and defaults of PyTorch and of Keras: against the documented figures, the frameworks where they are installed,
and the scripts that are written with them."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.dialects.dialects import Said, choices, default, dialects
from app.export.keras.script import Script, script
from app.main import create_app
from app.settings import Settings
from engine.experiment import Experiment, Layers
from engine.layer import Composite
from engine.layers.any_layer import LAYERS
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import Tanh
from engine.operations.losses import CrossEntropyLoss
from engine.operations.shape import Flatten
from engine.optimizers.nadam import NAdam
from engine.problem import BadExperiment

LOCALE = Path(__file__).parents[2] / "app" / "locale"

# Of Keras 3.15: the name of ours there, that of its argument, and its default.
KERAS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("optimizers.SGD", {"learning_rate": 0.01, "momentum": 0.0}),
    "Adam": ("optimizers.Adam", {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}),
    "AdamW": ("optimizers.AdamW", {"weight_decay": 0.004}),
    "RMSprop": ("optimizers.RMSprop", {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7}),
    "Adagrad": ("optimizers.Adagrad", {"learning_rate": 0.001, "initial_accumulator_value": 0.1}),
    "Linear": ("layers.Dense", {"units": None, "kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}),
    "Conv2d": (
        "layers.Conv2D",
        {"filters": None, "strides": (1, 1), "padding": "valid", "kernel_initializer": "glorot_uniform"},
    ),
    "BatchNorm2d": ("layers.BatchNormalization", {"momentum": 0.99, "epsilon": 1e-3}),
    "LayerNorm": ("layers.LayerNormalization", {"epsilon": 1e-3}),
    "LSTM": ("layers.LSTM", {"units": None, "recurrent_initializer": "orthogonal", "unit_forget_bias": True}),
    "LeakyReLU": ("layers.LeakyReLU", {"negative_slope": 0.3}),
    "Embedding": ("layers.Embedding", {"input_dim": None, "output_dim": None, "embeddings_initializer": "uniform"}),
    "normal": ("initializers.RandomNormal", {"stddev": 0.05}),
    "uniform": ("initializers.RandomUniform", {"minval": -0.05, "maxval": 0.05}),
}
# Of PyTorch 2.15, which are ours: by our name.
PYTORCH: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("torch.optim.SGD", {"lr": 0.001, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False}),
    "Adam": ("torch.optim.Adam", {"lr": 0.001, "betas": [0.9, 0.999], "eps": 1e-8, "amsgrad": False}),
    "AdamW": ("torch.optim.AdamW", {"lr": 0.001, "weight_decay": 0.01}),
    "RMSprop": ("torch.optim.RMSprop", {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "momentum": 0, "centered": False}),
    "Adagrad": ("torch.optim.Adagrad", {"lr": 0.01, "lr_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10}),
    "Adadelta": ("torch.optim.Adadelta", {"lr": 1.0, "rho": 0.9, "eps": 1e-6}),
    "NAdam": ("torch.optim.NAdam", {"lr": 0.002, "momentum_decay": 0.004}),
    "RAdam": ("torch.optim.RAdam", {"lr": 0.001}),
    "Adamax": ("torch.optim.Adamax", {"lr": 0.002}),
    "Linear": ("nn.Linear", {"bias": True}),
    "Conv2d": ("nn.Conv2d", {"stride": [1, 1], "padding": [0, 0], "dilation": [1, 1], "groups": 1, "bias": True}),
    "BatchNorm2d": ("nn.BatchNorm2d", {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True}),
    "LayerNorm": ("nn.LayerNorm", {"eps": 1e-5, "elementwise_affine": True, "bias": True}),
    "RMSNorm": ("nn.RMSNorm", {"eps": None}),
    "LSTM": ("nn.LSTM", {"num_layers": 1, "bias": True, "dropout": 0, "bidirectional": False}),
    "RNN": ("nn.RNN", {"nonlinearity": "tanh"}),
    "Dropout": ("nn.Dropout", {"p": 0.5}),
    "MultiheadAttention": ("nn.MultiheadAttention", {"dropout": 0, "bias": True}),
    "LeakyReLU": ("nn.LeakyReLU", {"negative_slope": 0.01}),
    "ELU": ("nn.ELU", {"alpha": 1.0}),
    "GELU": ("nn.GELU", {"approximate": "none"}),
    "Softplus": ("nn.Softplus", {"beta": 1, "threshold": 20}),
    "PReLU": ("nn.PReLU", {"init": 0.25}),
    "Hardtanh": ("nn.Hardtanh", {"min_val": -1, "max_val": 1}),
    "CrossEntropyLoss": ("nn.CrossEntropyLoss", {"label_smoothing": 0}),
    "HuberLoss": ("nn.HuberLoss", {"delta": 1}),
    "uniform": ("nn.init.uniform_", {"a": 0, "b": 1}),
    "normal": ("nn.init.normal_", {"mean": 0, "std": 1}),
    "trunc_normal": ("nn.init.trunc_normal_", {"a": -2, "b": 2}),
    "xavier_uniform": ("nn.init.xavier_uniform_", {"gain": 1}),
    "kaiming_normal": ("nn.init.kaiming_normal_", {"a": 0, "mode": "fan_in", "nonlinearity": "leaky_relu"}),
    "sparse": ("nn.init.sparse_", {"std": 0.01}),
}
SHAPES = ((6,), (6, 7), (4, 8, 8), (8, 6), (64,))


def word(kind: str) -> dict[str, Said]:
    """The arguments of one of ours in Keras, by its name there."""
    return {said.name: said for said in dialects()["keras"][kind].arguments}


@pytest.mark.parametrize("kind", KERAS)
def test_names_and_defaults_of_keras_are_the_documented_ones(kind: str) -> None:
    name, arguments = KERAS[kind]
    assert dialects()["keras"][kind].name == name
    assert {argument: word(kind)[argument].default for argument in arguments} == arguments


@pytest.mark.parametrize("kind", PYTORCH)
def test_names_and_defaults_of_pytorch_are_the_documented_ones_and_ours(kind: str) -> None:
    name, arguments = PYTORCH[kind]
    (ours,) = (each for _, each_kind, each in choices() if each_kind == kind)
    assert dialects()["pytorch"][kind].name == name
    assert {argument: default(ours, argument) for argument in arguments} == arguments


def test_momentum_of_a_batch_norm_is_the_rest_of_ours() -> None:
    assert word("BatchNorm1d")["momentum"].our_default == 0.9


def test_equal_defaults_in_other_words_do_not_differ() -> None:
    assert not word("Conv2d")["strides"].differs
    assert not word("Conv2d")["padding"].differs
    assert not word("GELU")["approximate"].differs
    assert word("Conv2d")["kernel_initializer"].differs
    assert word("CrossEntropyLoss")["from_logits"].differs


def test_every_choice_has_a_word_in_both_or_why_there_is_none() -> None:
    kinds = [kind for _, kind, _ in choices()]
    assert len(set(kinds)) == len(kinds)
    for dialect in dialects().values():
        assert set(dialect) == set(kinds)
        for kind, found in dialect.items():
            assert found.name or found.why, kind
            for said in found.arguments:
                assert said.why or not said.differs, (kind, said)
                assert said.why or found.why or said.name, (kind, said)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_difference_is_explained_in_both_languages_and_no_explanation_is_left_over(language: str) -> None:
    words = json.loads((LOCALE / f"{language}.json").read_text("utf-8"))
    found = {each for dialect in dialects().values() for word in dialect.values() for each in _whys(word)}
    assert found == {key for key in words if key.startswith("dialect.")}


def _whys(word: Any) -> set[str]:
    return {word.why, *(said.why for said in word.arguments)} - {""}


def test_the_service_answers_with_both() -> None:
    with TestClient(create_app(Settings(processes=0, names=("testserver",)))) as client:
        found = client.get("/api/dialects").json()
        schema = client.get("/api/schema").json()["dialects"]
    assert set(found) == {"pytorch", "keras"}
    epsilon = {"ours": "eps", "name": "epsilon", "our_default": 1e-8, "default": 1e-7, "differs": True}
    assert {**epsilon, "why": "dialect.epsilon"} in found["keras"]["Adam"]["arguments"]
    assert set(schema["$defs"]) == {"Word", "Said"}


def written(kind: Any) -> str:
    """The script of a network with such a layer, as it is by default, on the first data that it can read."""
    for shape in ((1, 7),) if kind.group == "sequence" else SHAPES:
        layers = (kind(), Flatten(), Linear(out_features=3)) if kind is not Linear else (Tanh(), Linear())
        try:
            network = Network(layers, *shape)
        except BadExperiment:
            continue
        return Script(Experiment(network=Layers(layers), loss=CrossEntropyLoss()), network).text()
    raise AssertionError(f"no data for {kind.kind}")


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if any(said.differs for said in word(kind.kind).values())])
def test_a_script_spells_out_every_default_of_a_layer_that_is_not_ours(kind: Any) -> None:
    text = written(kind)
    assert dialects()["keras"][kind.kind].name in text
    for name, said in word(kind.kind).items():
        assert not said.differs or f"{name}=" in text, name


@pytest.mark.parametrize(
    "kind", [kind for part, kind, _ in choices() if part == "optimizers" and dialects()["keras"][kind].name]
)
def test_a_script_spells_out_every_default_of_an_optimizer_that_is_not_ours(kind: str) -> None:
    (optimizer,) = (each for _, each_kind, each in choices() if each_kind == kind)
    text = script(Experiment(optimizer=NAdam(momentum_decay=1.0) if optimizer is NAdam else optimizer()))
    for name, said in word(kind).items():
        assert not said.differs or f"{name}=" in text, name


def named(root: Any, name: str) -> Any:
    for part in name.split("."):
        root = getattr(root, part)
    return root


KERAS_NAMES = [kind for kind, each in dialects()["keras"].items() if each.name]


@pytest.mark.parametrize("kind", KERAS_NAMES)
def test_keras_has_these_names_and_defaults(kind: str) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras: Any = pytest.importorskip("keras")
    theirs = named(keras, dialects()["keras"][kind].name)
    made = inspect.signature(theirs.__init__ if inspect.isclass(theirs) else theirs).parameters
    called = inspect.signature(theirs.call).parameters if hasattr(theirs, "call") else {}
    for name, said in word(kind).items():
        if name:
            default = (made if name in made else called)[name].default
            assert said.default == (None if default is inspect.Parameter.empty else default), name


@pytest.mark.parametrize("kind", [kind for kind, each in dialects()["pytorch"].items() if each.name])
def test_pytorch_has_these_names(kind: str) -> None:
    torch: Any = pytest.importorskip("torch")
    name = dialects()["pytorch"][kind].name
    assert callable(named(torch, name.removeprefix("torch.")))


def test_layers_made_of_layers_are_there_where_the_framework_has_them() -> None:
    made = {kind.kind: kind for kind in LAYERS if issubclass(kind, Composite)}
    assert {kind for kind in made if dialects()["keras"][kind].name} == {"RNN", "GRU", "LSTM", "MultiheadAttention"}
    assert {kind for kind in made if not dialects()["pytorch"][kind].name} >= {"ResidualBlock", "BasicBlock"}
