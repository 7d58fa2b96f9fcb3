"""The same training step in PyTorch, eager, as its tutorials write it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.workload import Workload


def torch_or_none() -> Any:
    """PyTorch held to one thread, or None where it is not installed."""
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError:
        return None
    torch.set_num_threads(1)
    return torch


def torch_gradient(torch: Any, work: Workload) -> tuple[Any, Callable[[], Any]]:
    """The network, and its forward, loss and backward pass, which leaves a gradient in each parameter."""
    model = work.module(torch)
    model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in work.parameters.items()})
    losses = {"mse": "MSELoss", "bce_with_logits": "BCEWithLogitsLoss", "cross_entropy": "CrossEntropyLoss"}
    criterion = getattr(torch.nn, losses[work.loss])()
    x, y = torch.from_numpy(work.x.copy()), torch.from_numpy(work.y.copy())

    def gradient() -> Any:
        loss = criterion(model(x), y)
        loss.backward()
        return loss

    return model, gradient


def torch_step(torch: Any, work: Workload, **settings: bool) -> Callable[[], Any]:
    """One step, which returns the loss before the update; settings go to the optimizer (`fused=True`)."""
    model, gradient = torch_gradient(torch, work)
    optimizers: dict[str, Callable[..., Any]] = {
        "sgd": torch.optim.SGD,
        "momentum": partial(torch.optim.SGD, momentum=0.9),
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
    }
    optimizer = optimizers[work.optimizer](model.parameters(), lr=work.lr, **settings)

    def step() -> Any:
        optimizer.zero_grad()
        loss = gradient()
        optimizer.step()
        return loss

    return step
