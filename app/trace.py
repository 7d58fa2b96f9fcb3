"""What a run's last step looked like, as plain arrays: for a notebook, or to check the page against."""

from __future__ import annotations

import numpy as np

from engine.experiment import Experiment
from engine.run import Run
from engine.tensor import Array


def trace(experiment: Experiment, steps: int) -> dict[str, Array]:
    """Run `steps` steps from the start.

    "loss" is (steps,), the loss of each step's batch. For each parameter, by PyTorch's name: "param/NAME" its
    value as the last step's pass used it, "grad/NAME" its gradient in that pass, "update/NAME" what the
    optimizer then added. All in the experiment's dtype. BadExperiment where it cannot be run.
    """
    if steps < 1:
        raise ValueError(f"expected at least 1 step, got {steps}; a trace shows the last step done")
    run = Run(experiment)
    run.advance(steps)
    arrays: dict[str, Array] = {"loss": np.array(run.losses)}
    for name, parameter in run.parameters.named.items():
        arrays[f"param/{name}"] = parameter.before.copy()
        arrays[f"grad/{name}"] = parameter.gradient.copy()
        arrays[f"update/{name}"] = parameter.update.copy()
    return arrays
