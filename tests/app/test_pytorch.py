"""An exported network is the same network: its script runs in PyTorch and finds our gradients.

Graphs drawn at random are exported and compared in tests/engine/test_graph_parity.py; here is how they read.
"""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from app.export.files import BATCH, SCRIPT, WEIGHTS, files
from app.export.pytorch.script import Script, script
from engine.clipping import ClipGradNorm, ClipGradValue, NoClip
from engine.data.choices import Generated, Recall, Table
from engine.experiment import ACTIVATIONS, Experiment, Layers
from engine.initializers import LSUV, AnyInitializer, Constant, Dirac, Eye, Sparse
from engine.layers.attention import MultiheadAttention
from engine.layers.convolution import Conv2d
from engine.layers.convolution_transposed import ConvTranspose2d
from engine.layers.embedding import Embedding
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding, SinusoidalEncoding
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.recurrent_rnn import RNN
from engine.layers.residual import BasicBlock, ResidualBlock
from engine.layers.transformer import TransformerDecoderLayer, TransformerEncoderLayer
from engine.operations.attention import ScaledDotProductAttention
from engine.operations.elementwise import LeakyReLU, Softplus, Tanh
from engine.operations.join import Add
from engine.operations.losses import CrossEntropyLoss, HuberLoss
from engine.operations.pooling_average import AdaptiveAvgPool2d, AvgPool2d
from engine.operations.pooling_max import MaxPool2d
from engine.operations.reductions import Mean
from engine.operations.shape import Flatten, Unflatten
from engine.optimizers.adam import AdamW
from engine.optimizers.lion import Lion
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.run import Run
from engine.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    NoSchedule,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)
from engine.tensor import Array
from tests.app.networks import BRANCHES, SMALL

INITIALIZERS = get_args(get_args(AnyInitializer)[0])
SPECIAL = {Dirac, LSUV}  # not of every parameter, or not in PyTorch
EXPERIMENTS = [
    SMALL,
    replace(SMALL, dtype="float64", optimizer=SGD(lr=0.1, momentum=0.9, nesterov=True)),
    Experiment(
        data=Table("iris"),
        network=Layers((Linear(out_features=6), LeakyReLU(negative_slope=0.2), Linear(out_features=3))),
        loss=CrossEntropyLoss(),
        optimizer=AdamW(betas=(0.8, 0.99)),
    ),
    Experiment(
        data=Generated("plane"),
        network=Layers((Linear(out_features=6), Softplus(beta=2.0), Linear(out_features=1))),
        loss=HuberLoss(delta=0.5),
        optimizer=RMSprop(centered=True, momentum=0.5),
        batch=7,
    ),
    Experiment(
        data=Table("digits"),
        network=Layers(
            (
                Unflatten(),
                Conv2d(out_channels=4, padding=(1, 1), weight_init=Sparse()),
                MaxPool2d(kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)),
                Conv2d(out_channels=2, kernel_size=(3, 2), stride=(1, 2), groups=2, weight_init=Eye()),
                ConvTranspose2d(out_channels=1, stride=(2, 1), output_padding=(1, 0)),
                AvgPool2d(),
                AdaptiveAvgPool2d(output_size=(4, 2)),
                Flatten(),
                Linear(out_features=10),
            )
        ),
        loss=CrossEntropyLoss(),
        batch=9,
    ),
]


def exported(run: Run, folder: Path) -> dict[str, Any]:
    """Everything the script names, after it has run with the exported files beside it."""
    for name, content in files(run, Script(run.experiment, run.network)).items():
        (folder / name).write_bytes(content)
    return executed(folder / SCRIPT)


def executed(path: Path) -> dict[str, Any]:
    torch = pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    torch.manual_seed(0)
    kept = torch.get_default_dtype()
    try:
        return runpy.run_path(str(path), run_name="__main__")
    finally:
        torch.set_default_dtype(kept)


def largest_difference(run: Run, folder: Path) -> float:
    """Between the script's gradients and those of our next step, over the largest of the same parameter."""
    model = exported(run, folder)["model"]
    run.advance(1)
    gradients = gradients_by_their_names(run)
    found = []
    for name, parameter in model.named_parameters():
        ours, theirs = gradients[name], parameter.grad.numpy()
        assert ours.dtype == theirs.dtype
        found.append(np.abs(ours - theirs).max() / np.abs(theirs).max())
    return float(max(found))


