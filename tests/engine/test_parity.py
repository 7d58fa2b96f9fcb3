"""Whole experiments beside PyTorch: the same loss, the same gradients, the same steps.

Two arrays are compared by their largest difference, divided by the largest magnitude in PyTorch's. Single
entries are not divided by themselves: a sum of cancelling terms has no digits of its own to agree on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.experiment import ACTIVATIONS, Experiment, Layers
from engine.layer import arguments
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ELU, GELU, LeakyReLU, Softplus
from engine.operations.elementwise_clipped import Hardsigmoid, Hardtanh
from engine.operations.elementwise_saturating import CELU
from engine.operations.elementwise_shrink import Hardshrink, Softshrink
from engine.operations.losses import BCEWithLogitsLoss
from engine.trainer import Training
from tests.engine.drawn_experiments import OPTIMIZERS, between, losses

torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
STEPS = 3


activations = st.one_of(
    *(st.just(kind()) for kind in ACTIVATIONS),
    st.builds(LeakyReLU, negative_slope=between(0, 1)),
    st.builds(GELU, approximate=st.sampled_from(["none", "tanh"])),
    st.builds(Softplus, beta=between(0.2, 5), threshold=between(1, 30)),
    st.builds(ELU, alpha=between(0.1, 3)),
    st.builds(CELU, alpha=st.floats(0.125, 3, width=32)),  # PyTorch's slope rounds alpha to float32
    st.builds(Hardtanh, min_val=between(-2, 0), max_val=between(0.1, 2)),
    st.builds(Softshrink, lambd=between(0, 1)),
    st.builds(Hardshrink, lambd=between(0, 1)),
)
optimizers = st.one_of(*(each for kind, each in OPTIMIZERS.items() if kind != "Lion"))  # PyTorch has none


@dataclass(frozen=True)
class Case:
    """An experiment, the seed of its numbers, and the number of features that its batch has."""

    experiment: Experiment
    features: int
    seed: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """1 to 5 linear layers of 1 to 16 units, each but the last followed by an activation, or by none."""
    loss = draw(losses)
    layers: list[Any] = []
    for width in draw(st.lists(st.integers(1, 16), max_size=4)):
        layers += [Linear(out_features=width, bias=draw(st.booleans())), draw(activations)]
    outputs = draw(st.integers(2, 6) if loss.labels else st.integers(1, 6))
    layers.append(Linear(out_features=outputs, bias=draw(st.booleans())))
    experiment = Experiment(
        network=Layers(tuple(layers)),
        loss=loss,
        optimizer=draw(optimizers),
        batch=draw(st.integers(1, 24)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )
    return Case(experiment, draw(st.integers(1, 8)), draw(st.integers(0, 2**32 - 1)))


def ours(case: Case) -> Training:
    """The engine's program with drawn parameters and a drawn batch in place."""
    experiment, rng = case.experiment, np.random.default_rng(case.seed)
    network = Network(experiment.network.layers, case.features)
    training = Training(experiment, network, network.allocate(experiment.dtype))
    training.reset(seed=0)
    for parameter in training.parameters.named.values():
        parameter.value[...] = rng.normal(size=parameter.value.shape) / np.sqrt(parameter.value.shape[-1])
    training.x[...] = rng.normal(size=training.x.shape)
    targets, shape = training.targets, training.targets.shape
    if experiment.loss.labels:
        targets[...] = rng.integers(0, network.outputs, shape)
    elif isinstance(experiment.loss, BCEWithLogitsLoss):
        targets[...] = rng.random(shape) > 0.5
    else:
        targets[...] = rng.normal(size=shape)
    return training


def theirs(case: Case, training: Training) -> tuple[Any, Any]:
    """An nn.Sequential with the same parameters, and its optimizer, written out layer by layer."""
    dtype, features = getattr(torch, case.experiment.dtype), case.features
    modules = []
    for layer in case.experiment.network.layers:
        if isinstance(layer, Linear):
            modules.append(torch.nn.Linear(features, layer.out_features, bias=layer.bias, dtype=dtype))
            features = layer.out_features
        else:
            modules.append(torch_activation(layer, dtype))
    model = torch.nn.Sequential(*modules)
    model.load_state_dict({name: torch.from_numpy(p.value.copy()) for name, p in training.parameters.named.items()})
    return model, torch_optimizer(case.experiment.optimizer, model.parameters())


def torch_activation(layer: Any, dtype: Any) -> Any:
    if isinstance(layer, Hardsigmoid) and dtype == torch.float64:
        return ExactHardsigmoid()
    options = arguments(layer)
    return getattr(torch.nn, layer.kind)(**options)


class ExactHardsigmoid(torch.nn.Module):  # type: ignore[misc]
    """Hardsigmoid out of PyTorch's pieces: the slope of its own is float32's 1/6, in float64 too."""

    def forward(self, x: Any) -> Any:
        return torch.nn.functional.relu6(x + 3) / 6


def torch_optimizer(optimizer: Any, parameters: Any) -> Any:
    options = arguments(optimizer)
    return getattr(torch.optim, optimizer.kind)(parameters, **options)


def error(found: Any, expected: Any) -> float:
    """Largest difference over the largest magnitude expected; 0 where both are 0 throughout."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if not np.isfinite(expected).all():
        return float("inf")
    difference, scale = np.abs(found - expected).max(), np.abs(expected).max()
    return float(difference / scale) if scale else float(difference)


def largest(loss: Any, training: Training) -> float:
    """Of the loss and the outputs: PyTorch's binary cross-entropy is a difference of numbers as large as logits."""
    return float(max(abs(loss.item()), np.abs(training.output.data).max()))


def errors(case: Case) -> dict[str, float]:
    """The error of the loss, of every gradient, and of every parameter after each step, by name."""
    training = ours(case)
    model, optimizer = theirs(case, training)
    x = torch.from_numpy(training.x.T.copy())
    y = torch.from_numpy(training.targets.T.copy())
    options = arguments(case.experiment.loss)
    criterion = getattr(torch.nn, case.experiment.loss.kind)(**options)
    found = {}
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        training.run_pass()
        if step == 0:
            found["loss"] = abs(float(training.loss) - loss.item()) / largest(loss, training)
            for name, parameter in model.named_parameters():
                gradient = training.parameters.named[name].gradient
                found[f"gradient {name}"] = error(gradient, parameter.grad.numpy())
        optimizer.step()
        training.run_update()
        for name, parameter in model.named_parameters():
            value = training.parameters.named[name].value
            found[f"step {step + 1} {name}"] = error(value, parameter.detach().numpy())
    return found


@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(cases())
def test_a_drawn_experiment_has_the_loss_gradients_and_steps_of_pytorch(case: Case) -> None:
    found = errors(case)
    name = max(found, key=lambda key: found[key])
    assert found[name] <= TOLERANCE[case.experiment.dtype], name
