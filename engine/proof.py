"""Proof of a gradient by nudging: change one weight a little, measure the loss, divide.

The nudging runs in float64 on a copy of the network with the same parameters and the same batch, so that what it
measures is the slope and not rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.run import Run
from engine.tensor import Array
from engine.trainer import Training

TOLERANCE = 1e-6  # relative, float64


@dataclass(frozen=True)
class Proof:
    """One parameter nudged by ± `nudge`: both losses, the slope they give, and what backpropagation says.

    `backprop` is float64; `trained` is the number in the buffers that trained the network, in their own dtype.
    """

    parameter: str
    index: tuple[int, ...]
    nudge: float
    loss_up: float
    loss_down: float
    slope: float
    backprop: float
    trained: float

    @property
    def difference(self) -> float:
        """|slope − backprop| relative to the larger; 0 if both are 0."""
        largest = max(abs(self.slope), abs(self.backprop))
        return abs(self.slope - self.backprop) / largest if largest else 0.0


class Prover:
    """A float64 twin of a run's last step."""

    def __init__(self, run: Run) -> None:
        experiment = replace(run.experiment, dtype="float64")
        self.run = run
        self.parameters = run.network.allocate(np.float64)
        with np.errstate(all="ignore"):
            self.twin = Training(experiment, run.network, self.parameters)
        self.load()

    def load(self) -> None:
        """Take over the parameters and the batch of the run's last step."""
        self.parameters.values[...] = self.run.parameters.before
        self._loss()

    def prove(self, name: str, index: tuple[int, ...], nudge: float = 1e-4) -> Proof:
        parameter = self.parameters.named[name]
        backprop = float(parameter.gradient[index])
        up, down = self._loss_at(parameter.value, index, nudge), self._loss_at(parameter.value, index, -nudge)
        trained = float(self.run.parameters.named[name].gradient[index])
        slope = (up - down) / (2 * nudge)
        return Proof(name, index, nudge, up, down, slope, backprop, trained)

    def _loss_at(self, value: Array, index: tuple[int, ...], nudge: float) -> float:
        kept = value[index].copy()
        value[index] += nudge
        loss = self._loss()
        value[index] = kept
        return loss

    def _loss(self) -> float:
        with np.errstate(all="ignore"):
            return self.run.run_passes(self.twin)


def prove_all(run: Run, *, nudge: float = 1e-5, most: int = 64, seed: int = 0) -> list[Proof]:
    """Proofs for every named parameter: of all its entries, or of `most` drawn at random."""
    prover = Prover(run)
    rng = np.random.default_rng(seed)
    proofs = []
    for name, parameter in prover.parameters.named.items():
        flat = rng.permutation(parameter.value.size)[:most]
        for place in flat:
            index = tuple(int(i) for i in np.unravel_index(place, parameter.value.shape))
            prover.load()
            proofs.append(prover.prove(name, index, nudge))
    return proofs


def agrees(proof: Proof, scale: float) -> bool:
    """Do nudging and backpropagation agree, relative to the larger of this gradient and `scale`?

    `scale` is the largest gradient of the parameter: where a gradient is 10^6 times smaller than its neighbours, the
    losses differ by less than float64 can tell.
    """
    return abs(proof.slope - proof.backprop) <= TOLERANCE * max(abs(proof.slope), abs(proof.backprop), scale)