def gradients_by_their_names(run: Run) -> dict[str, Array]:
    """Ours, by the names of the script's parameters."""
    written = Script(run.experiment, run.network)
    return {name: parameter.gradient for name, parameter in written.parameters(run.parameters)}


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: f"{e.loss.kind} {e.dtype}")
def test_the_script_finds_the_gradients_of_our_first_step(experiment: Experiment, tmp_path: Path) -> None:
    assert largest_difference(Run(experiment), tmp_path) <= 1e-5


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: f"{e.loss.kind} {e.dtype}")
def test_the_script_goes_on_from_trained_parameters(experiment: Experiment, tmp_path: Path) -> None:
    """In float64: near the targets, float32 has few digits of the differences that gradients begin with."""
    run = Run(replace(experiment, dtype="float64"))
    run.advance(25)
    assert largest_difference(run, tmp_path) <= 1e-10


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: f"{e.loss.kind} {e.dtype}")
def test_the_scripts_first_step_is_ours(experiment: Experiment, tmp_path: Path, capsys: Any) -> None:
    run = Run(experiment)
    model = exported(run, tmp_path)["model"]
    run.advance(1)
    for name, parameter in model.named_parameters():
        ours = run.parameters.named[name].value
        np.testing.assert_allclose(ours, parameter.detach().numpy(), rtol=0, atol=1e-5)
    assert capsys.readouterr().out.startswith(f"loss {run.training.loss:.6f}"[:-2])


@pytest.mark.parametrize("kind", [kind for kind in INITIALIZERS if kind not in SPECIAL])
def test_every_initializer_draws_in_pytorch_as_it_does_here(kind: type[Any], tmp_path: Path) -> None:
    layer = Linear(out_features=200, weight_init=kind(), bias_init=kind())
    experiment = Experiment(
        data=Table("digits"),
        network=Layers((layer, Tanh(), Linear(out_features=10))),
        loss=CrossEntropyLoss(),
    )
    (tmp_path / SCRIPT).write_text(script(replace(experiment, optimizer=SGD(lr=0.0))), "utf-8")
    model, run = executed(tmp_path / SCRIPT)["model"], Run(experiment)
    for name in ("0.weight", "0.bias"):
        ours, theirs = run.parameters.named[name].value, model.state_dict()[name].numpy()
        assert theirs.std() == pytest.approx(ours.std(), rel=0.25, abs=1e-7)
        assert np.abs(theirs).max() == pytest.approx(np.abs(ours).max(), rel=0.5, abs=1e-7)


def test_a_convolution_that_passes_on_its_channels_does_so_in_pytorch(tmp_path: Path) -> None:
    layers = (Unflatten(unflattened_size=(1, 8, 8)), Conv2d(out_channels=4, weight_init=Dirac()), Flatten())
    network = Layers((*layers, Linear(out_features=10)))
    experiment = Experiment(data=Table("digits"), network=network, loss=CrossEntropyLoss(), optimizer=SGD(lr=0.0))
    path = tmp_path / SCRIPT
    path.write_text(script(experiment), "utf-8")
    ours, theirs = Run(experiment).parameters.named["1.weight"].value, executed(path)["model"].state_dict()["1.weight"]
    assert np.array_equal(ours, theirs.numpy())


def test_what_is_scaled_by_the_data_is_drawn_orthonormal_and_said_to_be_in_the_file_of_weights() -> None:
    text = script(Experiment(network=Layers((Linear(out_features=3, weight_init=LSUV()), Linear(out_features=1)))))
    assert "nn.init.orthogonal_(model[0].weight)  # LSUV" in text


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_a_script_of_any_activation_runs_without_the_files(kind: type[Any], tmp_path: Path) -> None:
    path = tmp_path / SCRIPT
    path.write_text(
        script(Experiment(network=Layers((Linear(out_features=3), kind(), Linear(out_features=1))))), "utf-8"
    )
    assert len(executed(path)["model"]) == 3


def test_the_reference_reader_reads_our_files() -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    run = Run(EXPERIMENTS[2])
    found = files(run, Script(run.experiment, run.network))
    weights, batch = safetensors.load(found[WEIGHTS]), safetensors.load(found[BATCH])
    assert set(weights) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    for name, parameter in run.parameters.named.items():
        assert np.array_equal(weights[name], parameter.value)
    assert (batch["x"].shape, batch["y"].dtype) == ((32, 4), np.int64)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_graph_is_exported_with_branches_shared_layers_and_layers_made_of_layers(dtype: Any, tmp_path: Path) -> None:
    run = Run(Experiment(network=Layers(BRANCHES), dtype=dtype))
    assert largest_difference(run, tmp_path) <= {"float32": 1e-5, "float64": 1e-10}[dtype]


