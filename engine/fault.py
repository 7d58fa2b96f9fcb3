"""Where a run's first NaN or infinity was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from engine.program import Node
from engine.tensor import Array
from engine.trainer import Training


@dataclass(frozen=True)
class Fault:
    """A step, counted from 1, and the node that made the number, in its forward or its backward turn."""

    step: int
    node: int
    phase: Literal["forward", "backward"]


def finite(*arrays: Array) -> bool:
    """Are all numbers finite? Where the sum of their squares is, they are, and that is the cheaper question."""
    return all(isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all()) for array in arrays)


def fault_of(training: Training, step: int) -> Fault | None:
    """What is broken in the last pass, which was that of `step`; looked for only where its results show there is one.

    A number that a later node makes whole again, an infinity in tanh, does not break the step.
    """
    if finite(training.loss, training.parameters.before, training.parameters.gradients):
        return None
    found = first_non_finite(training.nodes)
    return None if found is None else Fault(step, *found)


def first_non_finite(nodes: Sequence[Node]) -> tuple[int, Literal["forward", "backward"]] | None:
    """The first node, in the order of a step, that made a NaN or an infinity, and in which phase; None if none did.

    Every buffer of the step is still there, so nothing has to be run again.
    """
    for index, node in enumerate(nodes):
        if not np.isfinite(node.output.data).all():
            return index, "forward"
    for index in reversed(range(len(nodes))):
        for tensor in (*nodes[index].inputs, *nodes[index].parameters):
            if tensor.gradient is not None and not np.isfinite(tensor.gradient).all():
                return index, "backward"
    return None
