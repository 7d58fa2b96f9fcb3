"""An exported network is the same network: its script runs in PyTorch and finds our gradients."""

from __future__ import annotations

import ast
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.export.pytorch import BATCH, SCRIPT, WEIGHTS, files, script
from app.export.safetensors import LARGEST_HEADER, BadWeights, packed, unpacked
from engine.data.choices import Generated, Table
from engine.experiment import ACTIVATIONS, Experiment, Layers
from engine.initializers import AnyInitializer, Constant, KaimingNormal, Normal, Uniform
from engine.layers.linear import Linear
from engine.operations.elementwise import ELU, GELU, LeakyReLU, Softplus, Tanh
from engine.operations.losses import CrossEntropyLoss, HuberLoss
from engine.optimizers.adam import AdamW
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment
from engine.run import Run
from engine.tensor import Array

INITIALIZERS = get_args(get_args(AnyInitializer)[0])
SMALL = Experiment(
    name="small",
    network=Layers(
        (
            Linear(out_features=5),
            GELU(approximate="tanh"),
            Linear(out_features=4, bias=False),
            ELU(),
            Linear(out_features=1),
        )
    ),
)
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
]


def exported(run: Run, folder: Path) -> dict[str, Any]:
    """Everything the script names, after it has run with the exported files beside it."""
    for name, content in files(run).items():
        (folder / name).write_bytes(content)
    return executed(folder / SCRIPT)


def executed(path: Path) -> dict[str, Any]:
    torch = pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    kept = torch.get_default_dtype()
    try:
        return runpy.run_path(str(path), run_name="__main__")
    finally:
        torch.set_default_dtype(kept)


def largest_difference(run: Run, folder: Path) -> float:
    """Between the script's gradients and those of our next step, over the largest of the same parameter."""
    model = exported(run, folder)["model"]
    run.advance(1)
    found = []
    for name, parameter in model.named_parameters():
        ours, theirs = run.parameters.named[name].gradient, parameter.grad.numpy()
        assert ours.dtype == theirs.dtype
        found.append(np.abs(ours - theirs).max() / np.abs(theirs).max())
    return float(max(found))


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: f"{e.loss.kind} {e.dtype}")
def test_the_script_finds_the_gradients_of_our_first_step(experiment: Experiment, tmp_path: Path) -> None:
    assert largest_difference(Run(experiment), tmp_path) <= 1e-6


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


@pytest.mark.parametrize("kind", INITIALIZERS)
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


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_a_script_of_any_activation_runs_without_the_files(kind: type[Any], tmp_path: Path) -> None:
    path = tmp_path / SCRIPT
    path.write_text(
        script(Experiment(network=Layers((Linear(out_features=3), kind(), Linear(out_features=1))))), "utf-8"
    )
    assert len(executed(path)["model"]) == 3


def test_only_what_differs_from_pytorch_is_spelled_out() -> None:
    plain = script(Experiment())
    assert "torch.optim.Adam(model.parameters(), lr=0.001)" in plain
    assert "nn.Tanh()," in plain
    assert "nn.init" not in plain
    assert "set_default_dtype" not in plain
    changed = script(EXPERIMENTS[3])
    assert "nn.Softplus(beta=2.0)," in changed
    assert "nn.HuberLoss(delta=0.5)" in changed
    assert "RMSprop(model.parameters(), lr=0.01, momentum=0.5, centered=True)" in changed
    assert 'nn.GELU(approximate="tanh"),' in script(SMALL)
    assert "nn.Linear(5, 4, bias=False)," in script(SMALL)


def test_initializers_are_written_with_pytorchs_arguments() -> None:
    layers = (
        Linear(
            out_features=4,
            weight_init=KaimingNormal(mode="fan_out", nonlinearity="relu"),
            bias_init=Constant(),
        ),
        Linear(out_features=1, weight_init=Uniform(a=0.5, b=-0.5), bias_init=Normal(std=0.1)),
    )
    text = script(Experiment(network=Layers(layers)))
    assert 'nn.init.kaiming_normal_(model[0].weight, mode="fan_out", nonlinearity="relu")' in text
    assert "nn.init.constant_(model[0].bias, val=0.1)" in text
    assert "nn.init.uniform_(model[1].weight, a=-0.5, b=0.5)" in text
    assert "nn.init.normal_(model[1].bias, std=0.1)" in text


@pytest.mark.parametrize("name", ['"""\nimport os', "'); x = (1", "{layers}", "\\", "a\u2028b", "\u202e", "학교", "#"])
def test_a_name_cannot_become_code(name: str) -> None:
    statements = [ast.dump(each) for each in ast.parse(script(replace(SMALL, name=name))).body]
    assert statements == [ast.dump(each) for each in ast.parse(script(SMALL)).body]


def test_an_experiment_that_cannot_run_is_not_exported() -> None:
    with pytest.raises(BadExperiment):
        script(Experiment(network=Layers(())))


