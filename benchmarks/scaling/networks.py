"""Dense tanh networks of any width and depth, under a squared error and SGD."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.dense import Dense
from benchmarks.workload import normal

BATCH = 32
WIDTHS = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)  # four layers each
DEPTHS = (2, 5, 10, 20, 50, 100, 200)  # of width 32


def square(width: int, depth: int) -> Dense:
    """`depth` layers of `width` units on as many features."""
    rng, sizes = np.random.default_rng(0), (width,) * (depth + 1)
    parameters = {}
    for index, (inputs, outputs) in enumerate(pairwise(sizes)):
        parameters[f"{2 * index}.weight"] = normal(rng, outputs, inputs, std=1 / np.sqrt(inputs))
        parameters[f"{2 * index}.bias"] = normal(rng, outputs, std=0.1)
    return Dense(
        name=f"{depth} layers of {width}",
        sizes=sizes,
        activation="tanh",
        output_activation=True,
        loss="mse",
        optimizer="sgd",
        lr=1e-3,
        parameters=parameters,
        x=normal(rng, BATCH, width),
        y=normal(rng, BATCH, width),
    )
