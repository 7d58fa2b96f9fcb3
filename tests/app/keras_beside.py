"""An exported Keras script, executed on the torch backend: the other side of a comparison with the engine.

Of two float64 numbers Keras makes a float32 one, "to be aligned with JAX's default behavior"
(keras/src/backend/common/dtypes.py), in every sum and product and whatever its floatx; float64 is therefore refused
by the export. Here that one rule is taken out, so that a script's layers can be held against ours to 1e-10.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")
keras: Any = pytest.importorskip("keras")
torch: Any = pytest.importorskip("torch")

from app.export.keras.script import Script  # noqa: E402 - the backend is chosen before Keras is loaded
from engine.layer import Layer  # noqa: E402
from engine.tensor import Array  # noqa: E402
from tests.engine.drawn_experiments import Case, Prepared  # noqa: E402
from tests.engine.test_parity import STEPS, TOLERANCE  # noqa: E402

if keras.backend.backend() != "torch":
    pytest.skip("gradients are asked of the torch backend", allow_module_level=True)

ROUNDINGS = 64  # of the largest gradient, which count for nothing
SUMMED = ("RNN", "LSTM")  # layers whose two biases are one in Keras, with the gradient of either


@contextmanager
def precision(dtype: str) -> Iterator[None]:
    """Keras computing in it, float64 too."""
    promotion = __import__("keras.src.backend.common.dtypes", fromlist=["dtypes"]).BIT64_TO_BIT32_DTYPE
    kept, policy, narrowed = keras.config.floatx(), keras.config.dtype_policy(), promotion.pop("float64")
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        promotion["float64"] = narrowed
        keras.config.set_floatx(kept)
        keras.config.set_dtype_policy(policy)


class Beside:
    """The script of a case with our parameters and batches."""

    def __init__(self, case: Case, ours: Prepared) -> None:
        self.case, self.training = case, ours.training
        self.script = Script(replace(case.experiment, dtype="float32"), ours.training.network)
        self.names: dict[str, Any] = {"__name__": "network", "__file__": "network.py", "exact": _exact_hard_sigmoid}
        text = self.script.text()
        if case.experiment.dtype == "float64":
            text = text.replace('layers.Activation("hard_sigmoid")', "exact")
        exec(compile(text, "network.py", "exec"), self.names)
        self.model = self.names["model"]
        for name, values in self.names["arranged"](self.script.weights(ours.training.parameters)).items():
            self.model.get_layer(name).set_weights(values)
        self.batches = [self.script.batch(x, y) for x, y in ours.batches]

    def run_step(self) -> float:
        """Keras's train_on_batch of each batch of a step; their mean loss."""
        return float(np.mean([self.model.train_on_batch(batch["x"], batch["y"]) for batch in self.batches]))

    def gradients(self) -> Iterator[tuple[str, Array, Array]]:
        """Ours and Keras's of every variable that is trained, after a step of either that was one batch."""
        arrays = {name: np.zeros_like(each) for name, each in self.script.weights(self.training.parameters).items()}
        for name, parameter in self.training.parameters.named.items():
            if name.split(".")[0] not in self.summed or "bias_hh" not in name:
                arrays[name] = parameter.gradient
        for name, mine, variable in self._variables(arrays):
            found = variable.value.grad
            yield name, mine, np.zeros(mine.shape) if found is None else found.numpy()

    def weights(self) -> Iterator[tuple[str, Array, Array]]:
        """Ours and Keras's."""
        for name, mine, variable in self._variables(self.script.weights(self.training.parameters)):
            yield name, mine, variable.value.detach().numpy()

    @property
    def summed(self) -> set[str]:
        """The layers, as parameters call them, whose two biases are one there."""
        layers = self.case.experiment.network.layers
        return {layer.name or str(place) for place, layer in enumerate(layers) if _summed(layer)}

    def _variables(self, arrays: dict[str, Array]) -> Iterator[tuple[str, Array, Any]]:
        for name, values in self.names["arranged"](arrays).items():
            for number, (variable, mine) in enumerate(zip(self.model.get_layer(name).weights, values, strict=True)):
                if variable.trainable:
                    yield f"{name} {number}", np.array(mine), variable


def _exact_hard_sigmoid(x: Any) -> Any:
    """Out of pieces: the slope of PyTorch's own is float32's 1/6, in float64 too."""
    return keras.ops.relu6(x + 3) / 6


def _summed(layer: Layer) -> bool:
    return layer.kind in SUMMED and bool(getattr(layer, "bias", False))


def disagreements(case: Case, *, steps: bool = True) -> list[str]:
    """What differs: the loss, the gradient of each variable, and the variables after three steps.

    A difference counts from the tolerance on, relative to Keras's largest entry; but for a few roundings of the
    largest gradient there is. Biases that are summed in Keras do not step as ours do.
    """
    with precision(case.experiment.dtype), np.errstate(all="ignore"):
        ours = Prepared(case)
        there = Beside(case, ours)
        tolerance, floor = TOLERANCE[case.experiment.dtype], ROUNDINGS * float(np.finfo(case.experiment.dtype).eps)
        off: list[str] = []

        def compare(name: str, mine: Any, their: Any, least: float = 0.0) -> None:
            error = size(np.subtract(mine, their))
            if not error <= max(tolerance * size(their), least):
                off.append(f"{name} {error:.2g} of {size(their):.2g}")

        for step in range(STEPS if steps and not there.summed else 1):
            compare(f"loss {step}", ours.run_passes(), there.run_step())
            largest = max(size(n.output.gradient) for n in ours.training.nodes if n.output.gradient is not None)
            if len(ours.batches) == 1:
                for name, mine, their in there.gradients():
                    compare(f"gradient {step} {name}", mine, their, floor * largest)
            ours.run_update()
            if not there.summed:
                for name, mine, their in there.weights():
                    compare(f"step {step} {name}", mine, their, floor * largest)
        return off


def size(array: Any) -> float:
    return float(np.abs(array).max(initial=0))
