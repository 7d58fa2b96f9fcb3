"""What each example of a step alone asks of the parameters: their mean is the gradient of the step."""

from __future__ import annotations

import numpy as np

from engine.problem import BadExperiment, Problem
from engine.run import Run
from engine.tensor import Array
from engine.trainer import Training

MOST = 20_000_000  # numbers of all examples together


class Samples:
    """A twin of a run's last step, sent back once for every example with the δ of all others at 0.

    The forward pass is that of the whole batch, so that every mask of a dropout is the one that trained. BadExperiment
    where examples of a batch are mixed (batch norm): there is no gradient of one alone.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.examples = run.experiment.batch * run.experiment.accumulate
        _refuse(run, self.examples)
        self.parameters = run.network.allocate(run.experiment.dtype)
        with np.errstate(all="ignore"):
            self.twin = Training(run.experiment, run.network, self.parameters)

    def gradients(self) -> dict[str, Array]:
        """By name of the parameter, (examples, *shape), the examples in the order in which the step had them."""
        named = self.parameters.named
        found = {name: np.empty((self.examples, *each.value.shape), each.value.dtype) for name, each in named.items()}
        self.parameters.values[...] = self.run.parameters.before
        example = 0
        with np.errstate(all="ignore"):
            for _ in self.run.passes(self.twin):
                for _ in self.twin.backward_alone():
                    for name, each in named.items():
                        found[name][example] = each.gradient
                    example += 1
        return found


def _refuse(run: Run, examples: int) -> None:
    for placed in run.network.placed:
        if placed.layer.mixes:
            where, kind = f"network.layers.{placed.index}", str(placed.layer.kind)
            expected = "layers that treat every example by itself"
            raise BadExperiment([Problem(where, "mixed_examples", expected, kind, {"came": kind})])
    count = examples * run.network.parameter_count
    if count > MOST:
        expected, came = f"at most {MOST:,} numbers, examples times parameters", f"{count:,}"
        raise BadExperiment(
            [Problem("network", "too_many_samples", expected, came, {"limit": f"{MOST:,}", "came": came})]
        )
