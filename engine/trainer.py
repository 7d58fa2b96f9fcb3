"""An experiment as a program that trains on a batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.experiment import Experiment
from engine.network import Network
from engine.operations.losses import Loss
from engine.parameters import Parameters
from engine.program import Program, compiled
from engine.tensor import Array, Tensor


class Training:
    """The training program: forward, loss, backward, update, on buffers that stay where they are.

    `x` is (features, batch, *positions); `targets` is what the loss reads. Fill both, then `run_pass` and
    `run_update`, or `run_step` for the two in one.
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
        program = self.program = Program(experiment.dtype, experiment.batch, seed=experiment.seeds.dropout)
        self.input = program.tensor(*network.shape, gradient=input_gradient)
        self.output = network.forward(program, parameters, self.input)
        self.loss = attach(program, experiment.loss, self.output)
        program.backward()
        program.emit_update(self._emit_optimizer(experiment))
        self.nodes = program.nodes
        passes = [*program.forward_calls(), *program.backward_calls()]
        self.run_pass = compiled(passes)
        self.run_update = compiled(program.update)
        self.run_step = compiled([*passes, *program.update])

    def _emit_optimizer(self, experiment: Experiment) -> Callable[[Program], None]:
        def emit(program: Program) -> None:
            self.memory = experiment.optimizer.emit(program, self.parameters)

        return emit

    @property
    def x(self) -> Array:
        return self.input.data

    @property
    def targets(self) -> Array:
        return self.program.nodes[-1].inputs[1].data

    def reset(self, seed: int) -> None:
        """Fresh parameters and an optimizer that remembers nothing (building the program ran it once)."""
        self.parameters.values.fill(0)
        self.network.initialize(self.parameters, seed)
        for array in self.memory.arrays.values():
            array.fill(0)

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
