"""Random graphs of layers beside PyTorch: our engine and the exported script, on the same numbers.

The loss, the gradient of every parameter and of the input, and three steps of a random optimizer. The script is the
one a person gets from `backflow export --to pytorch`; it is executed here. Errors are measured as in test_parity.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.export.pytorch.script import Script
from engine.experiment import Experiment, Layers
from engine.network import Network
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss
from engine.tensor import Array, Shape
from engine.trainer import Training
from tests.engine.graphs import graphs
from tests.engine.test_parity import STEPS, TOLERANCE, error, losses, optimizers

torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)


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
        batch=draw(st.integers(1, 6)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )
    return Case(experiment, graph.shape, draw(st.integers(0, 2**32 - 1)))


def ours(case: Case) -> Training:
    """The engine's program with drawn parameters and a drawn batch in place."""
    experiment, rng = case.experiment, np.random.default_rng(case.seed)
    network = Network(experiment.network.layers, *case.shape)
    training = Training(experiment, network, network.allocate(experiment.dtype), input_gradient=True)
    training.reset(seed=0)
    for parameter in training.parameters.named.values():
        parameter.value[...] = rng.normal(size=parameter.value.shape) / np.sqrt(parameter.value.shape[-1])
    training.x[...] = rng.normal(size=training.x.shape)
    targets, shape = training.targets, training.targets.shape
    if experiment.loss.labels:
        targets[...] = rng.integers(0, network.outputs, shape)
    elif isinstance(experiment.loss, BCEWithLogitsLoss):
        targets[...] = rng.random(shape) > 0.5
    else:
        targets[...] = rng.normal(size=shape)
    return training


class Theirs:
    """The exported script, executed, with the parameters and the batch of a training of ours."""

    def __init__(self, case: Case, training: Training) -> None:
        self.training = training
        self.script = Script(case.experiment, training.network)
        self.names = executed(self.script.text())
        state = self.script.weights(training.parameters)
        self.names["model"].load_state_dict({name: torch.tensor(array) for name, array in state.items()})
        batch = self.script.batch(training.x, training.targets)
        self.x, self.y = torch.tensor(batch["x"]), torch.tensor(batch["y"])
        self.x.requires_grad_()

    def run_pass(self) -> None:
        self.names["optimizer"].zero_grad()
        self.loss = eval(self.script.measured(), self.names, {"x": self.x, "y": self.y})
        self.loss.backward()

    def run_update(self) -> None:
        self.names["optimizer"].step()

    def pairs(self) -> Iterator[tuple[str, Any, Any]]:
        """Our parameters and the script's, by the script's names."""
        named = dict(self.script.parameters(self.training.parameters))
        for name, parameter in self.names["model"].named_parameters():
            yield name, named[name], parameter

    def arranged(self, x: Array | None) -> Array:
        """What is shaped as our input, as the script has it."""
        assert x is not None
        return self.script.batch(x, self.training.targets)["x"]


class ExactHardsigmoid(torch.nn.Module):  # type: ignore[misc]
    """Hardsigmoid out of PyTorch's pieces: the slope of its own is float32's 1/6, in float64 too."""

    def forward(self, x: Any) -> Any:
        return torch.nn.functional.relu6(x + 3) / 6


def executed(text: str) -> dict[str, Any]:
    """What the script defines; its main() is not run."""
    names: dict[str, Any] = {"__name__": "network", "__file__": "network.py", "ExactHardsigmoid": ExactHardsigmoid}
    if "float64" in text:
        text = text.replace("nn.Hardsigmoid", "ExactHardsigmoid")
    kept = torch.get_default_dtype()
    exec(compile(text, "network.py", "exec"), names)
    torch.set_default_dtype(kept)
    return names


def results(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """Loss, gradients, and parameters after each step: what we find and what the script finds, by name."""
    training = ours(case)
    theirs = Theirs(case, training)
    found: dict[str, tuple[Any, Any]] = {}
    for step in range(STEPS):
        theirs.run_pass()
        training.run_pass()
        if step == 0:
            found["loss"] = np.array(training.loss), theirs.loss.item()
            found["gradient x"] = np.array(theirs.arranged(training.input.gradient)), theirs.x.grad.numpy().copy()
            for name, mine, their in theirs.pairs():
                found[f"gradient {name}"] = np.array(mine.gradient), their.grad.numpy().copy()
        theirs.run_update()
        training.run_update()
        for name, mine, their in theirs.pairs():
            found[f"step {step + 1} {name}"] = np.array(mine.value), their.detach().numpy().copy()
    return {name: pair[0] for name, pair in found.items()}, {name: pair[1] for name, pair in found.items()}


def disagreements(case: Case) -> list[str]:
    """The names of the results that differ by more than the tolerance, relative to PyTorch's largest entry.

    Where terms cancel to a few digits, PyTorch's own float32 is further from its float64 than that; then ours may be
    as far from it. Where PyTorch's numbers overflow, ours must.
    """
    mine, theirs = results(case)
    tolerance = TOLERANCE[case.experiment.dtype]
    far = [name for name in theirs if not error(mine[name], theirs[name]) <= tolerance]
    far = [name for name in far if np.isfinite(theirs[name]).all() or np.isfinite(mine[name]).all()]
    if far and case.experiment.dtype == "float32":
        _, exact = results(replace(case, experiment=replace(case.experiment, dtype="float64")))
        far = [name for name in far if distance(mine[name], theirs[name]) > 8 * distance(theirs[name], exact[name])]
    return far


def distance(found: Any, expected: Any) -> float:
    return float(np.abs(found - expected).max())


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(cases())
def test_a_drawn_graph_has_the_loss_gradients_and_steps_of_its_exported_script(case: Case) -> None:
    with np.errstate(all="ignore"):
        assert disagreements(case) == []
