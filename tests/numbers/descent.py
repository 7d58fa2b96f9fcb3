"""What becomes of a gradient: clipping, a rate too high, a saddle, where Adam does not converge; and unit variance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.clipping import ClipGradNorm, Clipped
from engine.data.choices import Table
from engine.experiment import Experiment, Layers
from engine.initializers import LSUV, Zeros
from engine.layers.linear import Linear
from engine.operations.elementwise import ReLU
from engine.operations.losses import CrossEntropyLoss
from engine.optimizers.adam import Adam
from engine.optimizers.sgd import SGD
from engine.program import Program, compiled
from engine.run import Run
from tests.numbers.published import Between, Digits, Numbers, Share, published
from tests.numbers.training import Updated


@published(
    "L7",
    "variance of the outputs of each of ten ReLU layers and the last, LSUV with a tolerance of 0.1, on 256 digits",
    "Mishkin and Matas 2016",
    "within 0.1 of 1",
    band=Between(0.9, 1.1),
    form=".2f",
)
def unit_variance() -> Numbers:
    start: dict[str, Any] = {"weight_init": LSUV(), "bias_init": Zeros()}
    hidden = [layer for _ in range(10) for layer in (Linear(out_features=64, **start), ReLU())]
    network = Layers((*hidden, Linear(out_features=10, **start)))
    run = Run(Experiment(data=Table("digits"), network=network, loss=CrossEntropyLoss(), batch=256))
    run.advance(1)
    return [float(node.output.data.var()) for node in run.training.nodes if node.parameters]


@published(
    "L9",
    "the gradient (3, 4) clipped to the norm 1: its norm before, and both entries, (0.6, 0.8) / (1 + 2·10⁻⁷)",
    "clip_grad_norm_ of PyTorch, which adds 10⁻⁶ to the norm",
    (5, 0.6 / (1 + 2e-7), 0.8 / (1 + 2e-7)),
    band=Digits(5e-13),
    form=".12g",
)
def clipped() -> Numbers:
    program, gradient, out = Program(np.float64, 1), np.array([3.0, 4.0]), np.zeros(2)
    found = Clipped(np.float64)
    program.emit_update(lambda program: ClipGradNorm(max_norm=1.0).emit(program, [gradient], [out], found))
    compiled(program.update)()
    return float(found.norm), *out.tolist()


@published(
    "L15",
    "gradients 3, −1, −1, 3, … on [−1, 1], best −1: where Adam of β = (0, 0.1) is after 10,000 steps of 0.5/√t",
    "Reddi, Kale and Kumar 2018, theorem 1: at the worst point, +1",
    (0.994,),
    band=Digits(2e-3),
    form=".4f",
)
def reddis_adam() -> Numbers:
    return (_reddi(Adam(betas=(0.0, 0.1))),)


@published(
    "L15",
    "where AMSGrad is on the same",
    "Reddi, Kale and Kumar 2018: at the best point",
    (-1,),
    band=Digits(0),
)
def reddis_amsgrad() -> Numbers:
    return (_reddi(Adam(betas=(0.0, 0.1), amsgrad=True)),)


def _reddi(optimizer: Adam) -> float:
    """One weight that is put back onto the interval after each step."""
    net = Updated(optimizer)
    for step in range(1, 10_001):
        net.memory.set_rate(0.5 / math.sqrt(step))
        net.step(3.0 if step % 3 == 1 else -1.0)
        np.clip(net.parameters.values, -1, 1, net.parameters.values)
    return net.weight


@published(
    "L16",
    "½ · 10 w² from w = 1 after 100 steps at 0.19, 0.20 and 0.21: 0.2 = 2/λ is the edge",
    "derivation: |1 − 10 lr|¹⁰⁰",
    (0.9**100, 1, 1.1**100),
    band=Share(1e-9),
    form=".3g",
)
def edge_of_the_rate() -> Numbers:
    found = []
    for rate in (0.19, 0.20, 0.21):
        net = Updated(SGD(lr=rate), start=1.0)
        for _ in range(100):
            net.step(10 * net.weight)
        found.append(abs(net.weight))
    return found


@published(
    "L17",
    "the saddle x² − y² from y = 10⁻⁶ at lr 0.1: growth a step, and the step in which |y| passes 1",
    "derivation: 1.2ⁿ > 10⁶",
    (1.2, 76),
    band=Digits(1e-9),
)
def saddle() -> Numbers:
    net, step = Updated(SGD(lr=0.1), start=1e-6), 0
    while abs(net.weight) <= 1:
        before = net.weight
        net.step(-2 * net.weight)
        step += 1
    return net.weight / before, step