SEQUENCE: tuple[Any, ...] = (
    Unflatten(unflattened_size=(8, 8)),
    PositionalEmbedding(name="places"),
    MultiheadAttention(num_heads=2, is_causal=True),
    Linear(name="wide", out_features=24),
    ScaledDotProductAttention(num_heads=2),
    SinusoidalEncoding(name="asks"),
    MultiheadAttention(inputs=("asks", "places"), num_heads=4, bias=False),
    Flatten(),
    Linear(out_features=10),
)


def test_attention_is_exported_with_classes_of_its_own(tmp_path: Path) -> None:
    experiment = Experiment(
        data=Table("digits"), network=Layers(SEQUENCE), loss=CrossEntropyLoss(), dtype="float64", batch=5
    )
    assert largest_difference(Run(experiment), tmp_path) <= 1e-10
    text = script(experiment)
    assert "self.multiheadattention_2 = nn.MultiheadAttention(8, 2, batch_first=True)" in text
    assert "self.places = nn.Embedding(64, 8)" in text
    assert "places = h.transpose(1, 2) + self.places.weight[:8]" in text
    assert "nn.init.normal_(model.places.weight, std=0.02)" in text


@pytest.mark.parametrize(
    "name", ["forward", "_modules", "__dict__", "__init__", "x", "self", "lambda", "None", "a" * 40]
)
def test_no_name_of_a_layer_breaks_the_script(name: str, tmp_path: Path) -> None:
    layers = (
        Linear(name=name, out_features=3),
        Tanh(name="tanh_2"),
        Tanh(),
        Add(inputs=(name, "2")),
        Linear(out_features=1),
    )
    assert largest_difference(Run(Experiment(network=Layers(layers))), tmp_path) <= 1e-5


@pytest.mark.parametrize("returns", ["output", "h_n"])
@pytest.mark.parametrize("layer", [RNN(nonlinearity="relu"), GRU(), LSTM(forget_bias=1.5)], ids=lambda e: str(e.kind))
def test_a_recurrent_layer_starts_and_answers_as_here(layer: Any, returns: Any, tmp_path: Path) -> None:
    chosen = replace(layer, hidden_size=5, bidirectional=True, truncate=3, returns=returns, bias_init=Constant(val=0.5))
    layers = (Unflatten(unflattened_size=(8, 8)), chosen, Flatten(), Linear(out_features=10))
    experiment = Experiment(
        data=Table("digits"),
        network=Layers(layers),
        loss=CrossEntropyLoss(),
        optimizer=SGD(lr=0.0),
        dtype="float64",
    )
    run = Run(experiment)
    (tmp_path / SCRIPT).write_text(script(experiment), "utf-8")
    drawn = executed(tmp_path / SCRIPT)["model"].state_dict()
    for name, parameter in Script(experiment, run.network).parameters(run.parameters):
        if "bias" in name and name.startswith("1"):
            assert np.array_equal(drawn[name].numpy(), parameter.value)
    assert largest_difference(run, tmp_path) <= 1e-10


def test_a_residual_network_is_exported_with_torchvisions_names_and_its_running_statistics(tmp_path: Path) -> None:
    blocks = (BasicBlock(name="one", planes=2), BasicBlock(name="two", planes=3, stride=2))
    layers = (Unflatten(), *blocks, Mean(), ResidualBlock(hidden_features=4), Linear(out_features=10))
    run = Run(
        Experiment(data=Table("digits"), network=Layers(layers), loss=CrossEntropyLoss(), dtype="float64", batch=8)
    )
    run.advance(3)
    state = exported(run, tmp_path)["model"].state_dict()
    assert {"two.conv1.weight", "two.bn2.running_mean", "two.downsample.0.weight", "two.downsample.1.bias"} <= set(
        state
    )
    assert state["one.downsample.1.num_batches_tracked"] == 5  # three of ours, two of the script's own
    assert largest_difference(run, tmp_path) <= 1e-10


