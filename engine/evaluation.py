"""Looking at examples without training on them: a forward-only program, shared by all who have the same network.

A hundred sessions of one lesson have one network, each with parameters of its own. What they look with is the same
but for those, so there is one of it in a process, which takes over the parameters it is asked about.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import prod

import numpy as np

from engine.experiment import Experiment
from engine.network import Network
from engine.operations.losses import Loss
from engine.parameters import Parameters
from engine.program import Program, compiled
from engine.tensor import Array
from engine.trainer import attach

SHELF = 64_000_000  # bytes of programs kept for the next who asks


class Evaluation:
    """The program, with a copy of somebody's parameters and the examples that somebody last put in."""

    def __init__(self, network: Network, loss: Loss, dtype: str, examples: int) -> None:
        self.program = Program(dtype, examples, training=False)
        self.parameters = network.allocate(dtype)
        self.input = self.program.tensor(*network.shape, gradient=False)
        with np.errstate(all="ignore"):
            self.output = network.forward(self.program, self.parameters, self.input, gradient=False)
            self._network = compiled(self.program.forward_calls())
            self.loss = attach(self.program, loss, self.output)
            self._all = compiled(self.program.forward_calls())
        self.holds: object = None  # whose examples these are

    @property
    def targets(self) -> Array:
        return self.program.nodes[-1].inputs[1].data

    def hold(self, owner: object, fill: Callable[[Evaluation], None]) -> None:
        """Have the examples of an owner in place; they are filled in only if another's are there."""
        if self.holds != owner:
            self.holds = None  # until they are all there: who fills them in may find no memory on the way
            fill(self)
            self.holds = owner

    def run(self, parameters: Parameters, *, loss: bool = True) -> None:
        """The network with these parameters, and the loss."""
        for mine, theirs in zip(self.parameters.state().values(), parameters.state().values(), strict=True):
            np.copyto(mine, theirs)
        (self._all if loss else self._network)()


class Shelf:
    """Programs by what they are made for; those not used for the longest time go first."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._kept: OrderedDict[object, tuple[Evaluation, int]] = OrderedDict()

    def take(self, experiment: Experiment, network: Network, examples: int) -> Evaluation:
        key = (experiment.network, experiment.loss, experiment.dtype, network.shape, examples)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        made = Evaluation(network, experiment.loss, experiment.dtype, examples)
        floats = network.parameter_count + examples * sum(prod(placed.output) for placed in network.placed)
        self._kept[key] = made, floats * np.dtype(experiment.dtype).itemsize
        self.size += self._kept[key][1]
        while self.size > self.most and len(self._kept) > 1:
            self.size -= self._kept.popitem(last=False)[1][1]
        return made


SHARED = Shelf(SHELF)
