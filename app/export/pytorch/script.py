"""An experiment as a PyTorch script that a person can read, run and go on from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.export import scope
from app.export.calls import call, chosen
from app.export.files import BATCH, WEIGHTS, comment, title
from app.export.layout import arranged, sides
from app.export.pytorch.classes import Classes
from app.export.pytorch.descent import Descent
from app.export.pytorch.initializers import drawn
from app.export.pytorch.optimizers import CLASSES
from app.export.pytorch.template import BACKWARD, BARE, FROZEN, TEMPLATE, TRAINED, UPDATE
from app.export.scope import vocabulary
from engine.experiment import Experiment
from engine.feasible import planned
from engine.network import Network
from engine.parameters import Parameter, Parameters
from engine.tensor import Array


def script(experiment: Experiment) -> str:
    """The text of the script; BadExperiment where the experiment cannot be run."""
    _, network = planned(experiment)
    return Script(experiment, network).text()


class Script:
    """An experiment's network as PyTorch has it: the script, and what lies beside it."""

    def __init__(self, experiment: Experiment, network: Network) -> None:
        self.experiment, self.network = experiment, network
        self.members = scope.network(experiment.network.layers, network.shape)
        self._classes = Classes()
        self._model = self._classes.network(self.members, network.shape)

    def parameters(self, parameters: Parameters) -> Iterator[tuple[str, Parameter]]:
        """Every parameter with its name in the script, twice where two modules are tied."""
        for leaf in self._model.leaves:
            for part in leaf.parts:
                yield f"{leaf.theirs}.{part}", parameters.named[f"{leaf.ours}.{part}"]

    def weights(self, parameters: Parameters) -> dict[str, Array]:
        """What the script's load_state_dict takes: every parameter and every buffer."""
        found = {name: parameter.value for name, parameter in self.parameters(parameters)}
        state = parameters.state()
        for leaf in self._model.leaves:
            for name in leaf.member.layer.buffers(*leaf.member.shapes):
                found[f"{leaf.theirs}.{name}"] = state[f"{leaf.ours}.{name}"]
        return found

    def batch(self, x: Array, y: Array) -> dict[str, Array]:
        """Inputs (features, batch, *positions) and targets, as the script reads them."""
        if tokens := vocabulary(self.members):
            x = np.clip(x, 0, tokens - 1)
        labels = self.experiment.loss.labels
        return {"x": arranged(x, self._model.inputs[0]), "y": y if labels else arranged(y, self._model.output)}

    @property
    def _examples(self) -> int:
        """Of one step."""
        return self.experiment.batch * self.experiment.accumulate

    def text(self) -> str:
        experiment, classes = self.experiment, [*self._classes.texts.values()]
        descent = Descent(experiment, self.network, self._model.called)
        if experiment.optimizer.kind in CLASSES and not descent.idle:
            classes.append(CLASSES[experiment.optimizer.kind])
        x, tokens = sides(self._examples, self.network.shape, self._model.inputs[0]), vocabulary(self.members)
        return TEMPLATE.format(
            title=title(experiment, self.network, self.members),
            summary=BARE if not self.network.parameter_count else FROZEN if descent.idle else TRAINED,
            notes="".join(f"{line}\n" for line in self._notes()),
            name=comment(experiment.name),
            imports="from collections import OrderedDict\n" * ("OrderedDict" in self._model.text)
            + "from pathlib import Path\n",
            dtype="torch.set_default_dtype(torch.float64)\n" if experiment.dtype == "float64" else "",
            classes="".join(f"\n\n{text}" for text in classes) + "\n" * bool(classes),
            model=self._model.text,
            loss=call(f"nn.{experiment.loss.kind}", named=chosen(experiment.loss)),
            optimizer=descent.setup(),
            descend=descent.function(),
            backward=BACKWARD if self.network.parameter_count else "",
            update="" if descent.idle else UPDATE.format(step=descent.step(), measured=self.measured()),
            initialize="".join(f"    {line}\n" for line in drawn(self._model.leaves)),
            measured=self.measured(),
            weights=WEIGHTS,
            batch=BATCH,
            shape=x,
            x=f"torch.randint({tokens}, {x})" if tokens else f"torch.randn{x}",
            y=self._noise(),
        )

    def _notes(self) -> Iterator[str]:
        """Where the script calls a layer by another name than the page."""
        names = self._model.called
        unnamed = {ours: theirs for ours, theirs in names.items() if ours.isdecimal() and ours != theirs}
        if unnamed:
            place, name = next(iter(unnamed.items()))
            yield ""
            yield f"A layer that has no name is called by its kind and its place: {name} is layer {place}."
        for ours, theirs in names.items():
            if ours != theirs and ours not in unnamed:
                yield f"Layer {ours} is called {theirs}, since {ours} means something else in PyTorch or Python."

    def measured(self) -> str:
        """The loss of a step. PyTorch wants the classes second; labels of a sequence are told one by one instead."""
        batch, batches = self.experiment.batch, self.experiment.accumulate
        x, y = ("x", "y") if batches == 1 else ("a", "b")
        loss = f"criterion(model({x}), {y})"
        if self.experiment.loss.labels and len(self.network.output) > 1 and self._model.output == "last":
            loss = f"criterion(model({x}).flatten(0, -2), {y}.flatten())"
        return loss if batches == 1 else f"sum({loss} for a, b in zip(x.split({batch}), y.split({batch}))) / {batches}"

    def _noise(self) -> str:
        batch, (outputs, *positions) = self._examples, self.network.output
        if self.experiment.loss.labels:
            return f"torch.randint({outputs}, {(batch, *positions)})"
        return f"torch.rand{sides(batch, self.network.output, self._model.output)}.round()"
