"""From the gradient to the update: penalty, clipping, optimizer.

`Parameters.gradients` is ∂L/∂w of the batch's mean loss and stays what it is. Where something is made of it before the
optimizer has it, that is done in a copy, of which the optimizer alone knows.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.clipping import Clipped
from engine.experiment import Experiment
from engine.optimizers.memory import Layout, Memory
from engine.parameters import Parameters
from engine.program import Program
from engine.tensor import Array, buffer


class Descent:
    """The last segment of a training program. `memory` is the optimizer's; `clipped` what clipping found."""

    def __init__(self, program: Program, experiment: Experiment, parameters: Parameters) -> None:
        self.program, self.parameters = program, parameters
        self.l1, self.clip = experiment.l1, experiment.clip
        copied = self.l1 > 0 or self.clip.clips
        pair = buffer(parameters.pair.shape, parameters.pair.dtype) if copied else parameters.pair
        cycled = experiment.schedule.momentum(0) is not None
        self.memory = Memory(experiment.schedule.begin(experiment.optimizer), parameters, pair, cycled=cycled)
        self.clipped = Clipped(parameters.values.dtype)

    def arrange(self, frozen: Collection[int] = ()) -> bool:
        """Emit the update of all owners but these, unless that is what there is; was anything emitted?"""
        layout = self.memory.arrange(frozen)
        if layout == self.memory.layout:
            return False
        self.program.emit_update(lambda program: self._emit(program, layout))
        return True

    def _emit(self, program: Program, layout: Layout) -> None:
        here = [stretch for places in layout for stretch in self.memory.stretches(places)]
        gradients = [self.parameters.gradients[each] for each in here]
        taken = [self.memory.pair[0, each] for each in here]
        if self.l1:
            values = [self.parameters.values[each] for each in here]
            for gradient, value, out in zip(gradients, values, taken, strict=True):
                self._penalize(program, gradient, value, out)
            gradients = taken
        if self.clip.clips:
            self.clip.emit(program, gradients, taken, self.clipped)
        self.memory.emit(program, layout)

    def _penalize(self, program: Program, gradient: Array, value: Array, out: Array) -> None:
        """g + l1 · sign(w): the gradient of the loss plus l1 · Σ|w|, with PyTorch's slope 0 of |w| at 0."""
        program.call(np.sign, value, out)
        program.call(np.multiply, out, program.constant(self.l1), out)
        program.call(np.add, out, gradient, out)
