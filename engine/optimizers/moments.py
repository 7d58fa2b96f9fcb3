"""The two moments of Adam's family, kept together."""

from __future__ import annotations

import numpy as np

from engine.optimizers.memory import Stretch
from engine.optimizers.optimizer import decayed
from engine.program import Program
from engine.tensor import Array


def pair(program: Program, part: Stretch, weight_decay: float) -> Array:
    """A (2, k) array: row 0 is the gradient with its L2 decay, row 1 is free for its squares."""
    if weight_decay == 0:
        return part.pair
    out = program.scratch(part.pair.shape, "moments pair")
    program.call(np.copyto, out[0], decayed(program, part, part.gradient, weight_decay))
    return out


def moments(program: Program, part: Stretch, gradients: Array, decay: Array) -> Array:
    """M ← β₁ M + g and V ← β₂ V + g², the rows of the answer; `gradients` is a `pair`, `decay` (2, 1) the betas.

    Both are Adam's moments divided by (1 − β), so that they decay and take their new term in one call each.
    """
    out = part.memory["moments"]
    program.call(np.square, gradients[0], gradients[1])
    program.call(np.multiply, out, decay, out)
    program.call(np.add, out, gradients, out)
    return out


def column(program: Program, betas: tuple[float, float]) -> Array:
    """The betas as what both rows are multiplied by."""
    return np.array(betas, program.dtype)[:, None]
