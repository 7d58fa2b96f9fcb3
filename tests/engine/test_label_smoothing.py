"""Label smoothing beside PyTorch and central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.operations.losses import CrossEntropyLoss
from engine.program import Program, compiled
from engine.tensor import Array, Tensor

SMOOTHED = CrossEntropyLoss(label_smoothing=0.1)


def judged(loss: CrossEntropyLoss, z: Array, labels: Array) -> tuple[float, Array]:
    """The loss of (classes, batch, *positions) logits, and their gradient."""
    program = Program(z.dtype, z.shape[1])
    x = program.tensor(len(z), *z.shape[2:])
    target = Tensor(loss.targets(program, len(z), *z.shape[2:]), None)
    value = program.apply(loss, x, target, name=loss.kind)
    program.backward()
    x.data[...], target.data[...] = z, labels
    with np.errstate(all="ignore"):
        compiled([*program.forward_calls(), *program.backward_calls()])()
    assert x.gradient is not None
    return float(value.data), x.gradient.copy()


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7, 1.0])
@pytest.mark.parametrize("shape", [(3, 5), (1, 4), (6, 2, 7), (4, 3, 2, 2)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-10)])
def test_a_smoothed_loss_and_its_gradient_are_pytorchs(
    smoothing: float, shape: tuple[int, ...], dtype: str, tolerance: float
) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    z, labels = (rng.normal(size=shape) * 5).astype(dtype), rng.integers(0, shape[0], shape[1:])
    value, gradient = judged(CrossEntropyLoss(label_smoothing=smoothing), z, labels)
    tensor = torch.from_numpy(z.swapaxes(0, 1).copy()).requires_grad_()
    expected = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)(tensor, torch.from_numpy(labels))
    expected.backward()
    assert value == pytest.approx(float(expected.detach()), rel=tolerance, abs=tolerance)
    difference = np.abs(gradient - tensor.grad.numpy().swapaxes(0, 1)).max()
    assert difference <= tolerance * max(float(tensor.grad.abs().max()), 1e-3)


def test_the_gradient_of_a_smoothed_loss_is_that_of_central_differences() -> None:
    rng = np.random.default_rng(1)
    z, labels, nudge = rng.normal(size=(4, 3)), np.array([0, 3, 1]), 1e-5
    _, gradient = judged(SMOOTHED, z, labels)
    for place in np.ndindex(z.shape):
        up, down = z.copy(), z.copy()
        up[place] += nudge
        down[place] -= nudge
        slope = (judged(SMOOTHED, up, labels)[0] - judged(SMOOTHED, down, labels)[0]) / (2 * nudge)
        assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_a_smoothed_loss_is_least_where_the_softmax_is_the_smoothed_target() -> None:
    wanted = np.full(4, 0.1 / 4)
    wanted[2] += 0.9
    _, gradient = judged(SMOOTHED, np.log(wanted)[:, None], np.array([2]))
    np.testing.assert_allclose(gradient, 0, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_sure_logit_costs_a_finite_loss(dtype: Any) -> None:
    value, gradient = judged(SMOOTHED, np.array([[1e4], [-1e4]], dtype), np.array([0]))
    assert value == pytest.approx(0.05 * 2e4)
    np.testing.assert_allclose(gradient, [[0.05], [-0.05]], rtol=1e-6)
