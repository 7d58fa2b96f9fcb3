"""The hand-written step of a GPT is backpropagation, from the definition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.gpt import WORKLOADS, Gpt

Exact = NDArray[np.float64]
WORK = [pytest.param(make(), id=make().name) for make in WORKLOADS]


class Backpropagation:
    """Loss and gradients in float64, features last, one allocation a line; parameters by name."""

    def __init__(self, work: Gpt) -> None:
        self.work = work
        self.value = {name: value.astype(np.float64) for name, value in work.parameters.items()}
        self.gradient: dict[str, Exact] = {}

    def run(self) -> float:
        work, value, blocks = self.work, self.value, range(self.work.blocks)
        tokens = work.x[:, 0].astype(int)
        x = value["wte.weight"][tokens] + value["wpe.weight"]
        streams = []
        for i in blocks:
            middle = x + self.attention(i, x)[0]
            streams.append((x, middle))
            x = middle + self.feedforward(i, middle)[0]
        normed = self.norm("norm", x)[0]
        logits = normed @ value["head.weight"].T
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        own = np.eye(work.tokens)[work.y]
        delta = (p - own) / work.columns
        self.gradient["head.weight"] = np.einsum("btv,btd->vd", delta, normed)
        delta = self.norm("norm", x, delta @ value["head.weight"])[1]
        for i in reversed(blocks):
            x, middle = streams[i]
            delta = delta + self.feedforward(i, middle, delta)[1]
            delta = delta + self.attention(i, x, delta)[1]
        self.gradient["wpe.weight"] = delta.sum(axis=0)
        self.gradient["wte.weight"] = np.zeros_like(value["wte.weight"])
        np.add.at(self.gradient["wte.weight"], tokens, delta)
        return -float(np.log(p[own == 1]).mean())

    # Each computes forward, and with a delta of its output also back: its value and the delta of its input.

    def norm(self, name: str, x: Exact, delta: Exact | None = None) -> tuple[Exact, Exact]:
        weight, bias = self.value[f"{name}.weight"], self.value[f"{name}.bias"]
        deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        x_hat = (x - x.mean(axis=-1, keepdims=True)) / deviation
        if delta is None:
            return x_hat * weight + bias, x
        self.gradient[f"{name}.weight"] = (delta * x_hat).sum(axis=(0, 1))
        self.gradient[f"{name}.bias"] = delta.sum(axis=(0, 1))
        to = delta * weight
        mean, spread = to.mean(axis=-1, keepdims=True), (to * x_hat).mean(axis=-1, keepdims=True)
        return x, (to - mean - x_hat * spread) / deviation

    def linear(self, weight: str, bias: str, x: Exact, delta: Exact | None = None) -> tuple[Exact, Exact]:
        if delta is None:
            return x @ self.value[weight].T + self.value[bias], x
        self.gradient[weight] = np.einsum("bto,bti->oi", delta, x)
        self.gradient[bias] = delta.sum(axis=(0, 1))
        return x, delta @ self.value[weight]

    def attention(self, i: int, x: Exact, delta: Exact | None = None) -> tuple[Exact, Exact]:
        work, name = self.work, f"attention{i}"
        into, out = (
            (f"{name}.in_proj_weight", f"{name}.in_proj_bias"),
            (f"{name}.out_proj.weight", f"{name}.out_proj.bias"),
        )
        normed = self.norm(f"norm_a{i}", x)[0]
        shape = work.batch, work.places, 3, work.heads, -1
        q, k, v = self.linear(*into, normed)[0].reshape(shape).transpose(2, 0, 3, 1, 4)
        root = np.sqrt(q.shape[-1])
        scores = np.where(np.tri(work.places, dtype=bool), q @ k.swapaxes(2, 3) / root, -np.inf)
        weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
        mixed = (weights @ v).swapaxes(1, 2).reshape(x.shape)
        if delta is None:
            return self.linear(*out, mixed)[0], x
        to = self.linear(*out, mixed, delta)[1].reshape(work.batch, work.places, work.heads, -1).swapaxes(1, 2)
        to_weights = to @ v.swapaxes(2, 3)
        to_scores = weights * (to_weights - (weights * to_weights).sum(axis=-1, keepdims=True)) / root
        parts = np.stack([to_scores @ k, to_scores.swapaxes(2, 3) @ q, weights.swapaxes(2, 3) @ to])
        stacked = parts.transpose(1, 3, 0, 2, 4).reshape(work.batch, work.places, -1)
        return x, self.norm(f"norm_a{i}", x, self.linear(*into, normed, stacked)[1])[1]

    def feedforward(self, i: int, x: Exact, delta: Exact | None = None) -> tuple[Exact, Exact]:
        up, down = ((f"{name}{i}.weight", f"{name}{i}.bias") for name in ("up", "down"))
        normed = self.norm(f"norm_b{i}", x)[0]
        z = self.linear(*up, normed)[0]
        u, slope = np.sqrt(2 / np.pi) * (z + 0.044715 * z**3), np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)
        a = z * (1 + np.tanh(u)) / 2
        if delta is None:
            return self.linear(*down, a)[0], x
        to = self.linear(*down, a, delta)[1] * ((1 + np.tanh(u)) / 2 + z * slope / np.cosh(u) ** 2 / 2)
        return x, self.norm(f"norm_b{i}", x, self.linear(*up, normed, to)[1])[1]


@pytest.mark.parametrize("work", WORK)
def test_the_hand_written_step_is_backpropagation(work: Gpt) -> None:
    exact, limit = Backpropagation(work), work.limit()
    loss = exact.run()
    assert limit.gradient() == pytest.approx(loss, rel=1e-5)
    found = limit.gradients()
    assert exact.gradient.keys() == found.keys()
    for name, expected in exact.gradient.items():
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=1e-5 * np.abs(expected).max(), err_msg=name)
