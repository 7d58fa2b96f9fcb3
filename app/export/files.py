"""The files of an export: a script, the parameters, and one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.export.safetensors import packed
from app.export.scope import Member
from engine.data.shared import as_targets
from engine.experiment import Experiment
from engine.feasible import shown
from engine.layers.linear import Linear
from engine.network import Network
from engine.parameters import Parameters
from engine.run import Run
from engine.tensor import Array

SCRIPT, WEIGHTS, BATCH = "network.py", "weights.safetensors", "batch.safetensors"


# How a script reads the batch, in either framework.
LOAD_BATCH = '''\
def load_batch():
    """Inputs and targets of one step."""
    batch = HERE / "{batch}"
    if batch.exists():
        tensors = load_file(batch)
        return tensors["x"], tensors["y"]
    return {x}, {y}
'''


class Exported(Protocol):
    """An experiment in another framework. `weights` and `batch` are what its script reads."""

    def text(self) -> str: ...

    def weights(self, parameters: Parameters) -> dict[str, Array]: ...

    def batch(self, x: Array, y: Array) -> dict[str, Array]: ...


def files(run: Run, exported: Exported) -> dict[str, bytes]:
    """The script, the run's present parameters, and the batch of its next step, by file name."""
    experiment, data = run.experiment, run.data
    rows = run.batches.indices(run.step)
    x = data.train_x[rows].swapaxes(0, 1).astype(experiment.dtype)
    y = as_targets(data, data.train_y[rows], run.network.outputs, experiment.loss.labels, experiment.dtype)
    return {
        SCRIPT: exported.text().encode(),
        WEIGHTS: packed(exported.weights(run.parameters)),
        BATCH: packed(exported.batch(x, y)),
    }


def title(experiment: Experiment, network: Network, members: Sequence[Member]) -> str:
    """What a script says of itself first."""
    shapes = [network.shape, *(member.output for member in members)]
    if all(len(shape) == 1 for shape in shapes) and all(m.reads == (at - 1,) for at, m in enumerate(members)):
        units = [shapes[0], *(m.output for m in members if isinstance(m.layer, Linear))]
        said = f"network {'-'.join(shown(shape) for shape in units)}"
    else:
        said = f"network of {len(members)} layers, {shown(shapes[0])} to {shown(shapes[-1])},"
    return f"The {said} on the {experiment.data.kind} data"


def comment(name: str) -> str:
    """An experiment's name as a Python string in a comment: what a person typed cannot become code."""
    return f"\n# {name!r}\n" if name else ""