def test_a_transformer_of_tokens_is_exported_with_its_masks(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"nhead": 2, "dim_feedforward": 12, "dropout": 0.0}
    layers = (
        Embedding(name="tokens", num_embeddings=9, embedding_dim=8),
        SinusoidalEncoding(name="placed"),
        TransformerEncoderLayer(name="memory", activation="gelu", **settings),
        TransformerDecoderLayer(inputs=("placed", "memory"), norm_first=True, is_causal=True, **settings),
        TransformerEncoderLayer(is_causal=True, **settings),
        Linear(out_features=9),
    )
    experiment = Experiment(data=Recall(), network=Layers(layers), loss=CrossEntropyLoss(), dtype="float64", batch=5)
    assert largest_difference(Run(experiment), tmp_path) <= 1e-10
    text = script(experiment)
    settled = "dim_feedforward=12, dropout=0.0, norm_first=True, batch_first=True"
    assert f"nn.TransformerDecoderLayer(8, 2, {settled})" in text
    assert "(placed, h, tgt_mask=torch.ones(12, 12, dtype=torch.bool).triu(1))" in text


@pytest.mark.parametrize(
    "schedule",
    [
        NoSchedule(),
        StepLR(step_size=2),
        ExponentialLR(gamma=0.5),
        LinearLR(total_iters=3),
        CosineAnnealingLR(T_max=4),
        OneCycleLR(max_lr=0.2, total_steps=8),
        ReduceLROnPlateau(),
    ],
    ids=lambda each: str(each.kind),
)
@pytest.mark.parametrize("clip", [NoClip(), ClipGradNorm(max_norm=0.1), ClipGradValue(clip_value=0.02)])
def test_steps_are_ours_under_any_schedule_penalty_and_clipping(schedule: Any, clip: Any, tmp_path: Path) -> None:
    layers = (Linear(name="held", out_features=5, frozen=True), Tanh(), Linear(out_features=1))
    experiment = Experiment(
        data=Generated("plane"),
        network=Layers(layers),
        loss=HuberLoss(),
        optimizer=SGD(lr=0.1, momentum=0.5),
        schedule=schedule,
        clip=clip,
        l1=0.01 if clip.clips else 0.0,
        batch=100,
        accumulate=2,
        dtype="float64",
    )
    run = Run(experiment)
    names = exported(run, tmp_path)
    script, model = Script(experiment, run.network), names["model"]
    for _ in range(4):
        run.advance(1)
        for name, parameter in script.parameters(run.parameters):
            ours, theirs = parameter.value, dict(model.named_parameters())[name].detach().numpy()
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)
        data = run.data
        rows = run.batches.indices(run.step)
        batch = script.batch(data.train_x[rows].T, data.train_y[rows].reshape(len(rows), -1).T)
        model.zero_grad()
        x, y = (names["torch"].tensor(batch[name]) for name in "xy")
        eval(script.measured(), names, {"x": x, "y": y}).backward()
        names.get("descend", names["optimizer"].step)()


@pytest.mark.parametrize("optimizer", [SGD(lr=0.1), Lion()], ids=lambda each: str(each.kind))
@pytest.mark.parametrize("schedule", [NoSchedule(), StepLR()], ids=lambda each: str(each.kind))
def test_a_network_that_is_frozen_throughout_has_its_gradients_and_no_optimizer(
    optimizer: Any, schedule: Any, tmp_path: Path, capsys: Any
) -> None:
    """torch.optim refuses an empty list of parameters."""
    layers = (Linear(out_features=5, frozen=True), Tanh(), Linear(out_features=1, frozen=True))
    asked = Experiment(
        network=Layers(layers), optimizer=optimizer, schedule=schedule, clip=ClipGradNorm(), l1=0.1, dtype="float64"
    )
    assert largest_difference(Run(asked), tmp_path) <= 1e-10
    assert not {"optimizer", "descend", "Lion"} & set(executed(tmp_path / SCRIPT))
    assert "one step" not in capsys.readouterr().out


def test_a_network_without_parameters_has_its_loss(tmp_path: Path, capsys: Any) -> None:
    layers = (Unflatten(unflattened_size=(1, 2)), Mean())
    run = Run(Experiment(data=Generated("plane"), network=Layers(layers), loss=HuberLoss()))
    assert not list(exported(run, tmp_path)["model"].parameters())
    run.advance(1)
    assert capsys.readouterr().out == f"loss {run.loss:.6f}\n"
