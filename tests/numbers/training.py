"""What an optimizer does to one or two weights, and a network small enough to follow by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import Sigmoid
from engine.operations.losses import MSELoss
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.memory import Memory
from engine.optimizers.sgd import SGD
from engine.parameters import Block, Owner, Parameters
from engine.program import Program, compiled
from engine.tensor import Array
from engine.trainer import Training
from tests.numbers.published import Between, Digits, Numbers, Share, published

KINGMA = "Kingma and Ba 2015, with PyTorch's defaults"


def trainer(layers: Sequence[Any], optimizer: Any, x: Array, y: Array) -> Training:
    """A network under the mean squared error in float64, parameters 0; x is (features, batch)."""
    asked = Experiment(
        network=Layers(tuple(layers)), loss=MSELoss(), optimizer=optimizer, batch=x.shape[1], dtype="float64"
    )
    network = Network(layers, len(x))
    training = Training(asked, network, network.allocate("float64"))
    training.x[...], training.targets[...] = x, y
    training.parameters.values[...] = 0
    for array in training.memory.arrays.values():
        array.fill(0)
    return training


class Mazur:
    """His 2-2-2 sigmoid network; its error ½ Σ e² is, for two outputs, our mean of e².

    His biases stay as they are, so they are put back after each update.
    """

    def __init__(self) -> None:
        layers = (Linear(out_features=2), Sigmoid(), Linear(out_features=2), Sigmoid())
        self.training = trainer(layers, SGD(lr=0.5), np.array([[0.05], [0.10]]), np.array([[0.01], [0.99]]))
        self.named = self.training.parameters.named
        self.named["0.weight"].value[...] = [[0.15, 0.20], [0.25, 0.30]]
        self.named["2.weight"].value[...] = [[0.40, 0.45], [0.50, 0.55]]
        self.restore_biases()

    def restore_biases(self) -> None:
        self.named["0.bias"].value[:] = 0.35
        self.named["2.bias"].value[:] = 0.60

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.training.run_step()
            self.restore_biases()

    def look(self) -> tuple[float, list[float]]:
        """Error and outputs."""
        self.training.run_pass()
        return float(self.training.loss), self.training.output.data[:, 0].tolist()


MAZUR = "Mazur, A Step by Step Backpropagation Example (2015)"


@published(
    "B5",
    "a 2-2-2 sigmoid network: error, both outputs, ∂E/∂w₅, ∂E/∂w₁",
    MAZUR,
    (0.298371109, 0.751365070, 0.772928465, 0.082167041, 0.000438568),
    band=Digits(5e-10),
    form=".9f",
)
def mazurs_first_pass() -> Numbers:
    net = Mazur()
    error, output = net.look()
    return error, *output, net.named["2.weight"].gradient[0, 0], net.named["0.weight"].gradient[0, 0]


@published(
    "B5",
    "after one update of rate ½: w₅, w₁",
    MAZUR,
    (0.358916480, 0.149780716),
    band=Digits(5e-10),
    form=".9f",
)
def mazurs_first_update() -> Numbers:
    net = Mazur()
    net.train(1)
    return net.named["2.weight"].value[0, 0], net.named["0.weight"].value[0, 0]


@published(
    "B5",
    "the error after that update; printed with the weights rounded to nine places",
    MAZUR,
    (0.291027924,),
    band=Digits(5e-7),
    form=".9f",
)
def mazurs_second_error() -> Numbers:
    net = Mazur()
    net.train(1)
    return (net.look()[0],)


@published(
    "B5",
    "after 10,000 updates: error, both outputs",
    "the same in PyTorch",
    (3.5102e-5, 0.01591, 0.98406),
    band=Share(5e-4),
    form=".5g",
)
def mazurs_last_pass() -> Numbers:
    net = Mazur()
    net.train(10_000)
    error, output = net.look()
    return error, *output


class Updated:
    """One weight under an optimizer, given gradients by hand."""

    def __init__(self, optimizer: Any, start: float = 0.0) -> None:
        self.parameters = Parameters([Owner("0", (Block((1,), {"weight": np.asarray}),), {})], np.float64)
        program, self.memory = Program(np.float64, 1), Memory(optimizer, self.parameters)
        program.emit_update(lambda program: self.memory.emit(program, self.memory.arrange()))
        self.parameters.values[:] = start
        self.run_update = compiled(program.update)

    def step(self, gradient: float) -> float:
        """How far the weight goes down."""
        self.parameters.gradients[:] = gradient
        self.run_update()
        return -float(self.parameters.update[0])

    @property
    def weight(self) -> float:
        return float(self.parameters.values[0])


@published(
    "B9",
    "Adam's first step, lr g / (|g| + ε), for g = 10⁻³, 10³, 10⁻⁸, −10⁻³",
    KINGMA,
    (9.9999000e-4, 9.9999999999e-4, 5.0e-4, -9.9999000e-4),
    band=Share(1e-9),
    form=".11g",
)
def adams_first_step() -> Numbers:
    return [Updated(Adam()).step(gradient) for gradient in (1e-3, 1e3, 1e-8, -1e-3)]


@published(
    "B9",
    "Adam's step on g = 1 after 1,000 gradients of 0, in units of lr",
    "derivation",
    (2.5153,),
    band=Digits(5e-5),
    form=".4f",
)
def adams_longest_step() -> Numbers:
    net = Updated(Adam(lr=1.0))
    for _ in range(1000):
        net.step(0.0)
    return (net.step(1.0),)


@published(
    "B9",
    "the bound on it, (1 − β₁) / √(1 − β₂) = 3.1623, is not passed: the share of it that is reached",
    KINGMA,
    "at most 1",
    band=Between(0.5, 1),
    form=".3f",
)
def adams_bound() -> Numbers:
    return (adams_longest_step.compute()[0] * (1 - 0.999) ** 0.5 / (1 - 0.9),)


@published(
    "B10",
    "steps under a constant gradient in units of lr, for momentum 0.5, 0.9, 0.99: 1 / (1 − μ)",
    "derivation",
    (2, 10, 100),
    band=Share(1e-9),
)
def terminal_momentum() -> Numbers:
    found = []
    for momentum in (0.5, 0.9, 0.99):
        net = Updated(SGD(lr=0.01, momentum=momentum))
        for _ in range(3000):
            step = net.step(1.0)
        found.append(step / 0.01)
    return found


class Quadratic:
    """½ (w₁² + 100 w₂²): a linear network on two examples (1, 0) and (0, 10) with targets 0."""

    def __init__(self, optimizer: Any) -> None:
        x = np.array([[1.0, 0.0], [0.0, 10.0]])
        self.training = trainer([Linear(out_features=1, bias=False)], optimizer, x, np.zeros((1, 2)))
        self.weight = self.training.parameters.named["0.weight"].value
        self.weight[...] = 1

    def distance(self, steps: int) -> float:
        for _ in range(steps):
            self.training.run_step()
        return float(np.linalg.norm(self.weight))


@published(
    "B11",
    "gradient descent at its best rate on a quadratic of κ = 100: each step's factor, (κ − 1)/(κ + 1)",
    "classic",
    (0.9801980198,),
    band=Digits(5e-11),
    form=".10f",
)
def descents_rate() -> Numbers:
    net = Quadratic(SGD(lr=2 / 101))
    start = net.distance(100)
    return ((net.distance(100) / start) ** (1 / 100),)


@published(
    "B11",
    "heavy ball at its best rate and momentum on the same, over the steps 200 to 400",
    "classic: (√κ − 1)/(√κ + 1) = 0.8182 in the end; 0.8210 here, since its root is double",
    (0.8210,),
    band=Digits(5e-5),
    form=".4f",
)
def heavy_balls_rate() -> Numbers:
    net = Quadratic(SGD(lr=(2 / 11) ** 2, momentum=(9 / 11) ** 2))
    start = net.distance(200)
    return ((net.distance(200) / start) ** (1 / 200),)


@published(
    "B12",
    "each step's factor on the steepest direction, 1 % below and 1 % above lr = 2/λ",
    "derivation",
    (0.98, 1.02),
    band=Share(1e-9),
)
def stability() -> Numbers:
    found = []
    for share in (0.99, 1.01):
        net = Quadratic(SGD(lr=share * 2 / 100))
        net.weight[0, 0] = 0
        found.append(net.distance(100) ** (1 / 100))
    return found


@published(
    "B20",
    "strength of a mode of a deep linear network (s = 3, u₀ = 0.001) at t = 0.5, 1, 1.5, 2",
    "Saxe, McClelland and Ganguli 2014",
    (0.01996, 0.3557, 2.1896, 2.9457),
    band=Share(0.01),
    form=".5g",
)
def saxes_mode() -> Numbers:
    """Two layers of one weight each; Euler steps of 0.001 of the flow that his formula solves."""
    layers = [Linear(out_features=1, bias=False), Linear(out_features=1, bias=False)]
    net = trainer(layers, SGD(lr=0.001 / 2), np.ones((1, 1)), np.full((1, 1), 3.0))
    net.parameters.values[...] = 0.001**0.5
    found = []
    for _ in range(4):
        for _ in range(500):
            net.run_step()
        found.append(float(np.prod(net.parameters.values)))
    return found


@published(
    "B23",
    "a weight of 1 without a gradient, after 100 steps at lr 0.01, decay 0.1: AdamW, Adam with L2",
    "Loshchilov and Hutter 2019",
    (0.904792, 0.224446),
    band=Digits(5e-7),
    form=".6f",
)
def decoupled_decay() -> Numbers:
    found = []
    for optimizer in (AdamW(lr=0.01, weight_decay=0.1), Adam(lr=0.01, weight_decay=0.1)):
        net = Updated(optimizer, start=1.0)
        for _ in range(100):
            net.step(0.0)
        found.append(net.weight)
    return found
