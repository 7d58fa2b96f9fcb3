"""Gradients of samples: how they scatter, and the least error that noise leaves."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.data.choices import Table
from engine.experiment import Experiment, Layers
from engine.expression import Expression
from engine.initializers import KaimingNormal
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ReLU
from engine.operations.losses import CrossEntropyLoss, MSELoss
from engine.program import About, Program, compiled
from engine.scalar_graph import ScalarGraph
from engine.tensor import Array, Tensor
from engine.trainer import Training
from tests.numbers.published import Digits, Numbers, Share, published

HE = KaimingNormal(nonlinearity="relu")


class Batches:
    """The gradient of random batches of the digits, drawn with replacement, at a network's start."""

    def __init__(self, batch: int) -> None:
        layers = (Linear(out_features=16, weight_init=HE), ReLU(), Linear(out_features=10))
        asked = Experiment(network=Layers(layers), loss=CrossEntropyLoss(), batch=batch, dtype="float64")
        network = Network(layers, 64)
        self.data, self.batch = Table("digits").load(0), batch
        self.training = Training(asked, network, network.allocate("float64"))
        self.training.reset(0)

    def gradient(self, rows: Array) -> Array:
        self.training.x[...] = self.data.train_x[rows].T
        self.training.targets[...] = self.data.train_y[rows]
        self.training.run_pass()
        return self.training.parameters.gradients

    def deviation(self, mean: Array, draws: int) -> float:
        """Root of the mean square distance from the mean."""
        rng = np.random.default_rng(self.batch)
        rows = rng.integers(0, len(self.data.train_x), (draws, self.batch))
        return float(np.sqrt(np.mean([np.sum((self.gradient(each) - mean) ** 2) for each in rows])))


@published(
    "B36",
    "deviation of a batch's gradient times √B, over that of one example: B = 4, 16, 64, 256",
    "derivation",
    (1, 1, 1, 1),
    band=Share(0.04),
    form=".3f",
)
def batch_noise() -> Numbers:
    one = Batches(1)
    count = len(one.data.train_x)
    mean = Batches(count).gradient(np.arange(count)).copy()
    squares = [np.sum((one.gradient(np.array([row])) - mean) ** 2) for row in range(count)]
    single = float(np.sqrt(np.mean(squares)))
    return [Batches(batch).deviation(mean, 1500) * batch**0.5 / single for batch in (4, 16, 64, 256)]


def bandit(rewards: tuple[float, float], baseline: float = 0.0) -> tuple[float, float]:
    """Mean and variance of REINFORCE's gradient (r − b) ∂ ln π(a)/∂θ over both arms, π = σ(θ) = ½."""
    arms = ("r * log(sigmoid(theta))", "r * log(1 - sigmoid(theta))")
    gradients: list[Any] = []
    for text, reward in zip(arms, rewards, strict=True):
        graph = ScalarGraph(Expression.read(text), {"r": reward - baseline, "theta": 0})
        gradients.append(graph.gradient("theta"))
    return float(np.mean(gradients)), float(np.var(gradients))


@published(
    "B22",
    "REINFORCE on two arms of rewards 11 and 10: mean of the gradient, its variance, that with baseline 10.5",
    "Williams 1992, by its formula",
    (0.25, 27.5625, 0),
    band=Digits(1e-12),
)
def reinforce() -> Numbers:
    return *bandit((11, 10)), bandit((11, 10), baseline=10.5)[1]


@published(
    "B22",
    "the variance for rewards 1 and 0",
    "Williams 1992, by its formula",
    (0.0625,),
    band=Digits(1e-12),
)
def reinforce_from_zero() -> Numbers:
    return (bandit((1, 0))[1],)


@published(
    "B21",
    "least mean squared error of a diffusion's predicted noise, Gaussian data of s = 1: ᾱ = 0.9, 0.5, 0.1, 0.2",
    "derivation: ᾱ s² / (ᾱ s² + 1 − ᾱ)",
    (0.9, 0.5, 0.1, 0.2),
    band=Share(0.01),
    form=".4f",
)
def denoising() -> Numbers:
    return [least_error(share) for share in (0.9, 0.5, 0.1, 0.2)]


def least_error(share: float, samples: int = 200_000) -> float:
    """Of a linear denoiser of x = √ᾱ x₀ + √(1 − ᾱ) ε, trained to its minimum by a few steps of gradient descent."""
    rng = np.random.default_rng(4)
    clean, noise = rng.normal(size=(2, 1, samples))
    program = Program(np.float64, samples)
    gradient = np.zeros((1, 1))
    weight = Tensor(np.zeros((1, 1)), gradient)
    x = program.tensor(1, gradient=False)
    x.data[...] = share**0.5 * clean + (1 - share) ** 0.5 * noise
    layer = Linear(out_features=1, bias=False)
    predicted = program.apply(layer, x, about=About("denoiser", parameters=(weight,)))
    loss = program.apply(MSELoss(), predicted, Tensor(noise, None), name="loss")
    program.backward()
    replay = compiled([*program.forward_calls(), *program.backward_calls()])
    for _ in range(6):
        weight.data -= 0.5 * gradient
        replay()
    return float(loss.data)
