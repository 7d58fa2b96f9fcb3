"""Networks beside Keras: the exported script, executed on the torch backend, finds our loss, gradients and steps.

Keras is no requirement of the project: where it is not installed, names and defaults are still held against its
documented ones by test_dialects.py, and the texts of scripts by test_keras_text.py.
"""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.catalogue import members
from app.documents import read_experiment
from app.export.files import SCRIPT, files
from app.export.keras.script import Script
from engine.clipping import ClipGradValue, NoClip
from engine.data.choices import Table
from engine.experiment import Experiment, Layers
from engine.initializers import LSUV, AnyInitializer, Dirac, Eye, Orthogonal, Sparse, Zeros
from engine.layers.linear import Linear
from engine.operations.elementwise import Tanh
from engine.operations.losses import CrossEntropyLoss
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment
from engine.run import Run
from tests.app.keras_beside import disagreements, keras, precision
from tests.engine.drawn_experiments import Case, cases, decays, rates
from tests.engine.test_parity import STEPS

# On the torch backend, of some small convolutions: PyTorch's own backward pass refuses the kernel that Keras has
# permuted for it ("slow_conv2d: grad_weight must be contiguous").
REFUSED_BY_PYTORCH = "contiguous"
pytestmark = [
    pytest.mark.filterwarnings("ignore:You are using a softmax over axis"),
    pytest.mark.filterwarnings("ignore:The model does not have any trainable weights"),
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),  # inside Keras
]

SPECIAL = {Dirac, LSUV, Sparse}  # that Keras has not
MATRICES = {Eye, Orthogonal}  # not of a bias
EXAMPLES = Path(__file__).parents[2] / "app" / "examples"


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(cases(st.builds(SGD, lr=rates, weight_decay=decays)))
def test_a_drawn_graph_has_the_loss_gradients_and_steps_of_its_exported_script(case: Case) -> None:
    """In float64. What scripts say Keras does otherwise is left out: clipping by norm without PyTorch's 1e-6, and a
    cosine that ends at its lowest."""
    experiment = case.experiment
    assume(getattr(experiment.schedule, "T_max", STEPS) >= STEPS)
    assume(not experiment.loss.labels or experiment.network.layers[-1].out_features > 1)  # Keras drops an axis of one
    clip = experiment.clip if isinstance(experiment.clip, ClipGradValue) else NoClip()
    try:
        assert disagreements(replace(case, experiment=replace(experiment, clip=clip, dtype="float64"))) == []
    except BadExperiment as error:
        assert {problem.code for problem in error.problems} == {"not_in_keras"}
        assume(False)
    except RuntimeError as error:
        assume(REFUSED_BY_PYTORCH not in str(error))
        raise


@pytest.mark.parametrize("name", ["02-digits", "13-letters"])
def test_the_script_prints_our_loss_and_the_norm_of_each_gradient(name: str, tmp_path: Path, capsys: Any) -> None:
    run = Run(read_experiment((EXAMPLES / f"{name}.json").read_bytes()))
    run.advance(3)
    for file, content in files(run, Script(run.experiment, run.network)).items():
        (tmp_path / file).write_bytes(content)
    with precision("float32"):
        runpy.run_path(str(tmp_path / SCRIPT), run_name="__main__")
    *norms, loss, after = capsys.readouterr().out.splitlines()
    run.advance(1)
    ours = np.sqrt(sum(float(np.square(p.gradient).sum()) for p in run.parameters.named.values()))
    assert np.sqrt(sum(float(line.split()[-1]) ** 2 for line in norms)) == pytest.approx(ours, rel=1e-4)
    assert float(loss.removeprefix("loss ")) == pytest.approx(float(run.training.loss), abs=2e-6)
    assert float(after.removeprefix("loss after one step ")) < float(loss.removeprefix("loss "))


@pytest.mark.parametrize("kind", [kind for kind in members(AnyInitializer) if kind not in SPECIAL])
def test_every_initializer_draws_in_keras_as_it_does_here(kind: Any) -> None:
    layer = Linear(out_features=200, weight_init=kind(), bias_init=Zeros() if kind in MATRICES else kind())
    network = Layers((layer, Tanh(), Linear(out_features=10)))
    run = Run(Experiment(data=Table("digits"), network=network, loss=CrossEntropyLoss()))
    names: dict[str, Any] = {"__name__": "network", "__file__": "network.py"}
    with precision("float32"):
        keras.utils.set_random_seed(0)
        exec(Script(run.experiment, run.network).text(), names)
    for mine, variable in zip(("weight", "bias"), names["model"].layers[1].weights, strict=True):
        ours, theirs = run.parameters.named[f"0.{mine}"].value, variable.value.detach().numpy()
        assert theirs.std() == pytest.approx(ours.std(), rel=0.25, abs=1e-7)
        assert np.abs(theirs).max() == pytest.approx(np.abs(ours).max(), rel=0.5, abs=1e-7)