def test_the_reference_reader_reads_our_files() -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    run = Run(EXPERIMENTS[2])
    found = files(run)
    weights, batch = safetensors.load(found[WEIGHTS]), safetensors.load(found[BATCH])
    assert set(weights) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    for name, parameter in run.parameters.named.items():
        assert np.array_equal(weights[name], parameter.value)
    assert (batch["x"].shape, batch["y"].dtype) == ((32, 4), np.int64)


def test_our_reader_reads_the_files_of_the_reference() -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    arrays: dict[str, Array] = {
        "b": np.arange(6.0).reshape(2, 3),
        "a": np.array([1, 2], np.float32),
        "none": np.zeros((0, 4)),
        "n": np.array(3),
    }
    found = unpacked(safetensors.save(arrays, metadata={"made": "elsewhere"}))
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
kinds = st.sampled_from(["<f8", "<f4", "<i8", ">f4"])
contents = st.dictionaries(
    st.text(max_size=8).filter(lambda t: t != "__metadata__"), st.tuples(shapes, kinds), max_size=5
)


@given(contents)
def test_what_is_packed_is_unpacked(wanted: dict[str, tuple[tuple[int, ...], str]]) -> None:
    arrays = {name: np.arange(np.prod(shape)).reshape(shape).astype(kind) for name, (shape, kind) in wanted.items()}
    found = unpacked(packed(arrays))
    assert set(found) == set(arrays)
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


def test_numbers_begin_on_a_multiple_of_eight_and_views_are_written_as_they_read() -> None:
    array = np.arange(12.0).reshape(3, 4)
    content = packed({"view": array[:, :3].T, "odd name": np.array([1], np.float32)})
    assert int.from_bytes(content[:8], "little") % 8 == 0
    assert np.array_equal(unpacked(content)["view"], array[:, :3].T)


def test_other_kinds_of_numbers_are_not_written() -> None:
    with pytest.raises(TypeError, match="mask: expected float64, float32 or int64, got bool"):
        packed({"mask": np.zeros(2, bool)})


def file(header: str | bytes, data: bytes = b"") -> bytes:
    text = header.encode() if isinstance(header, str) else header
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype: str = '"F32"', shape: str = "[2]", offsets: str = "[0,8]") -> str:
    return f'{{"dtype":{dtype},"shape":{shape},"data_offsets":{offsets}}}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected at least the 8 bytes"),
        (b"PK\x03\x04 a zip archive, renamed", "is it a safetensors file"),
        ((2**63).to_bytes(8, "little") + b"{}", "expected a header of at most 2 bytes"),
        (file(b" " * (LARGEST_HEADER + 1)), "expected a header of at most 1,000,000 bytes"),
        (file("{"), "expected a header of JSON"),
        (file(b'{"\xff": 1}'), "expected a header of JSON"),
        (file("[" * 100_000), "expected a header of JSON"),
        (file("[]"), "expected a header that is an object, got list"),
        (file('{"a":1}'), "a: expected dtype, shape and data_offsets, got 1"),
        (file('{"a":' + entry() + ',"a":' + entry() + "}", bytes(8)), "one name twice"),
        (
            file('{"a":' + entry(dtype='"F16"') + "}", bytes(8)),
            "a: expected a dtype of F64, F32, I64, got F16",
        ),
        (file('{"a":' + entry(dtype="[1]") + "}", bytes(8)), r"a: expected a dtype of .*, got \[1\]"),
        (file('{"a":' + entry(shape="[-2]") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (file('{"a":' + entry(shape="[true]") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (file('{"a":' + entry(shape="[2.0]") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (file('{"a":' + entry(shape="2") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (
            file('{"a":' + entry(shape="[9223372036854775807,0]", offsets="[0,0]") + "}"),
            "a: expected a list of whole",
        ),
        (file('{"a":' + entry(shape="[1,1,1,1,1,1,1,1,2]") + "}", bytes(8)), "at most 8 dimensions"),
        (file('{"a":' + entry(offsets="[0,8,8]") + "}", bytes(8)), "and 2 offsets, got 1 and 3"),
        (file('{"a":' + entry(shape="[3]") + "}", bytes(8)), "a: expected 12 bytes for its shape, got 8"),
        (file('{"a":' + entry(offsets="[8,0]") + "}", bytes(8)), "a: expected 8 bytes for its shape, got -8"),
        (file('{"a":' + entry(offsets="[4,12]") + "}", bytes(12)), "a: expected data from byte 0, .*, got 4"),
        (
            file('{"a":' + entry() + ',"b":' + entry() + "}", bytes(8)),
            "b: expected data from byte 8, .*, got 0",
        ),
        (file('{"a":' + entry() + "}", bytes(7)), "within the file's 7 bytes, got an end of 8"),
        (file('{"a":' + entry() + "}", bytes(9)), "expected 8 bytes of data, got 9"),
    ],
    ids=range(25),
)
def test_a_file_that_lies_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadWeights, match=message):
        unpacked(content)


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(place: int, damage: bytes) -> None:
    content = bytearray(packed({"0.weight": np.ones((2, 3), np.float32), "0.bias": np.ones(2, np.float32)}))
    at = place % len(content)
    content[at : at + len(damage)] = damage
    try:
        unpacked(bytes(content))
    except BadWeights as error:
        assert str(error)
