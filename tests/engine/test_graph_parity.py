"""Random graphs of layers beside PyTorch: our engine and the exported script, on the same numbers.

The loss, the gradient of every parameter and of the input, and three steps of a random optimizer. The script is the
one a person gets from `backflow export --to pytorch`; it is executed here. Errors are measured as in test_parity.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.export import scope
from app.export.scope import vocabulary
from engine.clipping import ClipGradNorm, NoClip
from engine.experiment import Experiment, Layers
from engine.network import Network
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss
from engine.tensor import Shape
from engine.trainer import Training
from tests.engine.exported import Exported, gradient, torch
from tests.engine.graphs import Graph, graphs
from tests.engine.test_parity import STEPS, TOLERANCE, between, losses, optimizers

ROUNDINGS = {"float32": 8, "float64": 64}  # of the largest gradient, which count for nothing


@pytest.fixture(autouse=True)
def default_dtype() -> Iterator[None]:
    """Scripts of float64 set it."""
    kept = torch.get_default_dtype()
    yield
    torch.set_default_dtype(kept)


@dataclass(frozen=True)
class Case:
    """An experiment on inputs of this shape, and the seed of all its numbers."""

    experiment: Experiment
    shape: Shape
    seed: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    loss = draw(losses)
    graph = draw(graphs(draw(st.integers(2 if isinstance(loss, CrossEntropyLoss) else 1, 4))))
    experiment = Experiment(
        network=Layers(graph.layers),
        loss=loss,
        optimizer=draw(optimizers),
        l1=draw(st.sampled_from([0.0, 0.0, 0.0, 0.01])),
        clip=draw(st.just(NoClip()) | st.builds(ClipGradNorm, max_norm=between(0.01, 2))),
        batch=draw(st.integers(least_batch(graph), 6)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )
    return Case(experiment, graph.shape, draw(st.integers(0, 2**32 - 1)))


def least_batch(graph: Graph) -> int:
    placed = Network(graph.layers, *graph.shape).placed
    return max(int(each.layer.least_batch(*each.shapes)) for each in placed)


def ours(case: Case) -> Training:
    """The engine's program with drawn parameters and a drawn batch in place."""
    experiment, rng = case.experiment, np.random.default_rng(case.seed)
    network = Network(experiment.network.layers, *case.shape)
    training = Training(experiment, network, network.allocate(experiment.dtype), input_gradient=True)
    training.reset(seed=0)
    for parameter in training.parameters.named.values():
        parameter.value[...] = rng.normal(size=parameter.value.shape) / np.sqrt(parameter.value.shape[-1])
    tokens = vocabulary(scope.network(experiment.network.layers, case.shape))
    drawn = rng.integers(0, tokens, training.x.shape) if tokens else rng.normal(size=training.x.shape)
    training.x[...] = drawn
    targets, shape = training.targets, training.targets.shape
    if experiment.loss.labels:
        targets[...] = rng.integers(0, network.outputs, shape)
    elif isinstance(experiment.loss, BCEWithLogitsLoss):
        targets[...] = rng.random(shape) > 0.5
    else:
        targets[...] = rng.normal(size=shape)
    return training


@dataclass
class Results:
    """Loss, gradients, and parameters after each step: what we find and what the script finds, by name.

    `largest` is the largest gradient there is, those between the layers too.
    """

    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)
    largest: float = 0.0

    def add(self, name: str, mine: Any, their: Any) -> None:
        self.ours[name], self.theirs[name] = np.array(mine), np.array(their)

    def off(self, name: str, rounding: float) -> float:
        """The largest difference; but of steps of entries whose first gradient is nothing but rounding."""
        difference = np.abs(self.ours[name] - self.theirs[name])
        first = self.theirs.get(f"gradient {name.split(' ', 2)[-1]}") if name.startswith("step") else None
        return size(difference if first is None else np.where(np.abs(first) > rounding, difference, 0))


def results(case: Case) -> Results:
    torch.set_default_dtype(torch.float32)
    training = ours(case)
    script = Exported(case.experiment, training)
    found = Results()
    for step in range(STEPS):
        script.run_pass()
        training.run_pass()
        if step == 0:
            found.add("loss", training.loss, script.loss.item())
            if script.x.requires_grad:  # tokens have no gradient
                found.add("gradient x", script.arranged(training.input.gradient), gradient(script.x))
            for name, mine, their in script.pairs():
                found.add(f"gradient {name}", mine.gradient, gradient(their))
            between = (node.output.gradient for node in training.nodes if node.output.gradient is not None)
            everything = [*between, *(each for name, each in found.theirs.items() if name != "loss")]
            found.largest = max(map(size, everything))
        script.run_update()
        training.run_update()
        for name, mine, their in (*script.buffers(), *script.pairs()):
            found.add(f"step {step + 1} {name}", getattr(mine, "value", mine), their.detach().numpy())
    return found


def disagreements(case: Case) -> list[str]:
    """The names of the results that differ by more than the tolerance, relative to PyTorch's largest entry.

    What should be 0, as the gradient of a bias before a norm, is a few roundings of the largest gradient, and no two
    orders of adding make the same ones; nor are steps the same that an optimizer makes of them. Where terms cancel to
    a few digits, PyTorch itself is further from the exact result than the tolerance; then ours may be as far from it.
    Where PyTorch's numbers overflow, ours must.
    """
    found, dtype = results(case), case.experiment.dtype
    rounding = ROUNDINGS[dtype] * float(np.finfo(dtype).eps) * found.largest
    off = {name: found.off(name, rounding) for name in found.theirs}
    far = [name for name, each in found.theirs.items() if not off[name] <= max(TOLERANCE[dtype] * size(each), rounding)]
    far = [name for name in far if np.isfinite(found.theirs[name]).all() or np.isfinite(found.ours[name]).all()]
    own = own_errors(case, found.theirs) if far else {}
    return [name for name in far if not off[name] <= ROUNDINGS[dtype] * own[name]]


def own_errors(case: Case, theirs: dict[str, Any]) -> dict[str, float]:
    """How far PyTorch's results are from the exact ones: its float32 from its float64, or as many times less as
    float64 has finer roundings."""
    other: Any = {"float32": "float64", "float64": "float32"}[case.experiment.dtype]
    found = results(replace(case, experiment=replace(case.experiment, dtype=other))).theirs
    share = float(np.finfo(case.experiment.dtype).eps / np.finfo(np.float32).eps)
    own = {name: share * size(theirs[name] - found[name]) for name in theirs}
    for step in range(1, STEPS + 1):  # what is off in one parameter is so in all after the next pass
        names = [name for name in own if name.startswith(f"step {step}")]
        own |= dict.fromkeys(names, max((own[name] for name in names), default=0.0))
    return own


def size(array: Any) -> float:
    return float(np.abs(array).max())


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(cases())
def test_a_drawn_graph_has_the_loss_gradients_and_steps_of_its_exported_script(case: Case) -> None:
    with np.errstate(all="ignore"):
        assert disagreements(case) == []
