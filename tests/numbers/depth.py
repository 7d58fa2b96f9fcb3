"""Plain and residual networks, two to fifty layers deep."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import comb
from typing import Any

import numpy as np

from engine.data.choices import Table
from engine.experiment import Experiment, Layers, Seeds
from engine.initializers import Constant, Default, KaimingNormal, Normal, Zeros
from engine.layers.layer_norm import LayerNorm
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ReLU, Sigmoid
from engine.operations.join import Add
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss
from engine.optimizers.sgd import SGD
from engine.run import Run
from engine.tensor import Array
from engine.trainer import Training
from tests.numbers.published import Between, Context, Decades, Digits, Factor, Falling, Numbers, published
from tests.numbers.stack import Stack

VEIT = "Veit, Wilber and Belongie 2016"
BALDUZZI = "Balduzzi et al. 2017"
HE = KaimingNormal(nonlinearity="relu")
DEEP = 50


def plain(depth: int, width: int, weight: Any, activation: Any = ReLU, bias: Any = None) -> list[Any]:
    """Without biases, unless `bias` draws them."""
    made: list[Any] = []
    for _ in range(depth):
        linear = Linear(out_features=width, bias=bias is not None, weight_init=weight, bias_init=bias or Zeros())
        made += [linear, activation()]
    return made


def residual(depth: int, width: int, weight: Any, *norm: Any) -> list[Any]:
    """x + ReLU(W x), again and again; or x + ReLU(W norm(x))."""
    made: list[Any] = []
    for block in range(depth):
        x = f"sum{block - 1}" if block else "input"
        made += [
            *(replace(each, inputs=(x,)) for each in norm),
            Linear(inputs=() if norm else (x,), out_features=width, bias=False, weight_init=weight),
            ReLU(name=f"part{block}"),
            Add(name=f"sum{block}", inputs=(x, f"part{block}")),
        ]
    return made


def preactivated(depth: int, width: int, scale: float, bias: Any) -> list[Any]:
    """A linear layer with He's start, then x + W ReLU(x) again and again, W being He's times `scale`."""
    weight = Normal(std=scale * (2 / width) ** 0.5)
    made: list[Any] = [Linear(name="sum0", out_features=width, weight_init=HE, bias_init=bias)]
    for block in range(1, depth + 1):
        x = f"sum{block - 1}"
        made += [
            ReLU(inputs=(x,)),
            Linear(name=f"part{block}", out_features=width, weight_init=weight, bias_init=Zeros()),
            Add(name=f"sum{block}", inputs=(x, f"part{block}")),
        ]
    return made


def ends(layers: list[Any]) -> tuple[float, float]:
    """‖∂L/∂W‖ of the first and of the last linear layer, for noise of variance 1/B² at the output; the geometric mean
    of five seeds."""
    logs = []
    for seed in range(5):
        net = Stack(layers, 64, batch=64, seed=seed)
        net.back(np.random.default_rng(seed).normal(size=(64, 64)) / 64)
        gradients = [p.gradient for name, p in net.parameters.named.items() if name.endswith("weight")]
        logs.append([np.log(np.linalg.norm(each)) for each in (gradients[0], gradients[-1])])
    first, last = np.exp(np.mean(logs, axis=0))
    return float(first), float(last)


@published(
    "B8",
    "paths through 54 residual blocks: the gradient that arrives where each block passes on exactly itself",
    f"{VEIT}: 2⁵⁴",
    (2**54,),
    band=Digits(0),
    form=".0f",
)
def paths() -> Numbers:
    one = Linear(out_features=1, bias=False, weight_init=Constant(val=1.0))
    layers: list[Any] = []
    for block in range(54):
        layers += [one, Add(inputs=(str(2 * block), "input" if block == 0 else str(2 * block - 1)))]
    net = Stack(layers, 1, batch=1)
    net.back(1.0)
    assert net.x.gradient is not None
    return (float(net.x.gradient[0, 0]),)


@published(
    "B8",
    "the share of these paths that are 5 to 17 blocks long; 19 to 35 blocks; their mean length",
    f"{VEIT}, by the binomial",
    (0.00453667, 0.9802, 27),
    band=Digits(5e-5),
)
def path_lengths() -> Numbers:
    """Of the polynomial ((1 + t) / 2)⁵⁴ whose value at t = 1 the network above has."""
    shares = [comb(54, length) / 2**54 for length in range(55)]
    return sum(shares[5:18]), sum(shares[19:36]), sum(length * share for length, share in enumerate(shares))


SEEN = "measured in PyTorch"


@published(
    "B17",
    f"‖∂L/∂W‖ of the first and last of {DEEP} ReLU layers of 64, PyTorch's default start",
    SEEN,
    (2.4e-19, 8.6e-20),
    band=Decades(1),
    form=".1e",
)
def plain_default() -> Numbers:
    return ends(plain(DEEP, 64, Default()))


@published(
    "B17",
    "the same, He's start",
    SEEN,
    (2.8, 0.99),
    band=Decades(1),
    form=".1e",
)
def plain_he() -> Numbers:
    return ends(plain(DEEP, 64, HE))


@published(
    "B17",
    "the same, He's start, residual: it explodes",
    SEEN,
    (1.5e11, 4.1e11),
    band=Decades(1),
    form=".1e",
)
def residual_he() -> Numbers:
    return ends(residual(DEEP, 64, HE))


@published(
    "B17",
    "the same, default start, residual",
    SEEN,
    (5e4, 1.8e5),
    band=Decades(1),
    form=".1e",
)
def residual_default() -> Numbers:
    return ends(residual(DEEP, 64, Default()))


@published("B17", "the same, He's start, residual, layer norm first", SEEN, (58, 5.7), band=Decades(1), form=".1e")
def prenormalized_he() -> Numbers:
    return ends(residual(DEEP, 64, HE, LayerNorm()))


@published(
    "B17",
    "the same, default start, plain, sigmoid",
    SEEN,
    (4.6e-42, 0.89),
    band=Decades(1),
    form=".1e",
)
def plain_sigmoid() -> Numbers:
    return ends(plain(DEEP, 64, Default(), Sigmoid))


def correlation(layers: list[Any]) -> float:
    """Autocorrelation of dy/dx at lag 10, of 256 points from −2 to 2; the mean of six seeds."""
    x = np.linspace(-2, 2, 256)[None]
    found = []
    for seed in range(6):
        net = Stack([*layers, Linear(out_features=1, bias=False)], 1, batch=256, seed=seed, x=x, dtype="float32")
        net.back(1.0)
        assert net.x.gradient is not None
        slope = net.x.gradient[0] - net.x.gradient[0].mean()
        found.append(float(slope[:-10] @ slope[10:] / (slope @ slope)))
    return float(np.mean(found))


@cache
def shattering(depth: int) -> float:
    return correlation(plain(depth, 200, HE, bias=Normal()))


@published(
    "B38",
    "how alike a plain ReLU network's slopes are at points 10 apart of 256: 1, 10, 24, 50 layers",
    f"{BALDUZZI}: it decays exponentially; numbers {SEEN}",
    (0.83, 0.61, 0.44, 0.25),
    band=Digits(0.15),
    form=".2f",
)
def shattered_gradients() -> Numbers:
    return [shattering(depth) for depth in (1, 10, 24, 50)]


@published(
    "B38",
    "residual minus plain of 10, 24 and 50 layers",
    f"{BALDUZZI}: with skips it decays sublinearly",
    "above 0",
    band=Between(0, 1),
    form=".2f",
)
def skips_keep_gradients_alike() -> Numbers:
    return [correlation(preactivated(depth, 200, 0.3, Normal())) - shattering(depth) for depth in (10, 24, 50)]


class Nielsen:
    """Sigmoid networks with weights N(0, 1/√n) and biases N(0, 1): ‖∂C/∂b‖ of each hidden layer, mean of five seeds.

    C is the cross-entropy summed over the ten outputs, averaged over 1,000 of the 8 × 8 digits that come with this
    package. His are MNIST's of 28 × 28, which do not; at this start a layer's input matters little beside its biases.
    """

    def __init__(self) -> None:
        data = Table("digits").load(0)
        self.x = data.train_x[:1000].T
        self.y = np.eye(10)[data.train_y[:1000].astype(int)].T

    def norms(self, hidden: int) -> Array:
        layers: list[Any] = []
        for inputs in [64, *[30] * hidden]:
            weight = Normal(std=inputs**-0.5)
            layers += [Linear(out_features=30, weight_init=weight, bias_init=Normal()), Sigmoid()]
        layers[-2:] = [Linear(out_features=10, weight_init=weight, bias_init=Normal())]
        return np.asarray(np.mean([self._norms(layers, seed) for seed in range(5)], axis=0)[:-1])

    def _norms(self, layers: list[Any], seed: int) -> list[float]:
        asked = Experiment(network=Layers(tuple(layers)), loss=BCEWithLogitsLoss(), batch=1000, dtype="float64")
        network = Network(layers, 64)
        training = Training(asked, network, network.allocate("float64"))
        training.reset(seed)
        training.x[...], training.targets[...] = self.x, self.y
        training.run_pass()
        biases = [p for name, p in training.parameters.named.items() if name.endswith("bias")]
        return [10 * float(np.linalg.norm(each.gradient)) for each in biases]  # our loss is the outputs' mean


NIELSEN = "Nielsen, Neural Networks and Deep Learning, chapter 5, on MNIST"


@published(
    "B35",
    "‖∂C/∂b‖ of the hidden layers at the start, sigmoid networks of 2, 3 and 4 of 30 units; on 8 × 8 digits",
    NIELSEN,
    (0.07, 0.31, 0.012, 0.060, 0.283, 0.003, 0.017, 0.070, 0.285),
    band=Factor(1.6),
    form=".3g",
)
def speeds_of_learning() -> Numbers:
    net = Nielsen()
    return [float(norm) for hidden in (2, 3, 4) for norm in net.norms(hidden)]


@published(
    "B35",
    "in the same, each layer's over the one's after it",
    f"{NIELSEN}: 0.18 to 0.25",
    "about a fifth",
    band=Between(0.15, 0.30),
    form=".2f",
)
def ratios_of_speeds() -> Numbers:
    net = Nielsen()
    return [float(a / b) for hidden in (2, 3, 4) for a, b in pairwise(net.norms(hidden))]


ACCURACIES = "He et al. 2016 and a re-implementation of it: its trend"


def accuracy(layers: list[Any]) -> float:
    """Of digits, on the test part after 450 steps; the mean of three seeds."""
    found = []
    for seed in range(3):
        asked = Experiment(
            data=Table("digits"),
            network=Layers((*layers, Linear(out_features=10))),
            loss=CrossEntropyLoss(),
            optimizer=SGD(lr=0.02, momentum=0.9),
            seeds=Seeds(init=seed),
        )
        run = Run(asked)
        run.advance(450)
        found.append(run.test()[1] or 0.0)
    return float(np.mean(found))


@published(
    "B39",
    "accuracy on the 8 × 8 digits of plain networks of 2, 20 and 50 layers",
    ACCURACIES,
    "falls with depth",
    band=Falling(),
    form=".3f",
)
def deep_plain_networks_fail() -> Numbers:
    return [accuracy(plain(depth + 1, 32, HE, bias=Zeros())) for depth in (2, 20, 50)]


@published(
    "B39",
    "the same of residual ones",
    ACCURACIES,
    "holds with depth",
    band=Between(0.9, 1),
    form=".3f",
)
def deep_residual_networks_do_not() -> Numbers:
    return [accuracy(preactivated(depth, 32, depth**-0.5, Zeros())) for depth in (2, 20, 50)]


CIFAR = Context(
    "B39",
    "ResNets of 20, 32, 44, 56 and 110 layers on CIFAR-10: 91.25, 92.49, 92.83, 93.03, 93.39 %; plain ones of a "
    "re-implementation: 90.10, 86.96, 84.45, 85.26 %, and 110 layers fail",
    "He et al. 2016",
    "CIFAR-10 does not come with this package, and days of training do not fit a test; the trend does, above",
)
MNIST = Context(
    "B35",
    "accuracies of 96.48 and 96.90 % with one and two hidden layers after 30 epochs on MNIST",
    NIELSEN,
    "MNIST does not come with this package, and no light one carries it; the norms at the start hardly depend on it",
)
