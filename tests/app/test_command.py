"""The command, as a person types it: what it writes, what it says, and its exit code."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app import __version__
from app.__main__ import main
from app.catalogue import EXAMPLES
from app.documents import read_experiment
from app.trace import trace
from engine.choice import settings
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.operations.elementwise import Tanh
from engine.operations.join import Concat, Multiply
from engine.proof import Proof, prove_all
from engine.run import Run
from hatch_build import ROOT
from tests.app.service import BUILT, ENVIRONMENT, line, running, served

SPIRAL = EXAMPLES / "01-spiral.json"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "ALLOW_REMOTE", "NAMES"):
        monkeypatch.delenv(f"BACKFLOW_{name}", raising=False)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.json"
    path.write_text('{"network": {"layers": [{"kind": "Linear", "out_features": 0}]}}', "utf-8")
    return path


BRANCHES = Experiment(
    network=Layers(
        (
            Linear(name="wide", out_features=4),
            Tanh(),
            Linear(name="gate", inputs=("wide",), out_features=4),
            Multiply(name="gated", inputs=("1", "gate")),
            Concat(inputs=("gated", "input")),
            Linear(out_features=6),
            Linear(shares="5", out_features=6),
            Linear(out_features=1),
        )
    )
)
PARAMETERS = [f"{layer}.{part}" for layer in ("wide", "gate", "5", "7") for part in ("weight", "bias")]


@pytest.fixture
def branches(tmp_path: Path) -> Path:
    path = tmp_path / "branches.json"
    path.write_text(json.dumps(settings(BRANCHES)), "utf-8")
    return path


def test_it_is_started_as_a_module() -> None:
    command = [sys.executable, "-m", "app", "--version"]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == __version__


@pytest.mark.parametrize("words", [[], ["fly"], ["check"], ["trace", "x.json", "--out", "x"], ["export", "x.json"]])
def test_words_it_does_not_know_end_with_code_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


class TestCheck:
    @pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
    def test_proves_the_gradients_of_every_example(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check", str(path), "--steps", "3"]) == 0
        said = capsys.readouterr().out
        assert "WRONG" not in said
        assert said.count("ok ") >= 4

    def test_proves_the_gradients_of_a_graph_by_the_names_of_its_layers(
        self, branches: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["check", str(branches), "--steps", "3"]) == 0
        said = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in said[1:]] == [f"ok    {name}" for name in PARAMETERS]

    def test_names_the_place_of_a_problem(self, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check", str(bad)]) == 1
        assert capsys.readouterr().err == "network.layers.0.out_features: expected at least 1, got 0\n"

    def test_notes_what_is_allowed_and_deserves_a_word(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "still.json"
        path.write_text('{"optimizer": {"kind": "SGD", "lr": 0}}', "utf-8")
        assert main(["check", str(path)]) == 0
        assert "\nnote  optimizer.lr: at a learning rate of 0 no weight moves" in capsys.readouterr().out

    def test_says_so_if_a_gradient_is_wrong(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("app.check.agrees", lambda proof, scale: proof.parameter != "2.bias")
        assert main(["check", str(SPIRAL)]) == 1
        assert "WRONG 2.bias" in capsys.readouterr().out

    def test_finds_a_wrong_gradient_even_where_gradients_have_vanished(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def wrong(run: Run) -> list[Proof]:
            return [replace(proof, backprop=1.01 * proof.backprop) for proof in prove_all(run)]

        monkeypatch.setattr("app.check.prove_all", wrong)
        assert main(["check", str(EXAMPLES / "03-vanishing.json")]) == 1
        assert "WRONG 0.weight" in capsys.readouterr().out

    def test_of_a_file_that_is_not_there_says_so(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check", "nowhere.json"]) == 1
        assert "nowhere.json" in capsys.readouterr().err


class TestTrace:
    def test_writes_the_numbers_of_the_last_step(self, tmp_path: Path) -> None:
        out = tmp_path / "spiral.npz"
        assert main(["trace", str(SPIRAL), "--steps", "12", "--out", str(out)]) == 0
        expected = trace(read_experiment(SPIRAL.read_bytes()), 12)
        with np.load(out) as written:
            assert set(written.files) == set(expected)
            assert all(written[name].tobytes() == expected[name].tobytes() for name in expected)
        assert len(expected["loss"]) == 12

    def test_of_a_graph_names_every_parameter_once(self, branches: Path, tmp_path: Path) -> None:
        out = tmp_path / "branches.npz"
        assert main(["trace", str(branches), "--steps", "3", "--out", str(out)]) == 0
        with np.load(out) as written:
            kinds = ("param", "grad", "update")
            assert set(written.files) == {"loss", *(f"{kind}/{name}" for kind in kinds for name in PARAMETERS)}
            assert written["grad/5.weight"].shape == (6, 6)

    @pytest.mark.parametrize("steps", ["0", "-1", "many"])
    def test_needs_a_step(self, tmp_path: Path, steps: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["trace", str(SPIRAL), "--steps", steps, "--out", str(tmp_path / "x.npz")])
        assert ended.value.code == 2
        assert "expected a whole number from 1" in capsys.readouterr().err

    def test_of_a_bad_experiment_ends_with_code_1(self, bad: Path, tmp_path: Path) -> None:
        assert main(["trace", str(bad), "--steps", "1", "--out", str(tmp_path / "x.npz")]) == 1


class TestExport:
    @pytest.mark.parametrize("framework", ["pytorch", "keras"])
    @pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
    def test_writes_a_script_with_its_weights(
        self, path: Path, framework: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["export", str(path), "--to", framework, "--steps", "2", "--out", str(tmp_path / "out")]) == 0
        written = [Path(line) for line in capsys.readouterr().out.splitlines()]
        assert all(each.stat().st_size for each in written)
        assert sorted(each.suffix for each in written) == [".py", ".safetensors", ".safetensors"]
        script = next(each for each in written if each.suffix == ".py")
        compile(script.read_text("utf-8"), script.name, "exec")

    def test_of_a_bad_experiment_writes_nothing(self, bad: Path) -> None:
        assert main(["export", str(bad), "--to", "pytorch"]) == 1
        assert list(bad.parent.iterdir()) == [bad]

    def test_says_what_keras_cannot_be_told_and_writes_nothing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "radam.json"
        path.write_text('{"version": 1, "optimizer": {"kind": "RAdam"}}', "utf-8")
        assert main(["export", str(path), "--to", "keras"]) == 1
        assert capsys.readouterr().err == "optimizer: expected an optimizer that Keras has too, got RAdam\n"
        assert list(tmp_path.iterdir()) == [path]


class TestServe:
    def test_refuses_to_be_seen_from_other_machines_unless_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["serve", "--host", "0.0.0.0"]) == 2
        assert "--allow-remote" in capsys.readouterr().err

    @pytest.mark.parametrize("port", ["65536", "-1", "http"])
    def test_of_a_port_that_is_none_ends_with_code_2(self, port: str, capsys: pytest.CaptureFixture[str]) -> None:
        try:
            code: object = main(["serve", "--port", port])
        except SystemExit as ended:
            code = ended.code
        assert code == 2
        assert "port" in capsys.readouterr().err

    def test_of_a_wrong_environment_ends_with_code_2(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("BACKFLOW_PORT", "eighty")
        assert main(["serve"]) == 2
        assert "port" in capsys.readouterr().err
        monkeypatch.setenv("BACKFLOW_PORT", "80")
        monkeypatch.setenv("BACKFLOW_NAMES", "lab.example")
        assert main(["serve"]) == 2
        assert "names" in capsys.readouterr().err

    def test_without_the_bundle_says_how_to_build_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("app.pages.STATIC", tmp_path)
        assert main(["serve"]) == 1
        assert "hatch_build.py" in capsys.readouterr().err

    @BUILT
    def test_goes_to_the_next_port_if_one_is_in_use_and_says_so(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with running("--port", str(port)) as service:
                said = [line(service) for _ in range(2)]
        assert said[0] == f"Port {port} is in use.\n"
        assert "http://127.0.0.1:" in said[1]
        assert f":{port} " not in said[1]

    @BUILT
    def test_on_port_0_takes_any_and_answers_there(self) -> None:
        import urllib.request

        with served() as address, urllib.request.urlopen(f"{address}/healthz", timeout=5) as reply:
            assert json.load(reply)["status"] == "ok"
