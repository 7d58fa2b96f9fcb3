"""How a gradient grows or shrinks from layer to layer of a network as it is drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from engine.data.choices import Generated
from engine.experiment import Experiment, Layers
from engine.initializers import Default, KaimingNormal, Normal, XavierUniform, Zeros
from engine.layers.linear import Linear
from engine.operations.elementwise import Identity, ReLU, Sigmoid, Tanh
from engine.operations.losses import CrossEntropyLoss
from engine.run import Run
from tests.numbers.published import Between, Numbers, Share, published
from tests.numbers.stack import Stack, factor

GLOROT = "Glorot and Bengio 2010, by their formulas"
HE = KaimingNormal(nonlinearity="relu")


def layers(depth: int, width: int, weight: Any, activation: Any, bias: Any = None) -> list[Any]:
    """Linear layers, an activation after each."""
    made: list[Any] = []
    for _ in range(depth):
        made += [Linear(out_features=width, weight_init=weight, bias_init=bias or Zeros()), activation]
    return made


@published(
    "B28",
    "n · Var[W] of U(±1/√n); by what a linear layer of it multiplies the gradient's variance",
    GLOROT,
    (1 / 3, 1 / 3),
    band=Share(0.03),
    form=".4f",
)
def standard_initialization() -> Numbers:
    net = Stack(layers(10, 512, Default(), Identity()), 512, batch=256, dtype="float32")
    weight = net.parameters.named["4.weight"].value
    return 512 * float(np.var(weight)), factor(net.deltas())


@published(
    "B28",
    "the same of their normalized initialization, U(±√6 / √(n + n))",
    GLOROT,
    (1, 1),
    band=Share(0.03),
    form=".4f",
)
def normalized_initialization() -> Numbers:
    net = Stack(layers(10, 512, XavierUniform(), Identity()), 512, batch=256, dtype="float32")
    weight = net.parameters.named["4.weight"].value
    return 512 * float(np.var(weight)), factor(net.deltas())


@published(
    "B29",
    "of five tanh layers: standard, normalized initialization; of thirty: normalized",
    "the same in PyTorch; tanh saturates and lowers them",
    (0.287, 0.638, 0.878),
    band=Share(0.10),
    form=".3f",
)
def tanh_layers() -> Numbers:
    found = []
    for depth, weight in ((5, Default()), (5, XavierUniform()), (30, XavierUniform())):
        net = Stack(layers(depth, 512, weight, Tanh()), 512, batch=256, dtype="float32")
        found.append(factor(net.deltas()))
    return found


@published(
    "B31",
    "of thirty ReLU layers: He, Xavier, PyTorch's default: ½ n Var[W]",
    "He et al. 2015, by their formula",
    (1, 1 / 2, 1 / 6),
    band=Share(0.05),
    form=".3f",
)
def relu_layers() -> Numbers:
    found = []
    for weight in (HE, XavierUniform(), Default()):
        net = Stack(layers(30, 512, weight, ReLU()), 512, batch=64, dtype="float32", seed=1)
        found.append(factor(net.deltas()))
    return found


@published(
    "B32",
    "of sigmoid layers with n · Var[W] = 1/3, 1, 4, 16: the mean field's χ₁",
    "Poole et al. 2016",
    (0.0200, 0.0557, 0.1716, 0.399),
    band=Share(0.08),
    form=".4f",
)
def sigmoid_layers() -> Numbers:
    found = []
    for variance in (1 / 3, 1, 4, 16):
        weight = Normal(std=(variance / 512) ** 0.5)
        net = Stack(layers(8, 512, weight, Sigmoid()), 512, batch=64, seed=2)
        found.append(factor(net.deltas()[2:]))  # q has reached its fixed point
    return found


@published(
    "B15",
    "⟨W, ∂L/∂W⟩ of each layer of a ReLU network without biases, over that of its first layer",
    "derivation",
    (1, 1, 1, 1, 1, 1, 1, 1),
    band=Share(1e-12),
)
def homogeneity() -> Numbers:
    """It is homogeneous of degree one in each layer, so all are ⟨output, ∂L/∂output⟩."""
    found: list[Any] = []
    for width in (24, 16, 24, 8, 16, 12, 24):
        found += [Linear(out_features=width, bias=False, weight_init=HE), ReLU()]
    found.append(Linear(out_features=2, bias=False))
    asked = Experiment(data=Generated("moons"), network=Layers(tuple(found)), loss=CrossEntropyLoss(), dtype="float64")
    run = Run(asked)
    run.advance(3)
    products = [float((p.before * p.gradient).sum()) for p in run.parameters.named.values()]
    assert abs(products[0]) > 1e-3
    return [product / products[0] for product in products]


@published(
    "B25",
    "‖δ‖ of a sigmoid layer over ¼ ‖W‖₂ ‖δ‖ of the one after it: the most in 1,000 random networks",
    "elementary, since σ′ ≤ ¼",
    "at most 1",
    band=Between(0, 1 + 1e-12),
    form=".3f",
)
def sigmoid_bound() -> Numbers:
    rng = np.random.default_rng(3)
    most = 0.0
    for seed in range(1000):
        width, spread = int(rng.integers(1, 9)), float(rng.uniform(0.01, 8))
        net = Stack(layers(4, width, Normal(std=spread), Sigmoid(), Normal(std=1)), width, batch=1, seed=seed)
        deltas = net.deltas()
        for place, (before, after) in enumerate(pairwise(deltas)):
            weight = net.parameters.named[f"{2 * place + 2}.weight"].value
            bound = np.linalg.norm(weight, 2) * np.linalg.norm(after) / 4
            most = max(most, float(np.linalg.norm(before) / bound))
    return (most,)
