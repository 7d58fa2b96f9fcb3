"""An experiment as a Keras script that a person can read, run and go on from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.export import scope
from app.export.files import BATCH, WEIGHTS, comment, title
from app.export.keras.broken import listed
from app.export.keras.functional import Functional
from app.export.keras.losses import definition, loss
from app.export.keras.notes import notes
from app.export.keras.optimizers import Optimizer
from app.export.keras.piece import NotInKeras
from app.export.keras.template import FUNCTIONS, TEMPLATE
from app.export.layout import Layout, arranged, sides
from app.export.scope import vocabulary
from engine.experiment import Experiment
from engine.feasible import planned
from engine.network import Network
from engine.parameters import Parameters
from engine.problem import BadExperiment
from engine.tensor import Array, Shape

NARROW = "float32: Keras computes sums and products of float64 in float32 all the same"


class Script:
    """An experiment's network in Keras; BadExperiment with what Keras cannot be told."""

    def __init__(self, experiment: Experiment, network: Network) -> None:
        self.experiment, self.network = experiment, network
        self.members = scope.network(experiment.network.layers, network.shape)
        self.tokens = vocabulary(self.members)
        self._layout: Layout = "tokens" if self.tokens else "last"
        self._network = Functional(self.members, tokens=bool(self.tokens))
        self._optimizer = Optimizer(experiment)
        problems = [*self._network.problems, *self._optimizer.problems()]
        if experiment.dtype != "float32":
            problems.append(NotInKeras(NARROW, experiment.dtype).problem("dtype", "Keras"))
        if problems:
            raise BadExperiment(problems)

    def weights(self, parameters: Parameters) -> dict[str, Array]:
        """Every parameter and every buffer by our name; the script arranges them."""
        state = parameters.state()
        values = {name: parameter.value for name, parameter in parameters.named.items()}
        return values | {name: array for name, array in state.items() if name != "values"}

    def batch(self, x: Array, y: Array) -> dict[str, Array]:
        if self.tokens:
            x = np.clip(x, 0, self.tokens - 1)
        return {"x": arranged(x, self._layout), "y": y if self.experiment.loss.labels else arranged(y, "last")}

    def text(self) -> str:
        experiment, lines = self.experiment, "\n".join(self._network.lines)
        shape = sides(self._examples, self.network.shape, self._layout)
        weights = (line for piece in self._network.pieces for line in listed(piece.name, piece.weights))
        made = "\n".join(f"        {line}" for line in weights)
        functions = [text for use, text in FUNCTIONS.items() if use in f"{lines}\n{made}"]
        functions += [definition(experiment.loss), self._optimizer.definition()]
        dtype = '"int32"' if self.tokens else ""
        return TEMPLATE.format(
            title=title(experiment, self.network, self.members),
            notes="".join(f"{line}\n" for line in self._notes()),
            name=comment(experiment.name),
            parts="initializers, layers, ops" if "initializers." in f"{lines}{functions}" else "layers, ops",
            functions="".join(f"\n{text}" for text in functions if text) + "\n" * any(functions),
            input=", ".join(filter(None, (str(shape[1:]), dtype and f"dtype={dtype}"))),
            lines=lines,
            output=self._network.output,
            frozen="".join(f'model.get_layer("{name}").trainable = False\n' for name in self._network.frozen),
            loss=loss(experiment.loss),
            optimizer=self._optimizer.text(),
            arranged=made,
            weights=WEIGHTS,
            batch=BATCH,
            shape=shape,
            x=self._noise(shape),
            y=self._targets(),
            step="\n".join(f"    {line}" for line in self._step()),
        )

    @property
    def _examples(self) -> int:
        """Of one step."""
        return self.experiment.batch * self.experiment.accumulate

    def _notes(self) -> Iterator[str]:
        """What Keras does otherwise, of what is used here."""
        found = list(notes(self.experiment))
        if found:
            yield ""
            yield "Keras does otherwise than PyTorch:"
            yield from (f"    {note}" for note in found)

    def _step(self) -> Iterator[str]:
        """One step of the optimizer: of one batch, or of the mean gradient of several."""
        count = self.experiment.accumulate
        if count == 1:
            yield 'print(f"loss {model.train_on_batch(x, y):.6f}")'
        else:
            yield f"batches = zip(np.split(x, {count}), np.split(y, {count}))"
            yield 'print(f"loss {np.mean([model.train_on_batch(a, b) for a, b in batches]):.6f}")'

    def _noise(self, shape: Shape) -> str:
        return (
            f"np.random.randint({self.tokens}, size={shape})" if self.tokens else f"np.random.standard_normal({shape})"
        )

    def _targets(self) -> str:
        outputs, *positions = self.network.output
        if self.experiment.loss.labels:
            return f"np.random.randint({outputs}, size={(self._examples, *positions)})"
        return f"np.random.random({sides(self._examples, self.network.output, 'last')}).round()"


def script(experiment: Experiment) -> str:
    """The text of the script; BadExperiment where the experiment cannot be run, or not in Keras."""
    _, network = planned(experiment)
    return Script(experiment, network).text()
