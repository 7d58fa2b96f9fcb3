"""The text of an optimizer in Keras: every argument whose default is another, and what Keras does otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.dialects.keras_training import OPTIMIZERS
from app.dialects.term import Argument
from app.export.calls import literal
from app.export.keras.piece import NotInKeras
from app.export.keras.schedules import schedule, short
from engine.clipping import ClipGradNorm, ClipGradValue
from engine.experiment import Experiment
from engine.problem import Problem

TERMS = {term.kind: term for term in OPTIMIZERS}
DECOUPLED = ("AdamW", "Lion")  # optimizers whose weight decay is no part of the gradient, here as in Keras
SQUARED = ("RMSprop", "Adagrad")  # their epsilon is added under the root: its square is nearest to PyTorch's
LEAST = 1e-18  # of such an epsilon: float32 has no smaller squares

# Weight decay and penalty as PyTorch has them.
CLASS = '''
class {name}(keras.optimizers.{name}):
    """{doc}"""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(ops.add(gradient, {added}), variable, learning_rate)
'''


class Optimizer:
    """Of an experiment: its text, if there are no `problems`."""

    choice: Any

    def __init__(self, experiment: Experiment) -> None:
        self.experiment, self.choice = experiment, experiment.optimizer
        self.term = TERMS[self.choice.kind]

    def problems(self) -> Iterator[Problem]:
        """What Keras cannot be told."""
        yield from (error.problem("optimizer", self.choice.kind) for error in self._lacking())
        if self.experiment.l1 and self.experiment.clip.clips:
            expected = "0 with clipping: Keras clips before anything is added"
            yield NotInKeras(expected, self.experiment.l1).problem("l1", "L1")
        try:
            self._rate()
        except NotInKeras as error:
            yield error.problem("schedule", self.experiment.schedule.kind)

    def definition(self) -> str:
        """The class that adds to the gradient, where anything is added."""
        added, said = [], ""
        if self._l2:
            added.append(f"{self._l2!r} * variable")
            said = "Weight decay is part of the gradient, as in PyTorch."
        if self.experiment.l1:
            added.append(f"{self.experiment.l1!r} * ops.sign(variable)")
            slope = f"slope of {self.experiment.l1!r} times the sum of all |w|"
            said = f"{said} So is the {slope}." if said else f"The {slope} is part of the gradient."
        if not added:
            return ""
        return CLASS.format(name=self.term.name, doc=said, added=" + ".join(added))

    def text(self) -> str:
        place = "" if self.definition() else "keras.optimizers."
        return f"{place}{self.term.name}({', '.join(self._arguments())})"

    @property
    def _l2(self) -> float:
        decoupled = self.choice.kind in DECOUPLED or getattr(self.choice, "decoupled_weight_decay", False)
        return 0.0 if decoupled else float(getattr(self.choice, "weight_decay", 0.0))

    def _arguments(self) -> Iterator[str]:
        yield f"learning_rate={self._rate()}"
        for argument in self.term.arguments:
            value = self._value(argument)
            if argument.name not in ("", "learning_rate") and value != argument.default:
                yield f"{argument.name}={literal(value)}"
        clip = self.experiment.clip
        if isinstance(clip, ClipGradNorm):
            yield f"global_clipnorm={clip.max_norm!r}"
        if isinstance(clip, ClipGradValue):
            yield f"clipvalue={clip.clip_value!r}"
        if self.experiment.accumulate > 1:
            yield f"gradient_accumulation_steps={self.experiment.accumulate}"

    def _value(self, argument: Argument) -> Any:
        """Of an argument; a decay that the gradient has already, or of 0, is none."""
        name, *place = argument.ours.split(".")
        if name == "weight_decay" and (self._l2 or not self.choice.weight_decay):
            return argument.default if self.choice.kind not in DECOUPLED else 0.0
        value = getattr(self.choice, name)
        if name == "eps" and self.choice.kind in SQUARED:
            return short(value**2)
        return value[int(place[0])] if place else value

    def _rate(self) -> str:
        return schedule(self.experiment.schedule, self.choice.lr, self.experiment.accumulate)

    def _lacking(self) -> Iterator[NotInKeras]:
        """The optimizer, or those of its settings that Keras has no argument for."""
        if not self.term.name:
            yield NotInKeras("an optimizer that Keras has too", self.choice.kind)
        for name in ("dampening", "lr_decay"):
            if getattr(self.choice, name, 0):
                yield NotInKeras("0: Keras has no such argument", getattr(self.choice, name), name)
        if self.choice.kind == "NAdam" and self.choice.momentum_decay != 1:
            yield NotInKeras("1, which is built into Keras's Nadam", self.choice.momentum_decay, "momentum_decay")
        if self.choice.kind in SQUARED and self.choice.eps < LEAST:
            yield NotInKeras(f"{LEAST:g} or more: its square is added under the root", self.choice.eps, "eps")
