"""An experiment as a program that trains on a batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from engine.descent import Descent
from engine.experiment import Experiment
from engine.network import Network
from engine.operations.losses import Loss
from engine.parameters import Parameters
from engine.program import Program, compiled
from engine.tensor import Array, Tensor, buffer

LONG = 400  # calls of a pass beyond which compiling them a second time takes longer than it ever saves


class Training:
    """The training program: forward, loss, backward, update, on buffers that stay where they are.

    `x` is (features, batch, *positions); `targets` is what the loss reads. Fill both, then `run_pass` and
    `run_update`, or `run_step` for the two in one. Where several batches make a step, `gather` after each pass.
    """

    def __init__(
        self,
        experiment: Experiment,
        network: Network,
        parameters: Parameters,
        *,
        input_gradient: bool = False,
    ) -> None:
        self.network, self.parameters = network, parameters
        memory = network.memory(experiment.batch, experiment.dtype)
        program = Program(experiment.dtype, experiment.batch, seed=experiment.seeds.dropout, memory=memory)
        self.program = program
        self.input = program.tensor(*network.shape, gradient=input_gradient)
        self.output = network.forward(program, parameters, self.input)
        self.loss = attach(program, experiment.loss, self.output)
        program.backward()
        self.nodes = program.nodes
        self._passes = [*program.forward_calls(), *program.backward_calls()]
        self.run_pass = compiled(self._passes)
        self.descent = Descent(program, experiment, parameters)
        self.memory = self.descent.memory
        self.batches = experiment.accumulate
        self._sum = buffer(parameters.gradients.shape, experiment.dtype) if self.batches > 1 else parameters.gradients
        self.freeze(network.frozen)

    def freeze(self, frozen: Collection[int]) -> None:
        """Leave the parameters of these owners, and what the optimizer remembers of them, as they are."""
        if self.descent.arrange(frozen):
            run_pass, run_update = self.run_pass, compiled(self.program.update)
            self.run_update = run_update
            if len(self._passes) < LONG:
                self.run_step = compiled([*self._passes, *self.program.update])
                return

            def run_step() -> None:
                run_pass()
                run_update()

            self.run_step = run_step

    def backward_alone(self) -> Iterator[int]:
        """After a pass, for one example after the other: the backward pass of its own loss, not of the batch's mean."""
        sent = self.output.gradient
        assert sent is not None
        whole, calls = sent.copy(), [call for node in reversed(self.nodes[:-1]) for call in node.backward]
        back = compiled(calls)
        for example in range(self.program.batch):
            sent.fill(0)
            np.multiply(whole[:, example], self.program.batch, sent[:, example])
            back()
            yield example

    def gather(self, number: int) -> None:
        """Take up the gradients of a step's batch of this number; after the last, they are the mean of all."""
        gradients = self.parameters.gradients
        if number == 0:
            np.copyto(self._sum, gradients)
        else:
            np.add(self._sum, gradients, self._sum)
        if number == self.batches - 1:
            np.divide(self._sum, self.batches, gradients)

    @property
    def x(self) -> Array:
        return self.input.data

    @property
    def targets(self) -> Array:
        return self.program.nodes[-1].inputs[1].data

    def reset(self, seed: int) -> None:
        """Fresh parameters, an optimizer that remembers nothing, and frozen what the experiment says."""
        self.parameters.values.fill(0)
        self.network.initialize(self.parameters, seed)
        self.memory.clear()
        self.freeze(self.network.frozen)

    def flush(self) -> None:
        """Make 0 of what is subnormal in the optimizer's memory.

        Where a unit died, its moments decay until rounding holds them at the smallest subnormal. There they would
        stay, and processors are slow with them: a step on the digits took 1.7 times as long.
        """
        for array in self.memory.arrays.values():
            if array.dtype.kind == "f":
                array[np.abs(array) < np.finfo(array.dtype).tiny] = 0


def attach(program: Program, loss: Loss, prediction: Tensor) -> Array:
    """Apply a loss to a prediction; answers its 0-d buffer."""
    target = Tensor(loss.targets(program, prediction.shape[0], *prediction.positions), None)
    return program.apply(loss, prediction, target, name=loss.kind).data
