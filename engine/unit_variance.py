"""Layer-sequential unit variance: weights are scaled, one layer after the other, by what they make of a batch.

Mishkin and Matas 2016, algorithm 1. The batch is that of the first step, so a run that starts again starts the same.
"""

from __future__ import annotations

import math

import numpy as np

from engine.initializers import LSUV
from engine.program import replay
from engine.trainer import Training


def asked(training: Training) -> bool:
    """Does a layer start so?"""
    return any(isinstance(getattr(node.operation, "weight_init", None), LSUV) for node in training.nodes)


def scale(training: Training) -> None:
    """Run the program forward on the batch that is in it, dividing weights by the deviation of what they make.

    What a forward pass changes by itself, running statistics, is as before afterwards.
    """
    kept = {name: array.copy() for name, array in training.parameters.state().items() if name != "values"}
    for node in training.nodes[:-1]:
        replay(node.forward)
        start, weight = (
            getattr(node.operation, "weight_init", None),
            training.parameters.named.get(f"{node.path}.weight"),
        )
        if not isinstance(start, LSUV) or weight is None:  # it shares another's, which has been scaled
            continue
        for _ in range(start.max_iters):
            variance = float(node.output.data.var(dtype=np.float64))
            if abs(variance - 1) < start.tol or not 0 < variance < math.inf:
                break
            weight.value[...] /= math.sqrt(variance)
            replay(node.forward)
    for name, array in training.parameters.state().items():
        if name in kept:
            np.copyto(array, kept[name])
