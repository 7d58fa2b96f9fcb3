"""The same training step by the engine, every activation and gradient kept in its buffer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.workload import Workload
from engine.experiment import Experiment, Layers
from engine.network import Network
from engine.norms import GradientNorms
from engine.operations.losses import AnyLoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.any_optimizer import AnyOptimizer
from engine.optimizers.sgd import SGD
from engine.trainer import Training

LOSSES: dict[str, Callable[[], AnyLoss]] = {
    "mse": MSELoss,
    "bce_with_logits": BCEWithLogitsLoss,
    "cross_entropy": CrossEntropyLoss,
}
OPTIMIZERS: dict[str, Callable[[float], AnyOptimizer]] = {
    "sgd": lambda lr: SGD(lr=lr),
    "momentum": lambda lr: SGD(lr=lr, momentum=0.9),
    "adam": lambda lr: Adam(lr=lr),
    "adamw": lambda lr: AdamW(lr=lr),
}


def engine_step(work: Workload) -> Callable[[], None]:
    """One training step on the fixed batch; the loss before the update is left in its 0-d buffer."""
    return training(work).run_step


def recorded_step(work: Workload) -> Callable[[], None]:
    """The same step, and then the norm of every gradient: of each parameter's, and of each node's."""
    made = training(work)
    norms = GradientNorms(made.parameters, made.nodes[:-1])
    run, measure = made.run_step, norms.measure

    def step() -> None:
        run()
        measure()

    return step


def training(work: Workload) -> Training:
    """The engine's program for a workload, with the workload's parameters and batch in place."""
    asked = experiment(work)
    network = Network(asked.network.layers, *work.x.shape[1:])
    program = Training(asked, network, network.allocate(asked.dtype))
    program.reset(seed=0)  # building the program was a step; what the optimizer kept of it is forgotten
    for name, parameter in program.parameters.named.items():
        np.copyto(parameter.value, work.parameters[name])
    program.x[...] = work.x.swapaxes(0, 1)
    program.targets[...] = work.y if asked.loss.labels else work.y.swapaxes(0, 1)
    return program


def experiment(work: Workload) -> Experiment:
    """A workload in the engine's words; its data set is not used."""
    return Experiment(
        network=Layers(tuple(work.layers())),
        loss=LOSSES[work.loss](),
        optimizer=OPTIMIZERS[work.optimizer](work.lr),
        batch=work.batch,
    )
