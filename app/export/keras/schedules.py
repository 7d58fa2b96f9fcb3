"""The learning rate of a Keras optimizer: a number, or one of keras.optimizers.schedules.

Where several batches make a step, Keras asks for the rate by the number of the batch, the last one of each step. Rates
that stay for some steps can be told so; those that move with each batch cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.export.keras.piece import NotInKeras

PLACE = "keras.optimizers.schedules."


def short(rate: float) -> float:
    """Without what rounding leaves behind: 0.1 * 0.1 is 0.010000000000000002."""
    return float(f"{rate:.12g}")


def _step(it: Any, lr: float, batches: int) -> str:
    return f"{PLACE}ExponentialDecay({lr!r}, {it.step_size * batches}, {it.gamma!r}, staircase=True)"


def _milestones(it: Any, lr: float, batches: int) -> str:
    """Keras has the new rate after its boundary, PyTorch from the milestone on; without any it fails."""
    if not it.milestones:
        return repr(lr)
    places = sorted(it.milestones)
    values = [short(lr * it.gamma**count) for count in range(len(places) + 1)]
    return f"{PLACE}PiecewiseConstantDecay({[place * batches - 1 for place in places]}, {values})"


def _exponential(it: Any, lr: float, batches: int) -> str:
    return f"{PLACE}ExponentialDecay({lr!r}, {batches}, {it.gamma!r}{', staircase=True' if batches > 1 else ''})"


def _linear(it: Any, lr: float, batches: int) -> str:
    return f"{PLACE}PolynomialDecay({short(lr * it.start_factor)!r}, {it.total_iters}, {short(lr * it.end_factor)!r})"


def _cosine(it: Any, lr: float, batches: int) -> str:
    """After T_max steps Keras stays at the lowest rate, where PyTorch goes up again."""
    return f"{PLACE}CosineDecay({lr!r}, {it.T_max}, alpha={short(it.eta_min / lr) if lr else 0.0!r})"


STAIRS: dict[str, Callable[[Any, float, int], str]] = {
    "StepLR": _step,
    "MultiStepLR": _milestones,
    "ExponentialLR": _exponential,
}
SLOPES: dict[str, Callable[[Any, float, int], str]] = {"LinearLR": _linear, "CosineAnnealingLR": _cosine}


def schedule(it: Any, lr: float, batches: int) -> str:
    """Of steps of so many batches. ReduceLROnPlateau begins at the rate itself; Keras has it as a callback of fit()."""
    if it.kind in ("none", "ReduceLROnPlateau"):
        return repr(lr)
    if it.kind in SLOPES and batches > 1:
        raise NotInKeras(
            f"one of {', '.join(STAIRS)}, or one batch a step: Keras's rate moves with each batch", it.kind
        )
    if it.kind not in STAIRS | SLOPES:
        raise NotInKeras(f"one of {', '.join(STAIRS | SLOPES)}, ReduceLROnPlateau", it.kind)
    return (STAIRS | SLOPES)[it.kind](it, lr, batches)
