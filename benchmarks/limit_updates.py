"""The optimizers of the hand-written step, each a few calls over one flat vector of all parameters.

Arguments: the parameters (n,); the gradients (2, n), whose second row is free for the optimizer; the learning
rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy import add, divide, multiply, sqrt, subtract

from engine.tensor import Array

BLOCK = 2**16  # parameters of an update that go through all its calls at once


def sgd(parameters: Array, gradients: Array, lr: float) -> Callable[[], None]:
    gradient, change = gradients[0], np.zeros_like(parameters)
    rate = np.array(lr, np.float32)

    def update() -> None:
        multiply(gradient, rate, change)
        subtract(parameters, change, parameters)

    return update


def momentum(parameters: Array, gradients: Array, lr: float) -> Callable[[], None]:
    """PyTorch's form: v ← 0.9 v + g, p ← p − lr v."""
    gradient, change, velocity = gradients[0], np.zeros_like(parameters), np.zeros_like(parameters)
    rate, kept = np.array(lr, np.float32), np.array(0.9, np.float32)

    def update() -> None:
        multiply(velocity, kept, velocity)
        add(velocity, gradient, velocity)
        multiply(velocity, rate, change)
        subtract(parameters, change, parameters)

    return update


def adam(parameters: Array, gradients: Array, lr: float, weight_decay: float = 0.0) -> Callable[[], None]:
    """PyTorch's Adam, betas 0.9 and 0.999, eps 1e-8; with a weight decay, AdamW.

    Both moments are kept divided by their (1 − beta), as the rows of one array, so that a step decays them
    in one call and adds g and g² in another. What was divided out, and the bias corrections, go into two
    numbers a step. Many parameters go through all calls a block at a time, which the cache holds.
    """
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    moments, change = np.zeros_like(gradients), np.zeros_like(parameters)
    decay = np.array([[beta1], [beta2]], np.float32)
    rate, floor = np.zeros((), np.float32), np.zeros((), np.float32)
    kept = np.array(1 - lr * weight_decay, np.float32)
    cuts = np.linspace(0, len(parameters), -(-len(parameters) // BLOCK) + 1).astype(int)
    blocks = [
        (parameters[part], gradients[:, part], *gradients[:, part], moments[:, part], *moments[:, part], change[part])
        for part in map(slice, cuts[:-1], cuts[1:])
    ]
    steps = 0

    def update() -> None:
        nonlocal steps
        steps += 1
        root = math.sqrt((1 - beta2) / (1 - beta2**steps))
        rate[()] = lr * (1 - beta1) / (1 - beta1**steps) / root
        floor[()] = eps / root
        for values, both, gradient, squares, pair, first, second, moved in blocks:
            multiply(gradient, gradient, squares)
            multiply(pair, decay, pair)
            add(pair, both, pair)
            sqrt(second, moved)
            add(moved, floor, moved)
            divide(first, moved, moved)
            multiply(moved, rate, moved)
            if weight_decay:
                multiply(values, kept, values)
            subtract(values, moved, values)

    return update


UPDATES: dict[str, Callable[[Array, Array, float], Callable[[], None]]] = {
    "sgd": sgd,
    "momentum": momentum,
    "adam": adam,
    "adamw": partial(adam, weight_decay=0.01),
}
