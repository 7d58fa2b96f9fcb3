"""A network: layers placed one after another → shapes, parameters, cost → program.

Everything is computed with Python integers before anything is allocated, so that a network of 10^12 units costs a
message and not the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from engine.experiment import AnyLayer
from engine.layers.linear import Linear
from engine.parameters import Block, Parameters
from engine.program import Program
from engine.tensor import Tensor


@dataclass(frozen=True)
class Placed:
    """A layer in its place: `features` come in, `outputs` go out."""

    name: str
    layer: Any
    features: int
    outputs: int

    @property
    def blocks(self) -> tuple[Block, ...]:
        blocks: tuple[Block, ...] = self.layer.blocks(self.features)
        return blocks

    @property
    def parameter_count(self) -> int:
        return sum(block.size for block in self.blocks)


class Network:
    """The layers with their shapes. Cheap to make: nothing is allocated until `allocate`."""

    def __init__(self, layers: Sequence[AnyLayer], features: int) -> None:
        self.features = features
        self.placed: list[Placed] = []
        width = features
        for index, layer in enumerate(layers):
            outputs = layer.output(width)
            self.placed.append(Placed(str(index), layer, width, outputs))
            width = outputs
        self.outputs = width

    @property
    def parameter_count(self) -> int:
        return sum(placed.parameter_count for placed in self.placed)

    @property
    def multiply_adds(self) -> int:
        """Of one example's forward pass."""
        return sum(placed.layer.multiply_adds(placed.features) for placed in self.placed)

    def memory(self, batch: int, dtype: DTypeLike, evaluated: int = 0) -> int:
        """Bytes of what a run keeps: parameters (value, gradient, update, before, two moments), activations, slopes
        and gradients of the batch, and activations of the `evaluated` examples that are only looked at."""
        outputs = sum(placed.outputs for placed in self.placed)
        kept = (self.features + 3 * outputs) * batch + (self.features + outputs) * evaluated
        return (6 * self.parameter_count + kept) * np.dtype(dtype).itemsize

    def allocate(self, dtype: DTypeLike) -> Parameters:
        """All parameters, zero."""
        return Parameters([(placed.name, placed.blocks) for placed in self.placed], dtype)

    def initialize(self, parameters: Parameters, seed: int) -> None:
        """Draw every parameter, layer by layer, from one generator (PCG64)."""
        rng = np.random.default_rng(seed)
        for placed in self.placed:
            if isinstance(placed.layer, Linear):
                parts = {part: parameters.named[f"{placed.name}.{part}"].value for part in placed.blocks[0].parts}
                placed.layer.initialize(rng, parts)

    def forward(self, program: Program, parameters: Parameters, x: Tensor, *, gradient: bool = True) -> Tensor:
        """Emit the forward calls of every layer; answers the network's output."""
        for index, placed in enumerate(self.placed):
            tensors = parameters.tensors(index, gradient=gradient)
            x = placed.layer.emit(program, x, tensors, placed.layer.kind, index)
        return x
