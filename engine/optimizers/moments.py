"""The two moments of Adam's family, kept together."""

from __future__ import annotations

import numpy as np

from engine.optimizers.optimizer import decayed
from engine.parameters import Parameters
from engine.program import Program
from engine.tensor import Array


def pair(program: Program, parameters: Parameters, weight_decay: float) -> Array:
    """A (2, n) array: row 0 is the gradient with its L2 decay, row 1 is free for its squares."""
    if weight_decay == 0:
        return parameters.pair
    out = program.scratch(parameters.pair.shape, "moments pair")
    program.call(np.copyto, out[0], decayed(program, parameters, parameters.gradients, weight_decay))
    return out


def moments(program: Program, gradients: Array, betas: tuple[float, float]) -> Array:
    """M ← β₁ M + g and V ← β₂ V + g², the rows of the answer; `gradients` is a `pair`.

    Both are Adam's moments divided by (1 − β), so that they decay and take their new term in one call each.
    """
    out = program.empty(gradients.shape)
    beta = np.array(betas, program.dtype)[:, None]
    program.call(np.square, gradients[0], gradients[1])
    program.call(np.multiply, out, beta, out)
    program.call(np.add, out, gradients, out)
    return out
