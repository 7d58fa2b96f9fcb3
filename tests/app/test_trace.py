"""A trace is what the run's own buffers held after its last step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.trace import trace
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.operations.elementwise import ReLU
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment
from engine.run import Run

SMALL = Experiment(network=Layers((Linear(out_features=6), ReLU(), Linear(out_features=1, bias=False))))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_trace_names_the_loss_and_every_parameter(dtype: Any) -> None:
    found = trace(replace(SMALL, dtype=dtype), 12)
    names = ("0.weight", "0.bias", "2.weight")
    assert set(found) == {
        "loss",
        *(f"{kind}/{name}" for kind in ("param", "grad", "update") for name in names),
    }
    assert found["loss"].shape == (12,)
    assert found["param/0.weight"].shape == found["grad/0.weight"].shape == found["update/0.weight"].shape == (6, 2)
    assert {array.dtype.name for array in found.values()} == {dtype}


def test_a_trace_holds_the_bytes_of_the_runs_buffers() -> None:
    found, run = trace(SMALL, 40), Run(SMALL)
    losses = []
    for _ in range(40):
        run.advance(1)
        losses.append(run.training.loss.copy())
    assert found["loss"].tobytes() == np.array(losses).tobytes()
    for name, parameter in run.parameters.named.items():
        assert found[f"param/{name}"].tobytes() == parameter.before.tobytes()
        assert found[f"grad/{name}"].tobytes() == parameter.gradient.tobytes()
        assert found[f"update/{name}"].tobytes() == parameter.update.tobytes()


def test_parameter_plus_update_is_the_parameter_of_the_next_step() -> None:
    now, next_ = trace(SMALL, 9), trace(SMALL, 10)
    for name in ("0.weight", "0.bias", "2.weight"):
        assert np.array_equal(now[f"param/{name}"] + now[f"update/{name}"], next_[f"param/{name}"])


def test_the_update_is_what_the_optimizer_made_of_the_gradient() -> None:
    found = trace(replace(SMALL, optimizer=SGD(lr=0.5)), 3)
    for name in ("0.weight", "0.bias", "2.weight"):
        assert np.array_equal(found[f"update/{name}"], found[f"grad/{name}"] * np.float32(-0.5))


def test_one_step_starts_from_the_parameters_as_drawn() -> None:
    drawn = Run(SMALL).parameters.named["0.weight"].value
    assert np.array_equal(trace(SMALL, 1)["param/0.weight"], drawn)


@pytest.mark.parametrize("steps", [0, -1])
def test_a_trace_of_no_step_is_refused(steps: int) -> None:
    with pytest.raises(ValueError, match=f"expected at least 1 step, got {steps}"):
        trace(SMALL, steps)


def test_an_experiment_that_cannot_run_is_refused() -> None:
    with pytest.raises(BadExperiment, match="1 outputs for BCEWithLogitsLoss"):
        trace(replace(SMALL, network=Layers((Linear(out_features=2),))), 1)
