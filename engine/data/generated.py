"""Made data: one small function a kind, `(n, noise, rng)` to x and y.

For the kinds with two classes, x lies in about [-1, 1]², labels are 0 and 1 in equal number, and `noise` is
the standard deviation of the Gaussian jitter added to each coordinate after the label is settled. For the
kinds with a target, `noise` is the standard deviation of the jitter added to the target. Positions are drawn
before any jitter, and as many numbers are drawn at noise 0 as at noise 1: turning the noise up moves the same
points.

Every number is rounded to a multiple of 2⁻²⁰. The grid is far finer than anything drawn, float32 holds it
exactly, and processors whose sine differs in the last bit still agree on every byte.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from engine.data.dataset import Rows, Targets

GRID = 2.0**20
REACH = 0.95  # how far from the middle a noiseless point of two classes may lie: a margin inside [-1, 1]


def circles(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """A disc (class 1) inside a ring (class 0)."""
    y = _labels(n)
    radius = REACH * np.where(y == 1, _uniform(n, 0.0, 0.5, rng), _uniform(n, 0.75, 1.0, rng))
    return _jittered(_around(radius, _uniform(n, 0.0, 2 * np.pi, rng)), noise, rng), y


def xor(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """Four quadrants, a narrow cross between them empty: class 1 where exactly one coordinate is positive."""
    y = _labels(n)
    sign = 2 * rng.integers(0, 2, n) - 1
    across, up = (_uniform(n, 0.05, REACH, rng) for _ in range(2))
    return _jittered(np.column_stack([sign * across, sign * (1 - 2 * y) * up]), noise, rng), y


def gaussians(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """Two round clouds on a diagonal, each of standard deviation 0.15 before noise."""
    y = _labels(n)
    centre = 0.45 * (2 * y - 1)
    return _jittered(centre[:, None] + 0.15 * rng.standard_normal((n, 2)), noise, rng), y


def spiral(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """Two arms of one and a half turns, half a turn apart."""
    y = _labels(n)
    along = _uniform(n, 0.05, 1.0, rng)  # not from 0, where the arms meet
    return _jittered(_around(REACH * along, 3 * np.pi * along + np.pi * y), noise, rng), y


def moons(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """Two interleaved half circles."""
    y = _labels(n)
    angle = _uniform(n, 0.0, np.pi, rng)
    side = 1 - 2 * y
    x = np.column_stack([side * (np.cos(angle) - 0.5), side * (np.sin(angle) - 0.25)])
    return _jittered(x * (REACH / 1.5), noise, rng), y


def checkerboard(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """Four by four squares of alternating class."""
    y = _labels(n)
    column = rng.integers(0, 4, n)
    row = 2 * rng.integers(0, 2, n) + (column + y) % 2
    inside = _uniform((n, 2), 0.0, 1.0, rng)
    return _jittered(REACH * ((np.column_stack([column, row]) + inside) / 2 - 1), noise, rng), y


def plane(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """Two inputs in [-1, 1]²; the target is their mean, a tilted plane."""
    x = _on_grid(_uniform((n, 2), -1.0, 1.0, rng))
    return x, _jittered(x.mean(axis=1, keepdims=True), noise, rng)


def sine(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """One input in [-1, 1]; the target is sin 2πx, two full waves."""
    x = _on_grid(_uniform((n, 1), -1.0, 1.0, rng))
    return x, _jittered(np.sin(2 * np.pi * x), noise, rng)


def multi_gaussian(n: int, noise: float, rng: Generator) -> tuple[Rows, Targets]:
    """Two inputs in [-1, 1]²; the target is six Gaussian bumps of height ±1, alternating in sign."""
    x = _on_grid(_uniform((n, 2), -1.0, 1.0, rng))
    target = np.zeros((n, 1))
    for column in (-1, 0, 1):
        for row in (-1, 1):
            squared = (x[:, :1] - column * 2 / 3) ** 2 + (x[:, 1:] - row / 2) ** 2
            target += (-1) ** column * row * np.exp(-squared / (2 * 0.2**2))
    return x, _jittered(target, noise, rng)


GENERATORS: dict[str, Callable[[int, float, Generator], tuple[Rows, Targets]]] = {
    "circles": circles,
    "xor": xor,
    "gaussians": gaussians,
    "spiral": spiral,
    "moons": moons,
    "checkerboard": checkerboard,
    "plane": plane,
    "sine": sine,
    "multi_gaussian": multi_gaussian,
}


def _labels(n: int) -> Targets:
    """0, 1, 0, 1, …: as many of either class as n allows."""
    return np.arange(n, dtype=np.int64) % 2


def _uniform(shape: int | tuple[int, int], low: float, high: float, rng: Generator) -> Rows:
    return low + (high - low) * rng.random(shape)


def _around(radius: Rows, angle: Rows) -> Rows:
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _jittered(exact: Rows, noise: float, rng: Generator) -> Rows:
    return _on_grid(exact + noise * rng.standard_normal(exact.shape))


def _on_grid(values: Rows) -> Rows:
    on_grid: Rows = np.rint(values * GRID) / GRID
    return on_grid
