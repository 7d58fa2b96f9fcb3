"""What is timed: one training step of a network on one fixed batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from benchmarks.limit import Limit
from engine.experiment import AnyLayer
from engine.tensor import Array


@dataclass(frozen=True, kw_only=True)
class Workload(ABC):
    """A network three times over: in the engine's words, in PyTorch's, and as the best step a person can write.

    A family of networks is one subclass, in a file of its own.

    parameters  by the names that engine and PyTorch give them ("0.weight"), in PyTorch's shapes
    x           (batch, features, *positions)
    y           integer labels (batch, *positions) for cross-entropy, float32 like the output for the other losses

    MSE is the mean of the squared differences; momentum is 0.9; Adam's other settings are PyTorch's defaults.
    """

    name: str
    loss: Literal["mse", "bce_with_logits", "cross_entropy"]
    optimizer: Literal["sgd", "momentum", "adam", "adamw"]
    lr: float
    parameters: Mapping[str, Array]
    x: Array
    y: Array

    @property
    def batch(self) -> int:
        return len(self.x)

    @abstractmethod
    def layers(self) -> Sequence[AnyLayer]:
        """The engine's layers."""

    @abstractmethod
    def module(self, torch: Any) -> Any:
        """PyTorch's module, its parameters not yet those of the workload; it takes x as it is."""

    @abstractmethod
    def limit(self) -> Limit:
        """The hand-written NumPy step."""


def normal(rng: Generator, *shape: int, std: float = 1.0) -> Array:
    """Drawn in float64 from N(0, std²), rounded to float32."""
    return (rng.standard_normal(shape) * std).astype(np.float32)
