"""An exported PyTorch script, executed: the other side of a comparison with the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from app.export.pytorch.script import Script
from engine.tensor import Array
from tests.engine.drawn_experiments import Prepared

torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)


class Exported:
    """The exported script, executed, with the parameters and the batches of what is prepared on our side."""

    def __init__(self, prepared: Prepared) -> None:
        self.training = prepared.training
        self.script = Script(prepared.experiment, prepared.training.network)
        self.names = executed(self.script.text())
        state = self.script.weights(self.training.parameters)
        self.names["model"].load_state_dict({name: torch.tensor(array) for name, array in state.items()})
        batch = self.script.batch(prepared.x, prepared.targets)
        self.x, self.y = torch.tensor(batch["x"]), torch.tensor(batch["y"])
        self.x.requires_grad_(self.x.is_floating_point())

    def run_pass(self) -> None:
        self.names["model"].zero_grad()
        self.x.grad = None
        self.loss = eval(self.script.measured(), self.names, {"x": self.x, "y": self.y})
        self.loss.backward()

    def run_update(self) -> None:
        self.names.get("descend", self.names["optimizer"].step)()

    def pairs(self) -> Iterator[tuple[str, Any, Any]]:
        """Our parameters and the script's, by the script's names."""
        named = dict(self.script.parameters(self.training.parameters))
        for name, parameter in self.names["model"].named_parameters():
            yield name, named[name], parameter

    def buffers(self) -> Iterator[tuple[str, Array, Any]]:
        """Ours and the script's: running statistics."""
        state = self.script.weights(self.training.parameters)
        for name, buffer in self.names["model"].named_buffers():
            yield name, state[name], buffer

    def arranged(self, x: Array) -> Array:
        """What is shaped as our input, as the script has it."""
        return self.script.batch(x, self.training.targets)["x"]


class ExactHardsigmoid(torch.nn.Module):  # type: ignore[misc]
    """Hardsigmoid out of PyTorch's pieces: the slope of its own is float32's 1/6, in float64 too."""

    def forward(self, x: Any) -> Any:
        return torch.nn.functional.relu6(x + 3) / 6


def executed(text: str) -> dict[str, Any]:
    """What the script defines; its main() is not run."""
    names: dict[str, Any] = {"__name__": "network", "__file__": "network.py", "ExactHardsigmoid": ExactHardsigmoid}
    if "float64" in text:
        text = text.replace("nn.Hardsigmoid", "ExactHardsigmoid")
    exec(compile(text, "network.py", "exec"), names)
    return names


def gradient(tensor: Any) -> Array:
    """PyTorch's None, where no gradient arrives, as what it stands for."""
    return np.zeros(tuple(tensor.shape)) if tensor.grad is None else np.array(tensor.grad.numpy())
