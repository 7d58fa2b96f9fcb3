"""The hand-written step of an LSTM is backpropagation through time, from the definition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.recurrent import WORKLOADS, Recurrent

Exact = NDArray[np.float64]
WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


def sigmoid(z: Exact) -> Exact:
    return np.asarray(1 / (1 + np.exp(-z)))


def backpropagation(work: Recurrent) -> tuple[float, dict[str, Exact]]:
    """Loss and the gradient of each parameter, in float64, one time step after the other."""
    w_ih, w_hh, b_ih, b_hh, w, b = (value.astype(np.float64) for value in work.parameters.values())
    x, h, c = work.x.astype(np.float64), np.zeros((work.batch, work.hidden)), np.zeros((work.batch, work.hidden))
    steps, kept = range(x.shape[2]), []
    for t in steps:
        i, f, g, o = np.split(x[..., t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        kept.append((i, f, g, o, h, c))
        c = f * c + i * g
        h = o * np.tanh(c)
    error = h @ w.T + b - work.y
    delta = 2 * error / error.size
    gradients = {name: np.zeros(value.shape) for name, value in work.parameters.items()}
    gradients["1.weight"], gradients["1.bias"] = delta.T @ h, delta.sum(axis=0)
    dh, dc = delta @ w, np.zeros_like(c)
    for t in reversed(steps):
        i, f, g, o, before, c_before = kept[t]
        squashed = np.tanh(f * c_before + i * g)
        dc = dc + dh * o * (1 - squashed**2)
        gates = dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g**2), dh * squashed * o * (1 - o)
        dz = np.concatenate(gates, axis=1)
        gradients["0.weight_ih_l0"] += dz.T @ x[..., t]
        gradients["0.weight_hh_l0"] += dz.T @ before
        gradients["0.bias_ih_l0"] += dz.sum(axis=0)
        gradients["0.bias_hh_l0"] += dz.sum(axis=0)
        dh, dc = dz @ w_hh, dc * f
    return float((error**2).mean()), gradients


@pytest.mark.parametrize("work", WORK)
def test_the_hand_written_step_is_backpropagation_through_time(work: Recurrent) -> None:
    loss, gradients = backpropagation(work)
    limit = work.limit()
    assert limit.gradient() == pytest.approx(loss, rel=1e-5)
    found = limit.gradients()
    for name, expected in gradients.items():
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=1e-5 * np.abs(expected).max(), err_msg=name)
