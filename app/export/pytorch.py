"""An experiment as a PyTorch script that a person can read, run and go on from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from app.export.safetensors import packed
from engine.batches import targets
from engine.experiment import Experiment
from engine.feasible import planned
from engine.initializers import (
    Constant,
    Default,
    Eye,
    Initializer,
    Kaiming,
    KaimingUniform,
    Orthogonal,
    Sparse,
    TruncNormal,
    Uniform,
    XavierNormal,
    XavierUniform,
)
from engine.layer import WIRING
from engine.layers.linear import Linear
from engine.network import Network, Placed
from engine.run import Run

SCRIPT, WEIGHTS, BATCH = "network.py", "weights.safetensors", "batch.safetensors"

TEMPLATE = '''\
"""{title}, in PyTorch: one batch through the network, its gradients, one step.

Needs: pip install torch safetensors

Two files beside this one are read where they are there: {weights} holds the parameters, by the names of
the state_dict, and {batch} one batch, x of shape ({size}, {features}) and y. Without them the parameters are
drawn anew and the batch is noise. The optimizer starts without a past. In which order the batches of a whole
training follow each other is not written down here.
"""
{name}
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

HERE = Path(__file__).parent
{dtype}{rule}
model = nn.Sequential(
{layers}
)
criterion = {loss}
optimizer = {optimizer}


def initialize():
    """Draw the parameters; what is not named here keeps what nn.Linear draws by itself."""
{initialize}    weights = HERE / "{weights}"
    if weights.exists():
        model.load_state_dict(load_file(weights))


def load_batch():
    """Inputs and targets of one step."""
    batch = HERE / "{batch}"
    if batch.exists():
        tensors = load_file(batch)
        return tensors["x"], tensors["y"]
    return torch.randn({size}, {features}), {noise}


def main():
    initialize()
    x, y = load_batch()
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    print(f"loss {{loss.item():.6f}}")
    for name, parameter in model.named_parameters():
        print(f"{{name:12}} gradient norm {{parameter.grad.norm().item():.6g}}")
    optimizer.step()
    print(f"loss after one step {{criterion(model(x), y).item():.6f}}")


if __name__ == "__main__":
    main()
'''

# What torch.optim has not.
RULES = {
    "Lion": '''

class Lion(torch.optim.Optimizer):
    """Chen et al. 2023: steps of the learning rate, in the direction that the sign of the momentum says."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(first * momentum + (1 - first) * p.grad))
                momentum.lerp_(p.grad, 1 - second)

''',
}


def files(run: Run) -> dict[str, bytes]:
    """The script, the run's present parameters, and the batch of its next step, by file name."""
    experiment, data = run.experiment, run.data
    parameters = {name: parameter.value for name, parameter in run.parameters.named.items()}
    rows = run.batches.indices(run.step)
    labels = experiment.loss.labels
    y = targets(data, data.train_y[rows], run.network.outputs, labels, experiment.dtype)
    batch = {
        "x": data.train_x[rows].astype(experiment.dtype),
        "y": y if labels else np.ascontiguousarray(y.T),
    }
    return {SCRIPT: script(experiment).encode(), WEIGHTS: packed(parameters), BATCH: packed(batch)}


def script(experiment: Experiment) -> str:
    """The text of the script; BadExperiment where the experiment cannot be run."""
    _, network = planned(experiment)
    units = [network.features, *(p.outputs for p in network.placed if isinstance(p.layer, Linear))]
    numbers = f"{experiment.batch}, {network.outputs}"
    noise = f"torch.randint({network.outputs}, ({experiment.batch},))"
    return TEMPLATE.format(
        title=f"The network {'-'.join(map(str, units))} on the {experiment.data.kind} data",
        # As a Python string in a comment: what a person typed cannot become code.
        name=f"\n# {experiment.name!r}\n" if experiment.name else "",
        dtype="torch.set_default_dtype(torch.float64)\n" if experiment.dtype == "float64" else "",
        rule=RULES.get(experiment.optimizer.kind, ""),
        layers="\n".join(f"    {_layer(placed)}," for placed in network.placed),
        loss=f"nn.{_call(experiment.loss)}",
        optimizer=_optimizer(experiment.optimizer),
        initialize="".join(f"    {line}\n" for line in _initialized(network)),
        noise=noise if experiment.loss.labels else f"torch.rand({numbers}).round()",
        weights=WEIGHTS,
        batch=BATCH,
        size=experiment.batch,
        features=network.features,
    )


def _layer(placed: Placed) -> str:
    if isinstance(placed.layer, Linear):
        bias = "" if placed.layer.bias else ", bias=False"
        return f"nn.Linear({placed.features}, {placed.outputs}{bias})"
    return f"nn.{_call(placed.layer)}"


def _optimizer(optimizer: Any) -> str:
    """The rate is written even where it is the default: it is what one changes first."""
    others = {name: value for name, value in _chosen(optimizer).items() if name != "lr"}
    arguments = _arguments({"lr": optimizer.lr, **others})
    place = "" if optimizer.kind in RULES else "torch.optim."
    return f"{place}{optimizer.kind}(model.parameters(), {arguments})"


def _call(choice: Any) -> str:
    return f"{choice.kind}({_arguments(_chosen(choice))})"


def _chosen(choice: Any) -> dict[str, Any]:
    """The arguments that differ from their defaults."""
    values = {f.name: getattr(choice, f.name) for f in fields(choice) if f.name not in {"kind", *WIRING}}
    defaults = {f.name: f.default for f in fields(choice)}
    return {name: value for name, value in values.items() if value != defaults[name]}


def _arguments(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_literal(value)}" for name, value in values.items())


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _initialized(network: Network) -> Iterator[str]:
    """One line for each weight or bias that does not start as nn.Linear starts it."""
    for placed in network.placed:
        layer = placed.layer
        if not isinstance(layer, Linear):
            continue
        here, fans = f"model[{placed.name}]", (placed.features, placed.outputs)
        if not isinstance(layer.weight_init, Default):
            yield _drawn(layer.weight_init, f"{here}.weight")
        if layer.bias and not isinstance(layer.bias_init, Default):
            yield _drawn_bias(layer.bias_init, f"{here}.bias", fans)


def _drawn(initializer: Any, tensor: str) -> str:
    values = _chosen(initializer)
    if isinstance(initializer, Uniform | TruncNormal):
        values |= {"a": min(initializer.a, initializer.b), "b": max(initializer.a, initializer.b)}
    if isinstance(initializer, Sparse):
        values = {"sparsity": initializer.sparsity, **values}
    if isinstance(initializer, Constant):
        values = {"val": initializer.val}
    return f"nn.init.{initializer.kind}_({', '.join(filter(None, (tensor, _arguments(values))))})"


def _drawn_bias(initializer: Initializer, tensor: str, fans: tuple[int, int]) -> str:
    """PyTorch's fans are those of a matrix; for a vector the spread is written as a number."""
    if isinstance(initializer, Orthogonal | Eye | Sparse):
        return _drawn(initializer, f"{tensor}.detach().unsqueeze(1)")
    if isinstance(initializer, XavierUniform | XavierNormal):
        std = initializer.gain * math.sqrt(2 / sum(fans))
    elif isinstance(initializer, Kaiming):
        std = initializer.std(fans)
    else:
        return _drawn(initializer, tensor)
    if isinstance(initializer, XavierUniform | KaimingUniform):
        bound = math.sqrt(3) * std
        return f"nn.init.uniform_({tensor}, a={-bound!r}, b={bound!r})"
    return f"nn.init.normal_({tensor}, std={std!r})"
