"""One network beside PyTorch: the same parameters and batch, the largest differences of what comes out.

Two arrays are compared by their largest difference over the largest magnitude in PyTorch's: a sum of cancelling terms
has no digits of its own to agree on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.trainer import Training

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


def beside(made: Training, modules: dict[str, Any], call: Callable[[Any, Any], Any], *, inputs: bool = True) -> None:
    """Assert that output, loss and every gradient of `made` (by the checker's `training`) are PyTorch's.

    `modules` are PyTorch's by our names of their layers, and `call(modules, x)` runs them: (batch, features,
    *positions) in and out.
    """
    errors = differences(made, modules, call, inputs=inputs)
    worst = max(errors, key=lambda name: errors[name])
    assert errors[worst] <= TOLERANCE[made.x.dtype.name], f"{worst}: {errors[worst]:.2g} of the largest"


def differences(
    made: Training, modules: dict[str, Any], call: Callable[[Any, Any], Any], *, inputs: bool = True
) -> dict[str, float]:
    torch: Any = pytest.importorskip("torch")
    torch.set_num_threads(1)
    model = torch.nn.ModuleDict(modules).to(getattr(torch, made.x.dtype.name))
    arrays = {name: p.value for name, p in made.parameters.named.items()} | made.parameters.state()
    del arrays["values"]  # of all parameters, whose names are there
    model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    x = torch.from_numpy(made.x.swapaxes(0, 1).copy()).requires_grad_(inputs)
    output = call(model, x)
    loss = torch.nn.functional.mse_loss(output, torch.from_numpy(made.targets.swapaxes(0, 1).copy()))
    loss.backward()
    found = {
        "output": error(made.output.data.swapaxes(0, 1), output.detach()),
        "loss": error(made.loss, loss.item()),
    }
    for name, parameter in model.named_parameters():
        found[f"gradient of {name}"] = error(made.parameters.named[name].gradient, parameter.grad)
    if inputs:
        assert made.input.gradient is not None
        found["gradient of the input"] = error(made.input.gradient.swapaxes(0, 1), x.grad)
    return found


def error(found: Any, expected: Any) -> float:
    """Largest difference over the largest magnitude expected; 0 where both are 0 throughout."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    assert found.shape == expected.shape, f"{found.shape} beside {expected.shape}"
    difference, scale = np.abs(found - expected).max(), np.abs(expected).max()
    return float(difference / scale) if scale else float(difference)
