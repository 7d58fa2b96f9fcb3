"""The same training step by the engine, every activation and gradient kept in its buffer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.workloads import Workload
from engine.experiment import AnyLayer, Experiment, Layers
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ReLU, Tanh
from engine.operations.losses import AnyLoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from engine.optimizers.adam import Adam
from engine.optimizers.any_optimizer import AnyOptimizer
from engine.optimizers.sgd import SGD
from engine.trainer import Training

LOSSES: dict[str, Callable[[], AnyLoss]] = {
    "mse": MSELoss,
    "bce_with_logits": BCEWithLogitsLoss,
    "cross_entropy": CrossEntropyLoss,
}


def engine_step(work: Workload) -> Callable[[], None]:
    """One training step on the fixed batch; the loss before the update is left in its 0-d buffer."""
    return training(work).run_step


def training(work: Workload) -> Training:
    """The engine's program for a workload, with the workload's parameters and batch in place."""
    asked = experiment(work)
    network = Network(asked.network.layers, work.sizes[0])
    program = Training(asked, network, network.allocate(asked.dtype))
    program.reset(seed=0)  # building the program was a step; what the optimizer kept of it is forgotten
    load_parameters(program, work)
    program.x[...] = work.x.T
    program.targets[...] = work.y if asked.loss.labels else work.y.T
    return program


def experiment(work: Workload) -> Experiment:
    """A workload in the engine's words; its data set is not used."""
    return Experiment(
        network=Layers(tuple(_layers(work))),
        loss=LOSSES[work.loss](),
        optimizer=_optimizer(work),
        batch=work.batch,
    )


def load_parameters(program: Training, work: Workload) -> None:
    linear = [placed.name for placed in program.network.placed if isinstance(placed.layer, Linear)]
    for name, (weight, bias) in zip(linear, work.parameters, strict=True):
        np.copyto(program.parameters.named[f"{name}.weight"].value, weight)
        np.copyto(program.parameters.named[f"{name}.bias"].value, bias)


def _layers(work: Workload) -> list[AnyLayer]:
    layers: list[AnyLayer] = []
    for index, outputs in enumerate(work.sizes[1:]):
        layers.append(Linear(out_features=outputs))
        if index < work.activated:
            layers.append(ReLU() if work.activation == "relu" else Tanh())
    return layers


def _optimizer(work: Workload) -> AnyOptimizer:
    if work.optimizer == "adam":
        return Adam(lr=work.lr)
    return SGD(lr=work.lr, momentum=0.9 if work.optimizer == "momentum" else 0.0)
