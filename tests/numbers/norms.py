"""What a norm does to the gradients around it."""

from __future__ import annotations

import numpy as np

from engine.layers.batch_norm import BatchNorm1d
from engine.layers.layer_norm import LayerNorm
from engine.layers.linear import Linear
from engine.tensor import Array
from tests.numbers.published import Digits, Numbers, published
from tests.numbers.stack import Stack

TINY = 1e-12  # instead of the usual ε, so that the identities hold to their last digits


class Normalized:
    """A linear layer of eight units times `scale`, then batch norm; noise comes back."""

    def __init__(self, scale: float) -> None:
        self.net = Stack([Linear(out_features=8, bias=False), BatchNorm1d(eps=TINY)], 5, batch=16)
        self.weight = self.net.parameters.named["0.weight"]
        self.weight.value[...] *= scale
        self.arrived = np.random.default_rng(7).normal(size=(8, 16))
        self.net.back(self.arrived)

    @property
    def x_gradient(self) -> Array:
        assert self.net.x.gradient is not None
        return self.net.x.gradient


@published(
    "B13",
    "batch norm, weights before it times 3: factor of ∂L/∂W; change of ∂L/∂x; largest ⟨w, ∂L/∂w⟩ of a unit; Σ δ; Σ δ x̂",
    "Ioffe and Szegedy 2015",
    (1 / 3, 0, 0, 0, 0),
    band=Digits(1e-10),
    form=".3g",
)
def batch_norm_identities() -> Numbers:
    one, three = Normalized(1), Normalized(3)
    factors = (three.weight.gradient / one.weight.gradient).ravel()
    (delta,), normalized = three.net.deltas(), three.net.output.data  # its weight is 1 and its bias 0
    return (
        float(factors[np.abs(factors - 1 / 3).argmax()]),
        float(np.abs(three.x_gradient - one.x_gradient).max()),
        float(np.abs((three.weight.value * three.weight.gradient).sum(axis=1)).max()),
        float(np.abs(delta.sum(axis=1)).max()),
        float(np.abs((delta * normalized).sum(axis=1)).max()),
    )


@published(
    "B14",
    "layer norm, its input times 10 and times 100: factors of ‖∂L/∂x‖; largest Σ ∂L/∂x of an example",
    "derivation",
    (0.1, 0.01, 0),
    band=Digits(1e-10),
)
def layer_norm_identities() -> Numbers:
    x = np.random.default_rng(8).normal(size=(12, 16))
    gradients = []
    for scale in (1, 10, 100):
        net = Stack([LayerNorm(eps=TINY)], 12, batch=16, x=scale * x)
        assert net.x.gradient is not None
        gradients.append(net.x.gradient)
    one, ten, hundred = map(np.linalg.norm, gradients)
    return float(ten / one), float(hundred / one), float(np.abs(gradients[0].sum(axis=0)).max())
