"""The losses of the hand-written step: each writes the gradient of the output and returns the loss.

Arguments: the output and the gradient buffer, both (outputs, batch), and the targets as the workload holds
them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import add, divide, exp, log, logaddexp, maximum, multiply, subtract, tanh

from engine.tensor import Array


def mse(output: Array, gradient: Array, y: Array) -> Callable[[], float]:
    target = np.ascontiguousarray(y.T)
    difference = np.zeros_like(output)
    flat = difference.ravel()
    square, mean, twice_mean = flat.dot, 1 / output.size, np.array(2 / output.size, np.float32)

    def loss() -> float:
        subtract(output, target, difference)
        multiply(difference, twice_mean, gradient)
        return float(square(flat)) * mean

    return loss


def bce_with_logits(output: Array, gradient: Array, y: Array) -> Callable[[], float]:
    """ln(1 + e^z) − z y, finite for every logit; σ(z) − y by way of tanh, which does not overflow."""
    target = np.ascontiguousarray(y.T)
    scratch = np.zeros_like(output)
    logits, targets, size = output.ravel(), target.ravel(), output.size
    zero, half, mean = (np.array(value, np.float32) for value in (0, 0.5, 1 / size))

    def loss() -> float:
        tanh(multiply(output, half, scratch), scratch)
        add(multiply(scratch, half, scratch), half, scratch)
        multiply(subtract(scratch, target, gradient), mean, gradient)
        return float(logaddexp(zero, output, scratch).sum() - logits.dot(targets)) / size

    return loss


def cross_entropy(output: Array, gradient: Array, y: Array) -> Callable[[], float]:
    """Softmax and cross-entropy in one, the largest logit subtracted first; sums are products with ones."""
    batch = len(y)
    columns, ones = np.arange(batch), np.ones(len(output), np.float32)
    largest, total = np.zeros(batch, np.float32), np.zeros(batch, np.float32)
    one, mean = np.array(1, np.float32), np.array(1 / batch, np.float32)

    def loss() -> float:
        maximum.reduce(output, axis=0, out=largest)
        subtract(output, largest, gradient)
        own = gradient[y, columns]
        exp(gradient, gradient)
        ones.dot(gradient, total)
        divide(gradient, total, gradient)
        log(total, total)
        gradient[y, columns] -= one
        multiply(gradient, mean, gradient)
        return float(total.sum() - own.sum()) / batch

    return loss


LOSSES = {"mse": mse, "bce_with_logits": bce_with_logits, "cross_entropy": cross_entropy}
